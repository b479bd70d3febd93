import type { Channel } from '../../events/kick-event.js';
import type { Cancel, Clock } from '../../primitives/clock.js';
import type { Logger } from '../../telemetry/logger.js';
import { listed } from './listed.js';

/** So long it is collected what goes into one line. */
const collectMs = 30_000;

/** Tells of channels whose subscriptions are not confirmed: once for all, and once when all are. */
export class Unconfirmed {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #untold = new Set<Channel>();
  readonly #told = new Set<Channel>();
  #cancel: Cancel | undefined;

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
  }

  add(channel: Channel): void {
    this.#untold.add(channel);
    this.#cancel ??= this.#clock.schedule(collectMs, () => this.#tell());
  }

  /** It is confirmed now. */
  delete(channel: Channel): void {
    this.#untold.delete(channel);
    if (this.#told.delete(channel) && this.#told.size === 0) {
      this.#logger.info("Kick's chat feed has confirmed all subscriptions now.");
    }
  }

  /** It was left. */
  forget(channel: Channel): void {
    this.#untold.delete(channel);
    this.#told.delete(channel);
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#untold.clear();
    this.#told.clear();
  }

  #tell(): void {
    this.#cancel = undefined;
    if (this.#untold.size === 0) return;
    this.#logger.warn(
      `Kick's chat feed does not confirm all subscriptions of ${listed([...this.#untold])}; some events may be missing. They are tried again each minute.`,
    );
    for (const channel of this.#untold) this.#told.add(channel);
    this.#untold.clear();
  }
}
