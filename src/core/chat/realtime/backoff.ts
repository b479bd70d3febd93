import type { Random } from '../../primitives/random.js';
import type { Loss } from './feed.js';

const baseMs = 500;
/** Under two, so that what was away for some seconds is back soon; over one, so that nobody is hammered. */
const growth = 1.5;
const capMs = 30_000;
/** Over this they spread who were let go at once: in no second a tenth of them. */
const spreadMs = 20_000;

/**
 * How long to wait before the next attempt: anything from 0.5 s to a ceiling that grows from 1 s to 30 s.
 *
 * A stable connection that broke is tried again within a second, once. One that the server ended together with all
 * others is not: its clients would all be back in the same second, and at each next attempt while it is away.
 */
export class Backoff {
  readonly #random: Random;
  #failures = 0;
  #refusals = 0;
  #wasStable = false;
  /** Since the server let go of all its clients, it has not been back. */
  #isSpread = false;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Milliseconds. After what will not pass by itself 15 to 30 s, and half a minute to a minute if it does not. */
  next({ isSlow, isRestart = false }: Pick<Loss, 'isSlow' | 'isRestart'>): number {
    const grown = Math.min(capMs, 2 * baseMs * growth ** this.#failures);
    const floor = this.#wasStable ? 0 : baseMs;
    this.#wasStable = false;
    this.#failures = Math.min(this.#failures + 1, 16);
    this.#refusals = isSlow ? this.#refusals + 1 : 0;
    if (isSlow) {
      const ceiling = this.#refusals === 1 ? capMs : 2 * capMs;
      return this.#between(ceiling / 2, ceiling);
    }
    if (!isRestart) return this.#between(floor, this.#isSpread ? capMs : grown);
    this.#isSpread = true;
    return this.#between(floor, Math.max(spreadMs, grown));
  }

  /** There is a connection. */
  connected(): void {
    this.#isSpread = false;
  }

  /** The connection has proved stable: the next loss is a new story. */
  reset(): void {
    this.#failures = 0;
    this.#refusals = 0;
    this.#wasStable = true;
  }

  #between(floor: number, ceiling: number): number {
    return floor + this.#random.fraction() * (ceiling - floor);
  }
}
