import type { Cancel, Clock } from '../primitives/clock.js';
import type { Activity } from './activity.js';

/** How long a handler may take. While it is paused the handler is not at work either. */
export class Deadline {
  #remainingMs: number;
  #since = 0;
  /** While it runs. */
  #cancel: Cancel | undefined;
  #isOver = false;

  constructor(
    private readonly clock: Clock,
    durationMs: number,
    private readonly activity: Activity,
    private readonly runOut: () => void,
  ) {
    this.#remainingMs = durationMs;
    this.#run();
  }

  pause(): void {
    if (this.#isOver || this.#cancel === undefined) return;
    this.#cancel();
    this.#cancel = undefined;
    this.#remainingMs -= this.clock.monotonic() - this.#since;
    this.activity.end();
  }

  resume(): void {
    if (this.#isOver || this.#cancel !== undefined) return;
    this.activity.begin();
    this.#run();
  }

  /** The handler has ended. */
  cancel(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#cancel === undefined) this.activity.begin();
    else this.#cancel();
  }

  #run(): void {
    this.#since = this.clock.monotonic();
    this.#cancel = this.clock.schedule(this.#remainingMs, () => {
      this.#isOver = true;
      this.runOut();
    });
  }
}
