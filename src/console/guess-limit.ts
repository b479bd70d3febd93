import type { Clock } from '../core/primitives/clock.js';

const freeFailures = 5;
const longestPauseMs = 60_000;
const forgottenAfterMs = 15 * 60_000;

/**
 * Slows guessing down: after five wrong passwords in a row a pause of 1 second, doubled with each further one up
 * to a minute, and never two checks at a time, for each costs memory. It counts for everybody together: behind a
 * proxy all requests come from one address, and what else they say of theirs can be invented.
 */
export class GuessLimit {
  #failures = 0;
  #failedAt = 0;
  #checking = false;

  constructor(private readonly clock: Clock) {}

  /** Seconds until a guess is looked at; 0 for now. */
  get waitSeconds(): number {
    if (this.#checking) return 1;
    const pauseMs =
      this.#failures < freeFailures
        ? 0
        : Math.min(longestPauseMs, 1000 * 2 ** (this.#failures - freeFailures));
    return Math.max(0, Math.ceil((this.#failedAt + pauseMs - this.clock.monotonic()) / 1000));
  }

  /** Looks at a guess. Only when `waitSeconds` is 0. */
  async check<T>(guess: () => Promise<T | undefined>): Promise<T | undefined> {
    if (this.clock.monotonic() - this.#failedAt > forgottenAfterMs) this.#failures = 0;
    this.#checking = true;
    try {
      const right = await guess();
      this.#failures = right === undefined ? this.#failures + 1 : 0;
      this.#failedAt = this.clock.monotonic();
      return right;
    } finally {
      this.#checking = false;
    }
  }
}
