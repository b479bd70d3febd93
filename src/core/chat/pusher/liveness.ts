import type { Cancel, Clock } from '../../primitives/clock.js';

const tickMs = 5_000;
/** 25 to 30 s of silence. */
const quietTicks = 5;
/** At least 10 s for the answer. */
const answerTicks = 2;

export interface LivenessListener {
  /** Whether anything arrived since the last call. */
  heard(): boolean;
  /** Ask the peer for a sign of life. */
  probe(): void;
  dead(): void;
}

/**
 * Finds connections whose peer is gone although nobody said so: after 30 s of silence the peer is asked, 10 s
 * later given up, so that a dead one is found within 40 s. Time that this process slept or was busy is not held
 * against the peer: after such a hole it is asked anew.
 */
export class Liveness {
  readonly #clock: Clock;
  readonly #listener: LivenessListener;
  #cancel: Cancel | undefined;
  #quiet = 0;
  #tickedAt = 0;

  constructor(clock: Clock, listener: LivenessListener) {
    this.#clock = clock;
    this.#listener = listener;
  }

  start(): void {
    this.stop();
    this.#quiet = 0;
    this.#next();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #next(): void {
    this.#tickedAt = this.#clock.now();
    this.#cancel = this.#clock.schedule(tickMs, () => this.#tick());
  }

  #tick(): void {
    // By the wall clock, because a suspended machine's monotonic one may stand still.
    const slept = this.#clock.now() - this.#tickedAt > 2 * tickMs;
    const heard = this.#listener.heard();
    if (slept) this.#quiet = quietTicks;
    else this.#quiet = heard ? 0 : this.#quiet + 1;
    if (this.#quiet === quietTicks) this.#listener.probe();
    if (this.#quiet < quietTicks + answerTicks) this.#next();
    else this.#listener.dead();
  }
}
