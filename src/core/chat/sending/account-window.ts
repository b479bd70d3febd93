import Bottleneck from 'bottleneck';
import type { Cancel, Clock } from '../../primitives/clock.js';
import { messageOf } from '../../primitives/error.js';
import type { Logger } from '../../telemetry/logger.js';
import type { SentLog } from './sent-log.js';

export interface WindowOptions {
  /** So many requests … */
  limit: number;
  /** … in any span of so many seconds. */
  windowSeconds: number;
  log: SentLog;
  clock: Clock;
  logger: Logger;
}

/**
 * For `minTime`. Bottleneck reckons with the wall clock and would wait out a clock that is set back: a gap of zero
 * between two jobs ends at a moment. This one has always been over.
 */
export const noGap = Number.NEGATIVE_INFINITY;
/** Timers may fire a little early, and Kick's clock does not run quite like ours. */
const marginMs = 100;

/**
 * One account's share of Kick's patience: at most `limit` requests in any `windowSeconds`, as Kick sees them.
 *
 * Each request takes a token, which comes back one window after the request was over. Whenever Kick received it,
 * the request that takes the token next is received a window later. (Bottleneck's own refresh of a reservoir lets
 * twice the limit through around the refresh.)
 */
export class AccountWindow {
  readonly #limiter = new Bottleneck({ reservoir: 0, minTime: noGap });
  readonly #options: WindowOptions;
  readonly #holdMs: number;
  readonly #returns = new Set<Cancel>();
  #logFails = false;
  #stopped = false;

  private constructor(options: WindowOptions) {
    this.#options = options;
    this.#holdMs = options.windowSeconds * 1000 + marginMs;
  }

  /** Begins with what the log says was sent before. */
  static async open(options: WindowOptions): Promise<AccountWindow> {
    const window = new AccountWindow(options);
    // The gap before the first job counts from the limiter's birth; let that be over too.
    await window.#limiter.schedule({ weight: 0 }, async () => undefined);
    const sent = await options.log.load();
    await window.#limiter.incrementReservoir(options.limit - sent.length);
    // Kick may have received each of them just now: nobody knows how the wall clock was set since they were noted.
    for (const id of sent) window.#giveBackIn(window.#holdMs, id);
    return window;
  }

  /**
   * Runs `request` when there is a token for it, unless `begin` says then that it is not wanted (any more), which
   * costs nothing and resolves with nothing.
   */
  async run<T>(begin: () => boolean, request: () => Promise<T>): Promise<T | undefined> {
    return this.#limiter.schedule(async () => {
      if (!begin()) {
        this.#giveBack();
        return undefined;
      }
      const id = await this.#note();
      try {
        return await request();
      } finally {
        this.#giveBackIn(this.#holdMs, id);
      }
    });
  }

  /** Nothing is given back any more, so nothing runs beyond the tokens that are left. */
  stop(): void {
    this.#stopped = true;
    for (const cancel of this.#returns) cancel();
    this.#returns.clear();
  }

  async #note(): Promise<number | undefined> {
    const { log, clock, logger } = this.#options;
    try {
      const id = await log.add(clock.now());
      this.#logFails = false;
      return id;
    } catch (cause) {
      // Without the entry only a restart in this window could send too much; falling silent would be worse.
      if (!this.#logFails) {
        logger.warn(
          `Cannot write down what is sent (${messageOf(cause)}); make the database writable again. A restart now may exceed Kick's limit.`,
        );
      }
      this.#logFails = true;
      return undefined;
    }
  }

  #giveBackIn(delayMs: number, id: number | undefined): void {
    if (this.#stopped) return;
    const cancel = this.#options.clock.schedule(delayMs, () => {
      this.#returns.delete(cancel);
      this.#giveBack();
      // An entry that cannot be deleted costs the next start a token for one window.
      if (id !== undefined) this.#options.log.remove(id).catch(() => undefined);
    });
    this.#returns.add(cancel);
  }

  #giveBack(): void {
    void this.#limiter.incrementReservoir(1);
  }
}
