import type { Cancel, Clock } from '../../primitives/clock.js';

const perSecond = 100;

/** At most 100 subscribes in any second, the first 100 at once. */
export class SubscribeBudget {
  readonly #clock: Clock;
  readonly #refilled: () => void;
  readonly #cancels = new Set<Cancel>();
  #left = perSecond;

  /** `refilled` is called when some of what was spent may be spent again. */
  constructor(clock: Clock, refilled: () => void) {
    this.#clock = clock;
    this.#refilled = refilled;
  }

  /** How many of those wanted may be sent now. They count as sent. */
  take(wanted: number): number {
    const taken = Math.min(wanted, this.#left);
    if (taken === 0) return 0;
    this.#left -= taken;
    const cancel = this.#clock.schedule(1_000, () => {
      this.#cancels.delete(cancel);
      this.#left += taken;
      this.#refilled();
    });
    this.#cancels.add(cancel);
    return taken;
  }

  /** The connection is over; the next one starts with all of it. */
  reset(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
    this.#left = perSecond;
  }
}
