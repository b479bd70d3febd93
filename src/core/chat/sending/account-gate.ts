import type { Cancel, Clock } from '../../primitives/clock.js';

/** Whoever wants through the gate; compared by identity. */
type Visitor = object;

/**
 * Closed while Kick wants an account to pause. When the time is over a single visitor goes ahead; only when Kick
 * has taken that one in do the others follow, so that one refusal is never answered with a storm.
 */
export class AccountGate {
  readonly #clock: Clock;
  #state: 'open' | 'closed' | 'probing' = 'open';
  #opensAt = 0;
  #cancelOpening: Cancel = () => undefined;
  #probe: Visitor | undefined;
  readonly #waiting = new Map<Visitor, () => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  admits(visitor: Visitor): boolean {
    return this.#state === 'open' || this.#probe === visitor;
  }

  /** Resolves when the gate admits the visitor, or when the visitor left. */
  async enter(visitor: Visitor): Promise<void> {
    if (this.admits(visitor)) return;
    await new Promise<void>((resolve) => {
      this.#waiting.set(visitor, resolve);
      this.#sendProbe();
    });
  }

  /** The visitor was let in by Kick, or refused for a reason of its own. */
  passed(visitor: Visitor): void {
    if (this.#probe !== visitor) return;
    this.#state = 'open';
    this.#probe = undefined;
    for (const admit of this.#waiting.values()) admit();
    this.#waiting.clear();
  }

  /** The visitor does not want through any more. */
  leave(visitor: Visitor): void {
    this.#waiting.get(visitor)?.();
    this.#waiting.delete(visitor);
    if (this.#probe !== visitor) return;
    this.#probe = undefined;
    this.#sendProbe();
  }

  /** Closes for that long at least. */
  close(forMs: number): void {
    const opensAt = this.#clock.monotonic() + forMs;
    this.#probe = undefined;
    if (this.#state === 'closed' && opensAt <= this.#opensAt) return;
    this.#state = 'closed';
    this.#opensAt = opensAt;
    this.#cancelOpening();
    this.#cancelOpening = this.#clock.schedule(forMs, () => {
      this.#state = 'probing';
      this.#sendProbe();
    });
  }

  stop(): void {
    this.#cancelOpening();
  }

  #sendProbe(): void {
    if (this.#state !== 'probing' || this.#probe !== undefined) return;
    const [first] = this.#waiting;
    if (first === undefined) return;
    const [visitor, admit] = first;
    this.#waiting.delete(visitor);
    this.#probe = visitor;
    admit();
  }
}
