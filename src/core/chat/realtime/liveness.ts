import type { Cancel, Clock } from '../../primitives/clock.js';

const tickMs = 5_000;
/** 25 to 30 s of silence. */
const quietTicks = 5;
/** At least 10 s for the answer. */
const answerTicks = 2;
/** A jump of the wall clock after which the peer may have sent what never arrived. */
const suspendedMs = 60_000;

export interface LivenessListener {
  /** Whether anything arrived since the last call. */
  takeHeard(): boolean;
  /** Ask the peer for a sign of life. */
  probe(): void;
  dead(): void;
  /** The machine stood still: what was sent meanwhile may be lost. Wall clock and length, in milliseconds. */
  suspended(provenAt: number, forMs: number): void;
  /** The first sign of life after that. */
  revived(): void;
}

/**
 * Finds connections whose peer is gone although nobody said so: after 30 s of silence the peer is asked, 10 s
 * later given up, so that a dead one is found within 40 s. Time that this process slept or was busy is not held
 * against the peer: after such a hole it is asked at once and has 30 s, because in some protocols only the peer
 * asks, each 25 s.
 */
export class Liveness {
  readonly #clock: Clock;
  readonly #listener: LivenessListener;
  #cancel: Cancel | undefined;
  #quiet = 0;
  #tickedAt = 0;
  #provenAt = 0;
  #isDoubted = false;

  constructor(clock: Clock, listener: LivenessListener) {
    this.#clock = clock;
    this.#listener = listener;
  }

  start(): void {
    this.stop();
    this.#quiet = 0;
    this.#isDoubted = false;
    this.#provenAt = this.#clock.now();
    this.#next();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** Wall clock in milliseconds: up to here the peer was certainly there, and perhaps some seconds longer. */
  takeProvenAt(): number {
    if (this.#listener.takeHeard()) this.#provenAt = this.#tickedAt;
    return this.#provenAt;
  }

  #next(): void {
    this.#tickedAt = this.#clock.now();
    this.#cancel = this.#clock.schedule(tickMs, () => this.#tick());
  }

  #tick(): void {
    // By the wall clock, because a suspended machine's monotonic one may stand still.
    const awayMs = this.#clock.now() - this.#tickedAt;
    const heard = this.#listener.takeHeard();
    if (heard) this.#provenAt = this.#tickedAt;
    if (awayMs > 2 * tickMs) this.#awake(awayMs);
    else this.#quiet = heard ? 0 : this.#quiet + 1;
    if (heard && this.#quiet === 0 && this.#isDoubted) {
      this.#isDoubted = false;
      this.#listener.revived();
    }
    if (this.#quiet === quietTicks) this.#listener.probe();
    if (this.#quiet < quietTicks + answerTicks) this.#next();
    else this.#listener.dead();
  }

  #awake(awayMs: number): void {
    this.#quiet = 1;
    if (awayMs > suspendedMs) {
      this.#isDoubted = true;
      this.#listener.suspended(this.#provenAt, awayMs);
    }
    this.#listener.probe();
  }
}
