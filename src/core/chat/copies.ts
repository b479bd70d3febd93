import type { Channel, KickEvent, KickUser } from '../events/kick-event.js';
import type { Clock } from '../primitives/clock.js';
import { RecentIds } from './recent-ids.js';
import type { TransportName } from './transport.js';

/** How long after its last occurrence something is still recognised, at least. */
export const recognisedForMs = 10 * 60_000;
const keysPerGeneration = 20_000;
const idsRemembered = 10_000;
/** By how much one realtime provider may be behind another with the same event. */
const skewMs = 10_000;

/** How often one and the same thing happened, by whoever tells of it. */
interface Occurrences {
  delivered: number;
  /** Monotonic milliseconds. */
  deliveredAt: number;
  readonly counted: Map<string, number>;
}

/**
 * Recognises the copies of an event that several transports deliver and that share no id. The n-th time that a
 * transport tells something is the n-th time it happened: an event is new where its transport's count exceeds what
 * was delivered so far. Someone who does the same thing twice has done it twice.
 *
 * Of what happened n times, as often is delivered as the transport told that lost least; never more.
 */
export class Copies {
  readonly #clock: Clock;
  readonly #ids = new RecentIds(idsRemembered);
  #young = new Map<string, Occurrences>();
  #old = new Map<string, Occurrences>();
  #youngSince: number;
  readonly #resumedAt = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#youngSince = clock.monotonic();
  }

  /**
   * What of the event is new: all of it, the gifts nobody has told of, or nothing. Chat messages, and others that
   * have the same id on every transport that carries them, are left to the inbox.
   */
  rest(event: KickEvent, transport: TransportName): KickEvent | undefined {
    if (event.type === 'chat.message.sent') return event;
    const { id, channel } = event;
    let teller: string = transport;
    if (id !== undefined) {
      if (!hasTwin(event)) return event;
      if (!this.#ids.add(`${event.type}/${id}`)) return undefined;
      // Those that share ids count as one: together they lose less.
      if (transport !== 'webhook') teller = 'realtime';
    }
    if (event.type === 'channel.subscription.gifts' && event.recipients.length > 0) {
      const recipients = event.recipients.filter((user) =>
        this.#isNew(`gift/${name(user)}`, channel, teller),
      );
      if (recipients.length === event.recipients.length) return event;
      return recipients.length === 0 ? undefined : { ...event, recipients };
    }
    return this.#isNew(keyOf(event), channel, teller) ? event : undefined;
  }

  /**
   * A realtime transport receives the channel, at last or again; `realtime`: any does, after none did. What others
   * told before it will not tell any more.
   */
  resumed(teller: TransportName | 'realtime', { channelId }: Channel): void {
    this.#resumedAt.set(`${teller}/${channelId}`, this.#clock.monotonic());
  }

  #isNew(what: string, { channelId }: Channel, teller: string): boolean {
    const now = this.#clock.monotonic();
    const found = this.#occurrences(`${channelId}/${what}`, now);
    const resumedAt = this.#resumedAt.get(`${teller}/${channelId}`) ?? -Infinity;
    const before =
      found.deliveredAt < resumedAt - skewMs ? found.delivered : (found.counted.get(teller) ?? 0);
    found.counted.set(teller, before + 1);
    if (before < found.delivered) return false;
    found.delivered = before + 1;
    found.deliveredAt = now;
    return true;
  }

  #occurrences(key: string, now: number): Occurrences {
    if (now - this.#youngSince >= recognisedForMs || this.#young.size >= keysPerGeneration) {
      this.#old = now - this.#youngSince >= 2 * recognisedForMs ? new Map() : this.#young;
      this.#young = new Map();
      this.#youngSince = now;
    }
    const found = this.#young.get(key) ??
      this.#old.get(key) ?? { delivered: 0, deliveredAt: now, counted: new Map() };
    this.#young.set(key, found);
    return found;
  }
}

/** Whether webhooks and realtime feeds both tell of it, in shapes that have no id in common. */
export function hasTwin(event: KickEvent): boolean {
  switch (event.type) {
    case 'channel.subscription.new':
    case 'channel.subscription.renewal':
    case 'channel.subscription.gifts':
    case 'livestream.status.updated':
    case 'moderation.banned':
    case 'kicks.gifted':
      return true;
    case 'channel.reward.redemption.updated':
      return event.status === 'pending';
    default:
      return false;
  }
}

/** The same for all copies of an event, and for as little else as may be. */
function keyOf(event: KickEvent): string {
  switch (event.type) {
    case 'channel.subscription.new':
    case 'channel.subscription.renewal':
      return `subscription/${name(event.subscriber)}/${event.months}`;
    case 'livestream.status.updated':
      return `live/${event.isLive}`;
    case 'moderation.banned':
      return `ban/${name(event.user)}/${event.expiresAt === undefined}`;
    case 'kicks.gifted':
      return `kicks/${name(event.sender)}/${event.gift.amount}/${event.gift.name}/${event.message}`;
    case 'channel.reward.redemption.updated':
      if (event.status !== 'pending') break;
      return `redemption/${name(event.redeemer)}/${event.reward.title}/${event.userInput}`;
  }
  const wireName = event.type === 'unknown' ? event.name : event.type;
  return `${wireName}/${JSON.stringify(event.raw)}`;
}

/** Names are in every shape, ids are not. */
const name = ({ username }: KickUser) => username.toLowerCase();
