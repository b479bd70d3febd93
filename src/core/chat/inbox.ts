import type { KickEvent, KickEventType } from '../events/kick-event.js';
import type { ChannelId, MessageId } from '../primitives/ids.js';
import type { Logger } from '../telemetry/logger.js';
import { Fifo } from './fifo.js';
import { RecentIds } from './recent-ids.js';

export interface InboxOptions {
  /** Handles one event. While its promise is pending, the channel's next events wait. */
  consume(event: KickEvent): void | Promise<void>;
  logger: Logger;
  /** Ids remembered to recognise repetitions, 250,000 unless told: ten minutes of 200 messages a second, in 4 MB. */
  remembered?: number;
  /**
   * Events that may wait in one channel, 1,000 unless told. Of those that must be seen, such as bans, twenty times
   * as many may.
   */
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
  /** Waiting now, in all channels. */
  readonly waiting: number;
}

/**
 * What must be seen whatever the load: a bot that misses it acts on what a moderator has settled, or takes for whole
 * what has a gap.
 */
const kept: ReadonlySet<KickEventType> = new Set<KickEventType>([
  'chat.message.deleted',
  'chat.cleared',
  'chat.settings.updated',
  'moderation.banned',
  'moderation.unbanned',
  'gap',
]);
const keptPerOrdinary = 20;

interface Waiting {
  readonly event: KickEvent;
  readonly settled: (() => void) | undefined;
  /** The order of arrival in the channel. */
  readonly number: number;
}

/** The events of a channel whose handler is at work. An idle channel has none and costs nothing. */
interface Lane {
  readonly kept: Fifo<Waiting>;
  readonly ordinary: Fifo<Waiting>;
  arrived: number;
  dropped: number;
}

/** What arrived first of the two kinds. */
function next({ kept, ordinary }: Lane): Waiting | undefined {
  const [one, other] = [kept.first, ordinary.first];
  const isKept = one !== undefined && (other === undefined || one.number < other.number);
  return (isKept ? kept : ordinary).shift();
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
  readonly #counts = { consumed: 0, repeated: 0, overflowed: 0, failed: 0, waiting: 0 };
  /** True while `consume` runs; what it hands to `accept` meanwhile waits in `#nested`, so that order holds. */
  #consuming = false;
  readonly #nested = new Fifo<Pick<Waiting, 'event' | 'settled'>>();
  #idleWaiters: (() => void)[] = [];
  #isClosed = false;

  constructor({ consume, logger, remembered = 250_000, queued = 1_000 }: InboxOptions) {
    this.#consume = consume;
    this.#logger = logger;
    this.#seen = new RecentIds(remembered);
    this.#queued = queued;
  }

  get counts(): InboxCounts {
    return { ...this.#counts };
  }

  /**
   * Takes an event in; false when it is the copy of an earlier one. Never throws; what goes wrong in `consume` is
   * logged and counted. `settled` is called once: before `consume` gets the event, or when it never will.
   */
  accept(event: KickEvent, settled?: () => void): boolean {
    const id = idOf(event);
    if (id !== undefined && !this.#seen.add(id)) {
      this.#counts.repeated++;
      settled?.();
      return false;
    }
    if (this.#consuming) {
      this.#nested.push({ event, settled });
      return true;
    }
    this.#route(event, settled);
    if (this.#nested.length > 0) this.#takeNested();
    return true;
  }

  /** How often the older half of the remembered ids was forgotten. */
  get timesForgotten(): number {
    return this.#seen.timesForgotten;
  }

  /** Hands nothing on any more. What waits is not settled: it may be delivered again. */
  close(): void {
    this.#isClosed = true;
  }

  /** Takes the chat message with that id for handled: it was, before a restart. */
  remember(id: MessageId): void {
    this.#seen.add(id);
  }

  /** Resolves when every accepted event has been handled. */
  idle(): Promise<void> {
    if (this.#lanes.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idleWaiters.push(resolve));
  }

  #route(event: KickEvent, settled: (() => void) | undefined): void {
    const lane = this.#lanes.get(event.channel.channelId);
    if (lane !== undefined) {
      this.#enqueue(lane, event, settled);
      return;
    }
    const pending = this.#handle(event, settled);
    if (pending !== undefined) void this.#work(event, pending);
  }

  /** Starts the handler; a promise that never rejects while it is at work. */
  #handle(event: KickEvent, settled: (() => void) | undefined): Promise<void> | undefined {
    this.#counts.consumed++;
    this.#consuming = true;
    try {
      settled?.();
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
    for (let nested = this.#nested.shift(); nested !== undefined; nested = this.#nested.shift()) {
      this.#route(nested.event, nested.settled);
    }
  }

  async #work({ channel }: KickEvent, first: Promise<void>): Promise<void> {
    const lane: Lane = { kept: new Fifo(), ordinary: new Fifo(), arrived: 0, dropped: 0 };
    this.#lanes.set(channel.channelId, lane);
    await first;
    const take = () => (this.#isClosed ? undefined : next(lane));
    for (let taken = take(); taken !== undefined; taken = take()) {
      this.#counts.waiting--;
      const pending = this.#handle(taken.event, taken.settled);
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

  #enqueue(lane: Lane, event: KickEvent, settled: (() => void) | undefined): void {
    (kept.has(event.type) ? lane.kept : lane.ordinary).push({ event, settled, number: lane.arrived++ });
    this.#counts.waiting++;
    const isFull = lane.kept.length + lane.ordinary.length > this.#queued;
    const dropped =
      (isFull ? lane.ordinary.shift() : undefined) ??
      (lane.kept.length > this.#queued * keptPerOrdinary ? lane.kept.shift() : undefined);
    if (dropped === undefined) return;
    this.#counts.waiting--;
    this.#counts.overflowed++;
    lane.dropped++;
    if (lane.dropped === 1) {
      this.#logger.warn(
        `Events arrive in ${event.channel.slug} faster than the plugins handle them; the oldest are dropped.`,
      );
    }
    dropped.settled?.();
  }

  #failed({ type, channel }: KickEvent, error: unknown): void {
    this.#counts.failed++;
    this.#logger.error(`Handling ${type} in ${channel.slug} failed.`, { error });
  }
}

/** What two copies of an event have in common; a message's id alone, as it is one in all of Kick. */
function idOf(event: KickEvent): string | undefined {
  if (event.type === 'chat.message.sent') return event.messageId;
  return event.id === undefined ? undefined : `${event.type}/${event.id}`;
}
