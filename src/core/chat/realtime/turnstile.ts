import type { Cancel, Clock } from '../../primitives/clock.js';

/** Lets one through at a time, in the order of their coming, with a pause after each. */
export class Turnstile {
  readonly #clock: Clock;
  readonly #pauseMs: number;
  readonly #waiting = new Set<() => void>();
  #cancelPause: Cancel | undefined;

  constructor(clock: Clock, pauseMs: number) {
    this.#clock = clock;
    this.#pauseMs = pauseMs;
  }

  /** Calls `pass` when it is its turn, which may be at once. */
  enter(pass: () => void): Cancel {
    if (this.#cancelPause === undefined) this.#let(pass);
    else this.#waiting.add(pass);
    return () => void this.#waiting.delete(pass);
  }

  /** Ends the pause. Those who wait are to have left. */
  stop(): void {
    this.#cancelPause?.();
    this.#cancelPause = undefined;
  }

  #let(pass: () => void): void {
    this.#cancelPause = this.#clock.schedule(this.#pauseMs, () => {
      this.#cancelPause = undefined;
      const [next] = this.#waiting;
      if (next === undefined) return;
      this.#waiting.delete(next);
      this.#let(next);
    });
    pass();
  }
}
