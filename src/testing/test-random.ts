import { Random } from '../core/primitives/random.js';

/** Chance that repeats itself: given numbers in turn, or else the same sequence in every run. */
export class TestRandom extends Random {
  #index = 0;
  #state = 1;

  constructor(private readonly fractions: readonly number[] = []) {
    super();
  }

  fraction(): number {
    return this.fractions.length === 0
      ? this.#pseudoRandom()
      : (this.fractions[this.#index++ % this.fractions.length] ?? 0);
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.int(0, 255));
  }

  /** Lehmer's generator with Park and Miller's multiplier. */
  #pseudoRandom(): number {
    this.#state = (this.#state * 48_271) % 2_147_483_647;
    return this.#state / 2_147_483_647;
  }
}
