import { median, quantile } from '../statistics.mjs';

/** Fewer minutes than these, after the warm-up, say nothing of a slope. */
const judgedFromMinutes = 20;
const hourMs = 3_600_000;
const mebibyte = 2 ** 20;

/** What the bot's process needed. */
export class Resources {
  #samples = [];
  /** Of the memory, each time after a garbage collection. */
  #held = [];

  add({ samples, held }) {
    this.#samples.push(...samples);
    this.#held.push(...held);
  }

  get last() {
    return this.#samples.at(-1);
  }

  /**
   * @param from when the warm-up was over, in milliseconds since 1970.
   * @returns Memory in MiB, the slopes undefined where the run was too short for them.
   */
  totals(from) {
    const isWarm = ({ at }) => at >= from;
    const warm = this.#samples.filter(isWarm);
    const held = this.#held.filter(isWarm);
    const minutes = (warm.at(-1).at - from) / 60_000;
    const slope = (name) => {
      if (minutes < judgedFromMinutes) return undefined;
      return slopeOf(
        held.map(({ at }) => at / hourMs),
        held.map((one) => one[name] / mebibyte),
      );
    };
    return {
      minutes,
      rssPerHour: slope('rss'),
      heapPerHour: slope('heapUsed'),
      rss: firstAndLast(warm.map(({ rss }) => rss / mebibyte)),
      handles: firstAndLast(warm.map(({ handles }) => handles)),
      loopDelayMs: quantile(
        warm.map((sample) => sample.loopDelayMs),
        0.99,
      ),
    };
  }
}

function firstAndLast(values) {
  const few = Math.min(60, Math.ceil(values.length / 4));
  return {
    first: median(values.slice(0, few)),
    last: median(values.slice(-few)),
    max: values.reduce((most, value) => Math.max(most, value)),
  };
}

/** Of the straight line that fits best, by least squares. */
function slopeOf(xs, ys) {
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(xs), mean(ys)];
  const covariance = xs.reduce((sum, value, at) => sum + (value - x) * (ys[at] - y), 0);
  const variance = xs.reduce((sum, value) => sum + (value - x) ** 2, 0);
  return covariance / variance;
}
