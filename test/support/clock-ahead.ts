import { SystemClock } from '../../src/core/primitives/clock.js';

/** A clock that can be set ahead, so that a token ends without anybody waiting. */
export class ClockAhead extends SystemClock {
  #aheadMs: number;

  constructor(aheadMs = 0) {
    super();
    this.#aheadMs = aheadMs;
  }

  set(ms: number): void {
    this.#aheadMs += ms;
  }

  override now(): number {
    return super.now() + this.#aheadMs;
  }

  override monotonic(): number {
    return super.monotonic() + this.#aheadMs;
  }
}
