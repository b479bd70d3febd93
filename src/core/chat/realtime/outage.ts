import type { Cancel, Clock } from '../../primitives/clock.js';
import type { Logger } from '../../telemetry/logger.js';
import type { Loss } from './feed.js';

/** How long all connections must last before they are called back. */
const settleMs = 5_000;

/** Tells of lost connections once, however many there are and however many attempts fail, and once that all are back. */
export class Outage {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #connected = new Set<object>();
  readonly #away = new Set<object>();
  #since: number | undefined;
  #told = new Set<string>();
  #cancel: Cancel | undefined;

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
  }

  /** The connection was lost, or could not be made. */
  lost(connection: object, { reason, advice = 'It is tried again until it works.' }: Loss): void {
    this.#cancel?.();
    this.#since ??= this.#clock.monotonic();
    this.#connected.delete(connection);
    this.#away.add(connection);
    if (this.#told.has(advice)) {
      this.#logger.debug('No connection to the chat feed yet.', { reason });
      return;
    }
    this.#told.add(advice);
    const what =
      this.#connected.size === 0
        ? "No connection to Kick's chat feed"
        : "A connection to Kick's chat feed is lost";
    this.#logger.warn(`${what} (${reason}). ${advice}`);
  }

  connected(connection: object): void {
    this.#connected.add(connection);
    this.#away.delete(connection);
    this.#awaitSettled();
  }

  /** The connection is not wanted any more. */
  left(connection: object): void {
    this.#connected.delete(connection);
    if (this.#away.delete(connection)) this.#awaitSettled();
  }

  stop(): void {
    this.#cancel?.();
    this.#connected.clear();
    this.#away.clear();
    this.#since = undefined;
    this.#told.clear();
  }

  #awaitSettled(): void {
    if (this.#since === undefined || this.#away.size > 0) return;
    this.#cancel?.();
    this.#cancel = this.#clock.schedule(settleMs, () => this.#settled(this.#since ?? 0));
  }

  #settled(since: number): void {
    const seconds = Math.round((this.#clock.monotonic() - since - settleMs) / 1000);
    this.#since = undefined;
    this.#told.clear();
    this.#logger.info(`Connected to Kick's chat feed again after ${seconds} s.`);
  }
}
