import type { KickEventType } from '../events/kick-event.js';

/** Who listens to which event, in the order of loading. */
export class EventListeners<Listener> {
  readonly #listeners = new Map<KickEventType, readonly Listener[]>();

  /** The function returned takes the listener away again. */
  add(event: KickEventType, listener: Listener): () => void {
    this.#listeners.set(event, [...this.of(event), listener]);
    return () => {
      this.#listeners.set(
        event,
        this.of(event).filter((other) => other !== listener),
      );
    };
  }

  /** Has them told by their rank from now on, the lowest first. */
  order(rankOf: (listener: Listener) => number): void {
    for (const [event, listeners] of this.#listeners) {
      this.#listeners.set(
        event,
        listeners.toSorted((a, b) => rankOf(a) - rankOf(b)),
      );
    }
  }

  of(event: KickEventType): readonly Listener[] {
    return this.#listeners.get(event) ?? none;
  }
}

const none: readonly never[] = [];
