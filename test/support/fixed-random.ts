import { Random } from '../../src/core/primitives/random.js';

/** Chance that always decides the same. */
export class FixedRandom extends Random {
  readonly #fraction: number;

  constructor(fraction: number) {
    super();
    this.#fraction = fraction;
  }

  fraction(): number {
    return this.#fraction;
  }

  bytes(length: number): Uint8Array {
    return new Uint8Array(length);
  }
}
