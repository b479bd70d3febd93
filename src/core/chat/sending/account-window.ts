import Bottleneck from 'bottleneck';
import type { Cancel, Clock } from '../../primitives/clock.js';
import { messageOf } from '../../primitives/error.js';
import type { Logger } from '../../telemetry/logger.js';
import type { SentEntry, SentLog } from './sent-log.js';

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
/** How long to wait when other processes have used the window up. */
const lookAgainMs = 1_000;
/** As long as a request may be under way: for a lease on its token (30 s), for that token and for Kick (15 s each). */
const slowestRequestMs = 60_000;

/**
 * One account's share of Kick's patience: at most `limit` requests in any `windowSeconds`, as Kick sees them.
 *
 * Each request takes a token, which comes back one window after the request was over. Whenever Kick received it,
 * the request that takes the token next is received a window later. (Bottleneck's own refresh of a reservoir lets
 * twice the limit through around the refresh.) Processes on one database share the window: none begins a request
 * while the log holds `limit` of them.
 */
export class AccountWindow {
  readonly #limiter = new Bottleneck({ reservoir: 0, minTime: noGap });
  readonly #options: WindowOptions;
  readonly #holdMs: number;
  readonly #returns = new Set<Cancel>();
  /** Entries of the log that this process will remove. */
  readonly #entries = new Set<number>();
  /** Fewer than `limit` after Kick complained. */
  #allowed: number;
  #used = 0;
  #cancelRise: Cancel = () => undefined;
  #logFails = false;
  #isShared = false;
  #stopped = false;

  private constructor(options: WindowOptions) {
    this.#options = options;
    this.#allowed = options.limit;
    this.#holdMs = options.windowSeconds * 1000 + marginMs;
  }

  /** Begins with what the log says was sent before. */
  static async open(options: WindowOptions): Promise<AccountWindow> {
    const window = new AccountWindow(options);
    // The gap before the first job counts from the limiter's birth; let that be over too.
    await window.#limiter.schedule({ weight: 0 }, async () => undefined);
    const sent = await options.log.load();
    await window.#limiter.incrementReservoir(options.limit - sent.length);
    window.#used = sent.length;
    for (const entry of sent) {
      window.#entries.add(entry.id);
      window.#giveBackIn(window.#holdOf(entry), entry.id);
    }
    return window;
  }

  /** Requests that count now, and how many may. */
  get use(): { readonly used: number; readonly limit: number } {
    return { used: this.#used, limit: this.#allowed };
  }

  /**
   * When there is a token, has `pick` say what it is for, and runs that. Where `pick` gives nothing it costs nothing.
   * `notNow` gets back what was picked while other processes had used the window up. Nothing of it may throw.
   */
  async turn<T>(
    pick: () => T | undefined,
    run: (picked: T) => Promise<void>,
    notNow: (picked: T) => void,
  ): Promise<void> {
    await this.#limiter.schedule(async () => {
      this.#used++;
      const picked = pick();
      if (picked === undefined) return this.#giveBack();
      const entry = await this.#note();
      if (entry === 'full') {
        await this.#options.clock.sleep(lookAgainMs);
        this.#giveBack();
        return notNow(picked);
      }
      try {
        await run(picked);
      } finally {
        this.#end(entry);
        this.#giveBackIn(this.#holdMs, entry);
      }
    });
  }

  /** Halves what is allowed; not below one. */
  slowDown(): void {
    this.#cancelRise();
    this.#allow(Math.max(1, Math.floor(this.#allowed / 2)));
  }

  /** Allows a tenth of the limit more, window for window, until it is whole again. */
  speedUp(): void {
    const { clock, limit, windowSeconds } = this.#options;
    this.#cancelRise();
    if (this.#allowed === limit || this.#stopped) return;
    this.#cancelRise = clock.schedule(windowSeconds * 1000, () => {
      this.#allow(Math.min(limit, this.#allowed + Math.ceil(limit / 10)));
      this.speedUp();
    });
  }

  /** Nothing is given back any more, so nothing runs beyond the tokens that are left. */
  stop(): void {
    this.#stopped = true;
    this.#cancelRise();
    for (const cancel of this.#returns) cancel();
    this.#returns.clear();
  }

  #allow(allowed: number): void {
    void this.#limiter.incrementReservoir(allowed - this.#allowed);
    this.#allowed = allowed;
  }

  /** The id of the entry, where one could be written. */
  async #note(): Promise<number | undefined | 'full'> {
    const { log, clock, limit, logger } = this.#options;
    try {
      const id = await log.add(clock.now(), limit);
      this.#logFails = false;
      if (id !== undefined) this.#entries.add(id);
      else await this.#adopt();
      return id ?? 'full';
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

  /** Whoever wrote the entries that are not ours may have died since, so we remove what it no longer needs. */
  async #adopt(): Promise<void> {
    const { log, clock, logger } = this.#options;
    for (const entry of await log.load()) {
      const { id } = entry;
      if (this.#entries.has(id) || this.#stopped) continue;
      this.#entries.add(id);
      const cancel = clock.schedule(this.#holdOf(entry), () => {
        this.#returns.delete(cancel);
        this.#forget(id);
      });
      this.#returns.add(cancel);
      if (this.#isShared) continue;
      this.#isShared = true;
      logger.warn(
        'Another kickbot with the same database sends as this account; both together keep to its limit. Stop one of them if that is not meant.',
      );
    }
  }

  /**
   * How long an entry of another process counts from now on. Kick may have received it just now, since nobody knows
   * how the wall clock was set after it was noted; or is still to receive it.
   */
  #holdOf({ isOver }: SentEntry): number {
    return this.#holdMs + (isOver ? 0 : slowestRequestMs);
  }

  #giveBackIn(delayMs: number, id: number | undefined): void {
    if (this.#stopped) return;
    const cancel = this.#options.clock.schedule(delayMs, () => {
      this.#returns.delete(cancel);
      if (id !== undefined) this.#forget(id);
      this.#giveBack();
    });
    this.#returns.add(cancel);
  }

  #giveBack(): void {
    this.#used--;
    void this.#limiter.incrementReservoir(1);
  }

  #end(id: number | undefined): void {
    // Where that cannot be written, other processes count it for longer.
    if (id !== undefined) this.#options.log.end(id, this.#options.clock.now()).catch(() => undefined);
  }

  #forget(id: number): void {
    this.#entries.delete(id);
    // An entry that cannot be deleted costs a token until somebody adopts it.
    this.#options.log.remove(id).catch(() => undefined);
  }
}
