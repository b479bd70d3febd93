import { setImmediate } from 'node:timers/promises';
import { vi } from 'vitest';
import { type Cancel, Clock } from '../../src/core/primitives/clock.js';

/**
 * A clock that stands still until it is told to advance, for hundreds of thousands of timers at once, `setTimeout`
 * included while it is `installed`.
 */
export class TimerWheel extends Clock {
  #elapsed = 0;
  #wall = Date.parse('2026-01-01T00:00:00Z');
  readonly #timers = new Map<number, Set<() => void>>();

  /** Takes the place of the global timers and of `Date.now`, until `vi.unstubAllGlobals` and `vi.restoreAllMocks`. */
  static installed(): TimerWheel {
    const wheel = new TimerWheel();
    vi.stubGlobal('setTimeout', (run: () => void, delayMs?: number) => wheel.schedule(delayMs ?? 0, run));
    vi.stubGlobal('clearTimeout', (cancel: Cancel | undefined) => cancel?.());
    vi.spyOn(Date, 'now').mockImplementation(() => wheel.now());
    return wheel;
  }

  now(): number {
    return this.#wall + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  schedule(delayMs: number, run: () => void): Cancel {
    const at = this.#elapsed + Math.max(1, Math.ceil(delayMs));
    const due = this.#timers.get(at) ?? new Set();
    this.#timers.set(at, due);
    // One call may be scheduled twice.
    const timer = () => run();
    due.add(timer);
    return () => void due.delete(timer);
  }

  /** Steps the wall clock alone. */
  stepWall(ms: number): void {
    this.#wall += ms;
  }

  /** Lets one millisecond pass, and all that follows from the timers that are due. */
  async tick(): Promise<void> {
    this.#elapsed++;
    const due = this.#timers.get(this.#elapsed);
    this.#timers.delete(this.#elapsed);
    if (due === undefined || due.size === 0) return;
    for (const run of due) run();
    await setImmediate();
  }

  async advance(ms: number): Promise<void> {
    for (const end = this.#elapsed + ms; this.#elapsed < end; ) await this.tick();
  }
}
