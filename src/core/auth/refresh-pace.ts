import { Clock } from '../primitives/clock.js';

const betweenMs = 200;

/**
 * Turns for the refreshes nobody waits for: five a second, so that ten thousand accounts whose tokens end together,
 * as after a long stop, do not fall upon Kick's login server at once.
 */
export class RefreshPace {
  #next = Number.NEGATIVE_INFINITY;

  constructor(private readonly clock: Clock) {}

  /** Takes the next turn; it comes in so many milliseconds. */
  take(): number {
    const now = this.clock.monotonic();
    const turn = Math.max(now, this.#next);
    this.#next = turn + betweenMs;
    return turn - now;
  }
}
