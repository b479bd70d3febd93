/**
 * Remembers the last ids it was shown, at least `capacity / 2` and at most `capacity` of them.
 *
 * Keeps 64-bit fingerprints in two open-addressing tables, the younger filling while the older ages, instead of
 * the ids in a `Set`: nothing is allocated for an id and nothing grows old in the heap, which costs a third. Two
 * different ids are taken for one with a chance of 1 in 10¹⁴.
 */
export class RecentIds {
  readonly #perGeneration: number;
  readonly #mask: number;
  /** Slots of two numbers each; the first is 0 in an empty slot and odd in a taken one. */
  #young: Int32Array;
  #old: Int32Array;
  #count = 0;
  #timesForgotten = 0;

  constructor(capacity: number) {
    this.#perGeneration = Math.floor(capacity / 2);
    // At most half full, so that a search ends soon.
    const slots = 2 ** Math.ceil(Math.log2(this.#perGeneration * 2));
    this.#mask = slots - 1;
    this.#young = new Int32Array(slots * 2);
    this.#old = new Int32Array(slots * 2);
  }

  /** How often the older half was forgotten. */
  get timesForgotten(): number {
    return this.#timesForgotten;
  }

  /** Remembers the id; false when it was known already. */
  add(id: string): boolean {
    // FNV-1a, and beside it a second hash with another multiplier that also mixes downwards.
    let first = 0x811c9dc5 | 0;
    let second = 0x9e3779b9 | 0;
    for (let at = 0; at < id.length; at++) {
      const unit = id.charCodeAt(at);
      first = Math.imul(first ^ unit, 0x01000193);
      second = Math.imul(second ^ unit, 0x85ebca6b);
      second ^= second >>> 13;
    }
    first |= 1;
    if (this.#find(this.#old, first, second) < 0) return false;
    if (this.#find(this.#young, first, second) < 0) return false;
    if (this.#count === this.#perGeneration) this.#age();
    const slot = this.#find(this.#young, first, second);
    this.#young[slot] = first;
    this.#young[slot + 1] = second;
    this.#count++;
    return true;
  }

  /** The empty slot for a fingerprint; -1 where it is in the table. */
  #find(table: Int32Array, first: number, second: number): number {
    for (let slot = (second & this.#mask) * 2; ; slot = (slot + 2) & (this.#mask * 2)) {
      if (table[slot] === 0) return slot;
      if (table[slot] === first && table[slot + 1] === second) return -1;
    }
  }

  #age(): void {
    const emptied = this.#old.fill(0);
    this.#old = this.#young;
    this.#young = emptied;
    this.#count = 0;
    this.#timesForgotten++;
  }
}
