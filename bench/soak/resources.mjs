import { median, quantile } from '../statistics.mjs';

/** Fewer minutes than these, after the warm-up, say nothing of a slope. */
const judgedFromMinutes = 20;
const hourMs = 3_600_000;
const mebibyte = 2 ** 20;

/** What the bot's process needed: a sample each second. */
export class Resources {
  #samples = [];

  add(sample) {
    this.#samples.push(sample);
  }

  get last() {
    return this.#samples.at(-1);
  }

  /**
   * @param from when the warm-up was over, in milliseconds since 1970.
   * @returns Memory in MiB, the slope undefined where the run was too short for one.
   */
  totals(from) {
    const warm = this.#samples.filter(({ at }) => at >= from);
    const minutes = (warm.at(-1).at - from) / 60_000;
    const rss = warm.map((sample) => sample.rss / mebibyte);
    const handles = warm.map((sample) => sample.handles);
    const few = Math.min(60, Math.ceil(warm.length / 4));
    return {
      minutes,
      rss: { first: median(rss.slice(0, few)), last: median(rss.slice(-few)), max: Math.max(...rss) },
      rssPerHour:
        minutes < judgedFromMinutes
          ? undefined
          : slope(
              warm.map(({ at }) => at / hourMs),
              rss,
            ),
      handles: {
        first: median(handles.slice(0, few)),
        last: median(handles.slice(-few)),
        max: Math.max(...handles),
      },
      loopDelayMs: quantile(
        warm.map((sample) => sample.loopDelayMs),
        0.99,
      ),
    };
  }
}

/** Of the straight line that fits best, by least squares. */
function slope(xs, ys) {
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(xs), mean(ys)];
  const covariance = xs.reduce((sum, value, at) => sum + (value - x) * (ys[at] - y), 0);
  const variance = xs.reduce((sum, value) => sum + (value - x) ** 2, 0);
  return covariance / variance;
}
