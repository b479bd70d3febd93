/** How much of what plugins do is under way: handlers that run, and what they say. */
export class Activity {
  #count = 0;
  #idle: (() => void)[] = [];

  begin(): void {
    this.#count++;
  }

  end(): void {
    if (--this.#count > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** Until the promise is settled. Its failure, if any, is told where it happens; here only its end matters. */
  track(promise: Promise<unknown>): void {
    this.begin();
    promise.then(
      () => this.end(),
      () => this.end(),
    );
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    while (this.#count > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }
}
