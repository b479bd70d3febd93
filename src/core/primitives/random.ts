import { randomBytes } from 'node:crypto';

/**
 * Chance, injected so that a test can decide it.
 *
 * @example
 * constructor(private readonly random: Random) {}
 * roll() { return this.random.int(1, 6); }
 */
export abstract class Random {
  /** A number from 0 up to, not including, 1. */
  abstract fraction(): number;
  /** `length` unpredictable bytes, fit for secrets. */
  abstract bytes(length: number): Uint8Array;

  /** A whole number from `min` to `max`, both included. */
  int(min: number, max: number): number {
    return min + Math.floor(this.fraction() * (max - min + 1));
  }

  /** One of the items. Throws a `RangeError` when there is none. */
  pick<T>(items: readonly [T, ...T[]] | readonly T[]): T {
    if (items.length === 0) throw new RangeError('Random.pick needs at least one item.');
    return items[this.int(0, items.length - 1)] as T;
  }
}

/** The machine's own randomness. */
export class SystemRandom extends Random {
  fraction(): number {
    return Math.random();
  }

  bytes(length: number): Uint8Array {
    return randomBytes(length);
  }
}
