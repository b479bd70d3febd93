import type { Random } from '../../primitives/random.js';

const baseMs = 500;
const capMs = 30_000;

/** How long to wait before the next attempt: anything from 0.5 s to a ceiling that doubles from 1 s to 30 s. */
export class Backoff {
  readonly #random: Random;
  #failures = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Milliseconds. `slow`: the last refusal will not pass by itself, so that only the upper half is used. */
  next(slow = false): number {
    const ceiling = slow ? capMs : Math.min(capMs, baseMs * 2 ** (this.#failures + 1));
    const floor = slow ? capMs / 2 : baseMs;
    this.#failures = Math.min(this.#failures + 1, 16);
    return floor + this.#random.fraction() * (ceiling - floor);
  }

  /** The connection has proved stable: the next loss is a new story. */
  reset(): void {
    this.#failures = 0;
  }
}
