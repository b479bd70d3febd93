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

  of(event: KickEventType): readonly Listener[] {
    return this.#listeners.get(event) ?? none;
  }
}

const none: readonly never[] = [];
