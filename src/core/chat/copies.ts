import type { Channel, KickEvent, KickUser } from '../events/kick-event.js';
import type { Clock } from '../primitives/clock.js';
import { RecentIds } from './recent-ids.js';
import { RecentOccurrences } from './recent-occurrences.js';
import type { TransportName } from './transport.js';

const idsRemembered = 10_000;
/** By how much one realtime provider may be behind another with the same event. */
const skewMs = 10_000;

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
  /** Told by webhooks too, which may be minutes late: kept apart from the many that come twice at once or never. */
  readonly #twins: RecentOccurrences;
  readonly #others: RecentOccurrences;
  readonly #resumedAt = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#twins = new RecentOccurrences(clock.monotonic());
    this.#others = new RecentOccurrences(clock.monotonic());
  }

  /**
   * What of the event is new: all of it, the gifts nobody has told of, or nothing. Chat messages, and others that
   * have the same id on every transport that carries them, are left to the inbox.
   *
   * `isLastWord`: whoever else was to tell of it has done so by now, or never will. Were it counted, the next time
   * it happens would be taken for the copy they still owe.
   */
  rest(event: KickEvent, transport: TransportName, isLastWord = false): KickEvent | undefined {
    if (event.type === 'chat.message.sent') return event;
    const { id, channel } = event;
    let teller: string = transport;
    if (id !== undefined) {
      if (!hasTwin(event)) return event;
      if (!this.#ids.add(`${event.type}/${id}`)) return undefined;
      // Those that share ids count as one: together they lose less.
      if (transport !== 'webhook') teller = 'realtime';
    }
    const isNew = (what: string) => {
      const table = hasTwin(event) ? this.#twins : this.#others;
      return this.#count(table, what, channel, teller, isLastWord);
    };
    if (event.type === 'channel.subscription.gifts' && event.recipients.length > 0) {
      const recipients = event.recipients.filter((user) => isNew(`gift/${name(user)}`));
      if (recipients.length === event.recipients.length) return event;
      return recipients.length === 0 ? undefined : { ...event, recipients };
    }
    return isNew(keyOf(event)) ? event : undefined;
  }

  /**
   * A realtime transport receives the channel, at last or again; `realtime`: any does, after none did. What others
   * told before it will not tell any more.
   */
  resumed(teller: TransportName | 'realtime', { channelId }: Channel): void {
    this.#resumedAt.set(`${teller}/${channelId}`, this.#clock.monotonic());
  }

  /** Whether it is new. */
  #count(
    table: RecentOccurrences,
    what: string,
    { channelId }: Channel,
    teller: string,
    isLastWord: boolean,
  ): boolean {
    const now = this.#clock.monotonic();
    const found = table.of(`${channelId}/${what}`, now);
    const resumedAt = this.#resumedAt.get(`${teller}/${channelId}`) ?? -Infinity;
    const before =
      found.deliveredAt < resumedAt - skewMs ? found.delivered : (found.counted.get(teller) ?? 0);
    const isNew = before >= found.delivered;
    if (isNew && isLastWord) return true;
    found.counted.set(teller, before + 1);
    if (!isNew) return false;
    found.delivered = before + 1;
    found.deliveredAt = now;
    return true;
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
