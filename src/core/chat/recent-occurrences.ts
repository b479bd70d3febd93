import { hash } from 'node:crypto';

/** How long after its last occurrence something is still recognised, at least. */
export const recognisedForMs = 10 * 60_000;
/** Where more than these happen in that time, the oldest are forgotten sooner. */
const keysPerGeneration = 20_000;
/** Some payloads are kilobytes of JSON. */
const longestKey = 80;

/** How often one and the same thing happened, by whoever tells of it. */
export interface Occurrences {
  delivered: number;
  /** Monotonic milliseconds. */
  deliveredAt: number;
  readonly counted: Map<string, number>;
}

/** What happened of late, and how often. */
export class RecentOccurrences {
  #young = new Map<string, Occurrences>();
  #old = new Map<string, Occurrences>();
  #youngSince: number;

  /** All times are monotonic milliseconds. */
  constructor(now: number) {
    this.#youngSince = now;
  }

  of(what: string, now: number): Occurrences {
    if (now - this.#youngSince >= recognisedForMs || this.#young.size >= keysPerGeneration) {
      this.#old = now - this.#youngSince >= 2 * recognisedForMs ? new Map() : this.#young;
      this.#young = new Map();
      this.#youngSince = now;
    }
    const key = what.length > longestKey ? hash('sha256', what, 'base64') : what;
    const found = this.#young.get(key) ??
      this.#old.get(key) ?? { delivered: 0, deliveredAt: now, counted: new Map() };
    this.#young.set(key, found);
    return found;
  }
}
