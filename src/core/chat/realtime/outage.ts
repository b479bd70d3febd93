import type { Cancel, Clock } from '../../primitives/clock.js';
import type { Logger } from '../../telemetry/logger.js';
import type { Loss } from './feed.js';

/** How long all connections must last before they are called back; twice as long each time that was too early. */
const settleMs = 5_000;
/** A loss so soon after that shows that it was too early. */
const relapseMs = 10 * 60_000;

/**
 * Tells of lost connections once, however many there are and however many attempts fail, and once that all are back;
 * of connections that never last, once too.
 */
export class Outage {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #connected = new Set<object>();
  readonly #away = new Set<object>();
  #since: number | undefined;
  #settleMs = settleMs;
  #settledAt = -Infinity;
  #told = new Set<string>();
  #cancel: Cancel | undefined;

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
  }

  /** The connection was lost, or could not be made. */
  lost(connection: object, { reason, advice = 'It is tried again until it works.' }: Loss): void {
    this.#cancel?.();
    this.#since ??= this.#begun();
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
    this.#settledAt = -Infinity;
    this.#connected.clear();
    this.#away.clear();
    this.#since = undefined;
    this.#told.clear();
  }

  #begun(): number {
    const now = this.#clock.monotonic();
    const isRelapse = now - this.#settledAt < relapseMs;
    this.#settleMs = isRelapse ? Math.min(2 * this.#settleMs, relapseMs) : settleMs;
    return now;
  }

  #awaitSettled(): void {
    if (this.#since === undefined || this.#away.size > 0) return;
    this.#cancel?.();
    this.#cancel = this.#clock.schedule(this.#settleMs, () => this.#settled(this.#since ?? 0));
  }

  #settled(since: number): void {
    const now = this.#clock.monotonic();
    const seconds = Math.round((now - since - this.#settleMs) / 1000);
    this.#since = undefined;
    this.#settledAt = now;
    this.#told.clear();
    // Where all were left, there is none.
    if (this.#connected.size === 0) return;
    this.#logger.info(`Connected to Kick's chat feed again after ${seconds} s.`);
  }
}
