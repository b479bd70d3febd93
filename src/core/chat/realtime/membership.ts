import type { Channel } from '../../events/kick-event.js';
import { KickbotError } from '../../primitives/error.js';
import type { MissedSpan } from '../transport.js';

/** One channel of the feed that is subscribed to. */
export interface Subscription {
  readonly name: string;
  readonly membership: Membership;
  /** On the present connection. */
  tries: number;
  /** Monotonic milliseconds: when to try again, once it is sent. */
  dueAt: number;
}

/** The feed's six channels for one streamer, that of the chat first. Dots and underscores matter. */
export function feedChannelsOf({ chatroomId, channelId }: Channel): readonly string[] {
  return [
    `chatrooms.${chatroomId}.v2`,
    `chatrooms.${chatroomId}`,
    `chatroom_${chatroomId}`,
    `channel.${channelId}`,
    `channel_${channelId}`,
    `predictions-channel-${channelId}`,
  ];
}

/**
 * A streamer's channel that was joined, its subscriptions, and what is known of its being received: it is while the
 * subscription to its chat is confirmed on a connection that lives. Times are wall clock in milliseconds.
 */
export class Membership {
  readonly channel: Channel;
  readonly subscriptions: readonly Subscription[];
  /** Resolves when all subscriptions are confirmed for the first time. */
  readonly joined: Promise<void>;
  /** How many came so far. */
  frames = 0;
  unconfirmed: number;
  /** Some of it stayed unconfirmed in spite of all tries. */
  isDegraded = false;
  #resolve = (): void => undefined;
  #reject = (_: KickbotError): void => undefined;
  #receivedSince: number | undefined;
  #missing: { readonly from: number; readonly reason: string } | undefined;
  #framesSwept = 0;
  #sweptAt = 0;
  #quietSince = 0;

  constructor(channel: Channel) {
    this.channel = channel;
    const subscriptions = feedChannelsOf(channel).map((name) => ({
      name,
      membership: this,
      tries: 0,
      dueAt: 0,
    }));
    this.subscriptions = subscriptions;
    this.unconfirmed = subscriptions.length;
    this.joined = new Promise<void>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Whoever joined may not be waiting any more when the channel is left.
    this.joined.catch(() => undefined);
  }

  get receivedSince(): number | undefined {
    return this.#receivedSince;
  }

  isChat(subscription: Subscription): boolean {
    return subscription === this.subscriptions[0];
  }

  complete(): void {
    this.#resolve();
  }

  part(): void {
    this.#reject(
      new KickbotError('channel.parted', `${this.channel.slug} was left before its chat was joined.`),
    );
  }

  /** From now on it is received. Returns what was missed since it was received before. */
  received(now: number): MissedSpan | undefined {
    if (this.#receivedSince !== undefined) return undefined;
    this.#receivedSince = now;
    this.#sweptAt = now;
    this.#quietSince = now;
    this.#framesSwept = this.frames;
    if (this.#missing === undefined) return undefined;
    const { from, reason } = this.#missing;
    this.#missing = undefined;
    // A clock that was set back would turn it round.
    return { channel: this.channel, from: Math.min(from, now), to: now, reason };
  }

  /** It is not received any more, and was certainly received until `from`. */
  interrupted(from: number, reason: string): void {
    if (this.#receivedSince === undefined) return;
    this.#missing = { from: Math.max(from, this.#receivedSince), reason };
    this.#receivedSince = undefined;
  }

  /** To be called from time to time: whether a frame came since the last call; undefined while it is not received. */
  sweep(now: number): boolean | undefined {
    if (this.#receivedSince === undefined) return undefined;
    const isHeard = this.frames !== this.#framesSwept;
    this.#quietSince = this.quietSince;
    this.#framesSwept = this.frames;
    this.#sweptAt = now;
    return isHeard;
  }

  /** Since when no frame came, give or take the time between two sweeps: never later than it was. */
  get quietSince(): number {
    return this.frames === this.#framesSwept ? this.#quietSince : this.#sweptAt;
  }
}
