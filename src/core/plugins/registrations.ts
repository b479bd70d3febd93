/** What one plugin has put where messages find it: all of it, or nothing. */
export class Registrations {
  readonly #undo: (() => void)[] = [];

  /** `put` puts one thing at a time, and gives how it is taken away. */
  constructor(private readonly put: () => Iterable<() => void>) {}

  /** Throws what `put` throws, and then nothing is left there. */
  enter(): void {
    try {
      for (const undo of this.put()) this.#undo.push(undo);
    } catch (error) {
      this.leave();
      throw error;
    }
  }

  /** Does nothing when it left before. */
  leave(): void {
    for (const undo of this.#undo.splice(0).reverse()) undo();
  }
}
