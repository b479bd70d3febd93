/** Counts what arrives. */
export class Tally {
  #seen = 0;
  #wanted = 0;
  #arrived = () => {};

  /** One has arrived and is dealt with. */
  add() {
    this.#seen++;
    if (this.#seen === this.#wanted) this.#end();
  }

  /** Resolves when `count` have arrived since the last time. */
  expect(count) {
    this.#wanted = count;
    return new Promise((resolve) => {
      this.#arrived = resolve;
      if (this.#seen >= count) this.#end();
    });
  }

  /** Those nobody asked for. */
  get surplus() {
    return this.#seen;
  }

  #end() {
    this.#seen -= this.#wanted;
    this.#wanted = 0;
    this.#arrived();
  }
}
