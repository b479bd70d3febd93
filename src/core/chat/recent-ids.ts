/**
 * Remembers the last ids it was shown, at least `capacity / 2` and at most `capacity` of them. Two generations
 * instead of an LRU: nothing is allocated or moved for each id.
 */
export class RecentIds {
  readonly #generation: number;
  #young = new Set<string>();
  #old = new Set<string>();

  constructor(capacity: number) {
    this.#generation = Math.ceil(capacity / 2);
  }

  /** Remembers the id; false when it was known already. */
  add(id: string): boolean {
    if (this.#young.has(id) || this.#old.has(id)) return false;
    if (this.#young.size === this.#generation) {
      const oldest = this.#old;
      oldest.clear();
      this.#old = this.#young;
      this.#young = oldest;
    }
    this.#young.add(id);
    return true;
  }
}
