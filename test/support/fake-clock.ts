import { type Cancel, Clock } from '../../src/core/primitives/clock.js';

/** A clock that stands still until it is told to advance. */
export class FakeClock extends Clock {
  #elapsed = 0;
  #nextId = 0;
  readonly #timers = new Map<number, { at: number; run: () => void }>();
  #wall: number;

  constructor(wall = Date.parse('2026-01-01T00:00:00Z')) {
    super();
    this.#wall = wall;
  }

  now(): number {
    return this.#wall + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  schedule(delayMs: number, run: () => void): Cancel {
    const id = this.#nextId++;
    this.#timers.set(id, { at: this.#elapsed + Math.max(0, delayMs), run });
    return () => void this.#timers.delete(id);
  }

  /** How many calls are scheduled. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Lets time pass: every call that falls due runs in its turn, also those scheduled on the way. */
  advance(ms: number): void {
    const end = this.#elapsed + ms;
    for (let due = this.#firstUntil(end); due !== undefined; due = this.#firstUntil(end)) {
      const [id, timer] = due;
      this.#timers.delete(id);
      this.#elapsed = Math.max(this.#elapsed, timer.at);
      timer.run();
    }
    this.#elapsed = end;
  }

  /** Steps the wall clock alone, as NTP, an administrator or a suspended machine does. */
  stepWall(ms: number): void {
    this.#wall += ms;
  }

  #firstUntil(end: number) {
    let first: [number, { at: number; run: () => void }] | undefined;
    for (const entry of this.#timers) {
      if (entry[1].at <= end && (first === undefined || entry[1].at < first[1].at)) first = entry;
    }
    return first;
  }
}
