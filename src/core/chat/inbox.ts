import type { KickEvent, KickEventType } from '../events/kick-event.js';
import type { ChannelId } from '../primitives/ids.js';
import type { Logger } from '../telemetry/logger.js';
import { RecentIds } from './recent-ids.js';

export interface InboxOptions {
  /** Handles one event. While its promise is pending, the channel's next events wait. */
  consume(event: KickEvent): void | Promise<void>;
  logger: Logger;
  /** Ids remembered to recognise repetitions, 50,000 unless told. */
  remembered?: number;
  /** Events that may wait in one channel, 1,000 unless told. */
  queued?: number;
}

export interface InboxCounts {
  /** Handed to `consume`. */
  readonly consumed: number;
  /** Not taken because an event with the same id had been. */
  readonly repeated: number;
  /** Dropped because too many waited in their channel. */
  readonly overflowed: number;
  /** `consume` threw or rejected. */
  readonly failed: number;
}

/** What must be seen whatever the load: a bot that misses it acts on what a moderator has settled. */
const neverDropped: ReadonlySet<KickEventType> = new Set<KickEventType>([
  'chat.message.deleted',
  'chat.cleared',
  'chat.settings.updated',
  'moderation.banned',
  'moderation.unbanned',
]);

/** The events of a channel whose handler is at work. An idle channel has none and costs nothing. */
interface Lane {
  readonly waiting: KickEvent[];
  dropped: number;
}

/**
 * Between the transports and the plugins: each event once, each channel's events one after the other in the order
 * of their arrival, channels independent of each other, no queue without an end.
 *
 * Where nothing is waiting and `consume` returns no promise, `accept` has handled the event when it returns. The
 * bot's own messages pass like all others: the dispatcher knows which accounts are its own.
 */
export class Inbox {
  readonly #consume: InboxOptions['consume'];
  readonly #logger: Logger;
  readonly #seen: RecentIds;
  readonly #queued: number;
  readonly #lanes = new Map<ChannelId, Lane>();
  readonly #counts = { consumed: 0, repeated: 0, overflowed: 0, failed: 0 };
  /** True while `consume` runs; what it hands to `accept` meanwhile waits in `#nested`, so that order holds. */
  #consuming = false;
  readonly #nested: KickEvent[] = [];
  #idleWaiters: (() => void)[] = [];

  constructor({ consume, logger, remembered = 50_000, queued = 1_000 }: InboxOptions) {
    this.#consume = consume;
    this.#logger = logger;
    this.#seen = new RecentIds(remembered);
    this.#queued = queued;
  }

  get counts(): InboxCounts {
    return { ...this.#counts };
  }

  /** Takes an event in. Never throws; what goes wrong in `consume` is logged and counted. */
  accept(event: KickEvent): void {
    const id = event.type === 'chat.message.sent' ? event.messageId : event.id;
    if (id !== undefined && !this.#seen.add(id)) {
      this.#counts.repeated++;
      return;
    }
    if (this.#consuming) {
      this.#nested.push(event);
      return;
    }
    this.#route(event);
    if (this.#nested.length > 0) this.#takeNested();
  }

  /** Resolves when every accepted event has been handled. */
  idle(): Promise<void> {
    if (this.#lanes.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idleWaiters.push(resolve));
  }

  #route(event: KickEvent): void {
    const lane = this.#lanes.get(event.channel.channelId);
    if (lane !== undefined) {
      this.#enqueue(lane, event);
      return;
    }
    const pending = this.#handle(event);
    if (pending !== undefined) void this.#work(event, pending);
  }

  /** Starts the handler; a promise that never rejects while it is at work. */
  #handle(event: KickEvent): Promise<void> | undefined {
    this.#counts.consumed++;
    this.#consuming = true;
    try {
      const result = this.#consume(event);
      return result === undefined ? undefined : result.catch((error: unknown) => this.#failed(event, error));
    } catch (error) {
      this.#failed(event, error);
      return undefined;
    } finally {
      this.#consuming = false;
    }
  }

  #takeNested(): void {
    for (let event = this.#nested.shift(); event !== undefined; event = this.#nested.shift()) {
      this.#route(event);
    }
  }

  async #work({ channel }: KickEvent, first: Promise<void>): Promise<void> {
    const lane: Lane = { waiting: [], dropped: 0 };
    this.#lanes.set(channel.channelId, lane);
    await first;
    for (let event = lane.waiting.shift(); event !== undefined; event = lane.waiting.shift()) {
      const pending = this.#handle(event);
      this.#takeNested();
      if (pending !== undefined) await pending;
    }
    this.#lanes.delete(channel.channelId);
    if (lane.dropped > 0) {
      this.#logger.info(`The queue of ${channel.slug} is empty again; ${lane.dropped} events were dropped.`);
    }
    if (this.#lanes.size > 0) return;
    const waiters = this.#idleWaiters;
    this.#idleWaiters = [];
    for (const resolve of waiters) resolve();
  }

  #enqueue(lane: Lane, event: KickEvent): void {
    const { waiting } = lane;
    waiting.push(event);
    if (waiting.length <= this.#queued) return;
    const oldest = waiting.findIndex(({ type }) => !neverDropped.has(type));
    if (oldest === -1) return;
    waiting.splice(oldest, 1);
    this.#counts.overflowed++;
    lane.dropped++;
    if (lane.dropped === 1) {
      this.#logger.warn(
        `Events arrive in ${event.channel.slug} faster than the plugins handle them; the oldest are dropped.`,
      );
    }
  }

  #failed({ type, channel }: KickEvent, error: unknown): void {
    this.#counts.failed++;
    this.#logger.error(`Handling ${type} in ${channel.slug} failed.`, { error });
  }
}
