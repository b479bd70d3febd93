import { setImmediate } from 'node:timers/promises';
import { type Cancel, Clock } from '../core/primitives/clock.js';
import { type Duration, durationMs } from '../core/primitives/duration.js';

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/** Time that stands still until a test moves it. */
export class TestClock extends Clock {
  #elapsed = 0;
  readonly #timers = new Set<Timer>();

  /** @internal `afterwards` is called at the end of each `advance`, which rejects with what it throws. */
  constructor(private readonly afterwards: () => void = () => {}) {
    super();
  }

  /** Begins on 1 January 2026. */
  now(): number {
    return Date.UTC(2026, 0, 1) + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  schedule(delayMs: number, run: () => void): Cancel {
    const timer = { at: this.#elapsed + delayMs, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Lets time pass, `'5s'` or milliseconds. What was due by then has happened when the promise resolves. */
  async advance(duration: Duration): Promise<void> {
    const end = this.#elapsed + durationMs(duration);
    // What was begun before may still be on its way to its first timer.
    await setImmediate();
    for (let next = this.#due(end); next !== undefined; next = this.#due(end)) {
      this.#timers.delete(next);
      this.#elapsed = Math.max(this.#elapsed, next.at);
      next.run();
      // What waited for this timer may start another one.
      await setImmediate();
    }
    this.#elapsed = end;
    this.afterwards();
  }

  #due(end: number): Timer | undefined {
    let earliest: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.at <= end && (earliest === undefined || timer.at < earliest.at)) earliest = timer;
    }
    return earliest;
  }
}
