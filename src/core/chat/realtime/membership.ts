import type { Channel } from '../../events/kick-event.js';
import type { Clock } from '../../primitives/clock.js';
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

/** A time by both clocks: the wall clock counts a suspended machine's sleep, and may be set back. */
interface Moment {
  readonly wall: number;
  readonly monotonic: number;
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
  /**
   * Resolves when all subscriptions are confirmed for the first time, or that of the chat is and others have been
   * tried in vain.
   */
  readonly joined: Promise<void>;
  /** How many came so far. */
  frames = 0;
  unconfirmed: number;
  /** Some of it stayed unconfirmed in spite of all tries. */
  isDegraded = false;
  readonly #clock: Clock;
  #resolve = (): void => undefined;
  #reject = (_: KickbotError): void => undefined;
  #receivedSince: Moment | undefined;
  #missing: { readonly from: Moment; readonly reason: string } | undefined;
  #framesSwept = 0;
  #sweptAt = 0;
  #quietSince = 0;

  constructor(channel: Channel, clock: Clock) {
    this.channel = channel;
    this.#clock = clock;
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
    return this.#receivedSince && this.#wallTimeOf(this.#receivedSince);
  }

  isChat(subscription: Subscription): boolean {
    return subscription === this.subscriptions[0];
  }

  /** To be called when something was confirmed or given up. */
  settle(): void {
    if (this.unconfirmed === 0 || (this.isDegraded && this.#receivedSince !== undefined)) this.#resolve();
  }

  part(): void {
    this.#reject(
      new KickbotError('channel.parted', `${this.channel.slug} was left before its chat was joined.`),
    );
  }

  /** From now on it is received. Returns what was missed since it was received before. */
  received(): MissedSpan | undefined {
    if (this.#receivedSince !== undefined) return undefined;
    const now = this.#clock.now();
    this.#receivedSince = this.#moment(now);
    this.#sweptAt = now;
    this.#quietSince = now;
    this.#framesSwept = this.frames;
    if (this.#missing === undefined) return undefined;
    const { from, reason } = this.#missing;
    this.#missing = undefined;
    return { channel: this.channel, from: this.#wallTimeOf(from), to: now, reason };
  }

  /** It is not received any more, and was certainly received until `from`. */
  interrupted(from: number, reason: string): void {
    if (this.receivedSince === undefined) return;
    this.#missing = { from: this.#moment(Math.max(from, this.receivedSince)), reason };
    this.#receivedSince = undefined;
  }

  /** To be called from time to time: whether a frame came since the last call; undefined while it is not received. */
  sweep(): boolean | undefined {
    if (this.#receivedSince === undefined) return undefined;
    const isHeard = this.frames !== this.#framesSwept;
    this.#quietSince = this.quietSince;
    this.#framesSwept = this.frames;
    this.#sweptAt = this.#clock.now();
    return isHeard;
  }

  /** Since when no frame came, give or take the time between two sweeps: never later than it was. */
  get quietSince(): number {
    return this.frames === this.#framesSwept ? this.#quietSince : this.#sweptAt;
  }

  #moment(wall: number): Moment {
    return { wall, monotonic: this.#clock.monotonic() };
  }

  /** By the wall clock as it goes now. */
  #wallTimeOf({ wall, monotonic }: Moment): number {
    return Math.min(wall, this.#clock.now() - (this.#clock.monotonic() - monotonic));
  }
}
