import type { Cancel, Clock } from '../../primitives/clock.js';
import type { Logger } from '../../telemetry/logger.js';

/** How long a connection must last before it is called back. */
const settleMs = 5_000;

/** Tells of a lost connection once, however many attempts fail, and once that it is back. */
export class Outage {
  readonly #clock: Clock;
  readonly #logger: Logger;
  #since: number | undefined;
  #told = new Set<string>();
  #cancel: Cancel | undefined;

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
  }

  /** The connection was lost, or could not be made. */
  lost(reason: string, code: number | undefined): void {
    this.#since ??= this.#clock.monotonic();
    const advice = adviceFor(code);
    if (this.#told.has(advice)) {
      this.#logger.debug('No connection to the chat feed yet.', { reason });
      return;
    }
    this.#told.add(advice);
    this.#logger.warn(`No connection to Kick's chat feed (${reason}). ${advice}`);
  }

  connected(): void {
    this.#cancel = this.#clock.schedule(settleMs, () => this.#settled());
  }

  disconnected(): void {
    this.#cancel?.();
  }

  #settled(): void {
    if (this.#since === undefined) return;
    const seconds = Math.round((this.#clock.monotonic() - this.#since - settleMs) / 1000);
    this.#since = undefined;
    this.#told.clear();
    this.#logger.info(`Connected to Kick's chat feed again after ${seconds} s.`);
  }
}

/** https://pusher.com/docs/channels/library_auth_reference/pusher-websockets-protocol, error codes. */
function adviceFor(code: number | undefined): string {
  switch (code) {
    case 4000:
      return 'It takes connections with TLS only: set kick.pusher.tls to true.';
    case 4001:
    case 4003:
      return "Kick seems to have changed its app key: set kick.pusher.key to the one kick.com's pages use now. It is tried again meanwhile.";
    default:
      return 'It is tried again until it works.';
  }
}
