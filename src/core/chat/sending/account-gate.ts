import type { Cancel, Clock } from '../../primitives/clock.js';

/** Whoever goes through the gate; compared by identity. */
type Visitor = object;

/**
 * Closed while Kick wants an account to pause. When the time is over a single visitor goes ahead; only when Kick
 * has taken that one in may the others follow, so that one refusal is never answered with a storm.
 */
export class AccountGate {
  #state: 'open' | 'closed' | 'probing' = 'open';
  #opensAt = 0;
  #cancelOpening: Cancel = () => undefined;
  #probe: Visitor | undefined;

  /** `onAdmitting` is called when a visitor may try. */
  constructor(
    private readonly clock: Clock,
    private readonly onAdmitting: () => void,
  ) {}

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /** Whether a visitor may go through now. */
  get admits(): boolean {
    return this.#state === 'open' || (this.#state === 'probing' && this.#probe === undefined);
  }

  enter(visitor: Visitor): void {
    if (this.#state === 'probing') this.#probe = visitor;
  }

  /** The visitor was let in by Kick, or refused for a reason of its own. Returns whether that opened the gate. */
  passed(visitor: Visitor): boolean {
    if (this.#probe !== visitor) return false;
    this.#state = 'open';
    this.#probe = undefined;
    return true;
  }

  /** The visitor did not get as far as Kick, or wants to go again. */
  leave(visitor: Visitor): void {
    if (this.#probe === visitor) this.#probe = undefined;
  }

  /** Closes for that long at least. Returns whether that is news: not where visitors are turned away who went before. */
  close(visitor: Visitor, forMs: number): boolean {
    const isNews = this.#state === 'open' || this.#probe === visitor;
    const opensAt = this.clock.monotonic() + forMs;
    this.#probe = undefined;
    if (this.#state === 'closed' && opensAt <= this.#opensAt) return isNews;
    this.#state = 'closed';
    this.#opensAt = opensAt;
    this.#cancelOpening();
    this.#cancelOpening = this.clock.schedule(forMs, () => {
      this.#state = 'probing';
      this.onAdmitting();
    });
    return isNews;
  }

  stop(): void {
    this.#cancelOpening();
  }
}
