import type { Channel } from '../../events/kick-event.js';
import { KickbotError } from '../../primitives/error.js';
import type { ChannelId } from '../../primitives/ids.js';
import type { Random } from '../../primitives/random.js';
import type { TransportState } from '../transport.js';

const deadlineMs = 10_000;
const tries = 5;
/** How often one that was not confirmed in five tries is tried again. */
const slowRetryMs = 60_000;
/** Spreads the retries of many. */
const jitterMs = 2_000;

/** One channel of the feed that is subscribed to. */
interface Subscription {
  readonly name: string;
  readonly membership: Membership;
  /** On the present connection. */
  tries: number;
  /** Monotonic milliseconds: when to try again. */
  dueAt: number;
}

interface Membership {
  readonly channel: Channel;
  readonly subscriptions: Subscription[];
  readonly joined: Promise<void>;
  resolve(): void;
  reject(error: KickbotError): void;
  unconfirmed: number;
  /** Wall clock in milliseconds: when the last of its subscriptions was confirmed. */
  confirmedAt: number;
  /** Some of it stayed unconfirmed in spite of all tries, and that has been told. */
  isDegraded: boolean;
}

export interface Overdue {
  /** Names to subscribe to once more. */
  readonly again: readonly string[];
  /** Channels that became degraded just now. */
  readonly degraded: readonly Channel[];
}

/** The feed's six channels for one streamer. Dots and underscores matter: they are different channels. */
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

/** What is subscribed to, which of it the server has confirmed on the present connection, and what is overdue. */
export class Subscriptions {
  readonly #random: Random;
  readonly #memberships = new Map<ChannelId, Membership>();
  readonly #byName = new Map<string, Subscription>();
  readonly #unconfirmed = new Set<Subscription>();
  readonly #degraded = new Set<Subscription>();

  constructor(random: Random) {
    this.#random = random;
  }

  channelOf(name: string): Channel | undefined {
    return this.#byName.get(name)?.membership.channel;
  }

  names(): Iterable<string> {
    return this.#byName.keys();
  }

  /** The promise of a channel that was added before. */
  joined(channel: Channel): Promise<void> | undefined {
    return this.#membershipOf(channel)?.joined;
  }

  /** The six names to subscribe to. Throws `channel.ids_clash` where another channel claims the same ids. */
  add(channel: Channel, now: number): { readonly names: readonly string[]; readonly joined: Promise<void> } {
    const names = feedChannelsOf(channel);
    for (const name of names) {
      const other = this.channelOf(name);
      if (other === undefined) continue;
      throw new KickbotError(
        'channel.ids_clash',
        `${other.slug} and ${channel.slug} have the same ids; correct channelId and chatroomId in the setting channels.`,
      );
    }
    const membership = newMembership(channel);
    this.#memberships.set(channel.channelId, membership);
    for (const name of names) {
      const subscription = { name, membership, tries: 0, dueAt: 0 };
      membership.subscriptions.push(subscription);
      this.#byName.set(name, subscription);
      this.#await(subscription, now);
    }
    return { names, joined: membership.joined };
  }

  /** The names that were subscribed to for that channel; none where it was not joined. */
  remove(channel: Channel): readonly string[] {
    const membership = this.#membershipOf(channel);
    if (membership === undefined) return [];
    this.#memberships.delete(channel.channelId);
    for (const subscription of membership.subscriptions) {
      this.#byName.delete(subscription.name);
      this.#unconfirmed.delete(subscription);
      this.#degraded.delete(subscription);
    }
    membership.reject(
      new KickbotError('channel.parted', `${channel.slug} was left before its chat was joined.`),
    );
    return membership.subscriptions.map(({ name }) => name);
  }

  removeAll(): void {
    for (const { channel } of [...this.#memberships.values()]) this.remove(channel);
  }

  /** A new connection: everything is to be confirmed again. */
  restart(now: number): void {
    this.#unconfirmed.clear();
    this.#degraded.clear();
    for (const membership of this.#memberships.values()) {
      membership.unconfirmed = 0;
      for (const subscription of membership.subscriptions) {
        subscription.tries = 0;
        this.#await(subscription, now);
      }
    }
  }

  /** The server confirmed. Returns the channel where it was degraded and is complete now. */
  confirm(name: string, now: number): Channel | undefined {
    const subscription = this.#byName.get(name);
    if (subscription === undefined || !this.#unconfirmed.delete(subscription)) return undefined;
    this.#degraded.delete(subscription);
    const { membership } = subscription;
    membership.unconfirmed--;
    if (membership.unconfirmed > 0) return undefined;
    membership.confirmedAt = now;
    membership.resolve();
    const wasDegraded = membership.isDegraded;
    membership.isDegraded = false;
    return wasDegraded ? membership.channel : undefined;
  }

  /** Wall clock in milliseconds: since when all of a channel is confirmed; undefined while it is not. */
  confirmedAt(channel: Channel): number | undefined {
    const membership = this.#membershipOf(channel);
    return membership?.unconfirmed === 0 ? membership.confirmedAt : undefined;
  }

  /** A channel's names, all to be confirmed again. */
  renew(channel: Channel, now: number): readonly string[] {
    const subscriptions = this.#membershipOf(channel)?.subscriptions ?? [];
    for (const subscription of subscriptions) {
      subscription.tries = 0;
      if (this.#unconfirmed.has(subscription)) this.#schedule(subscription, now);
      else this.#await(subscription, now);
    }
    return subscriptions.map(({ name }) => name);
  }

  get isComplete(): boolean {
    return this.#unconfirmed.size === 0;
  }

  /** What the server has not confirmed in time; counts a further try for each. */
  overdue(now: number): Overdue {
    const again: string[] = [];
    const degraded: Channel[] = [];
    for (const subscription of this.#unconfirmed) {
      if (subscription.dueAt > now) continue;
      const { name, membership } = subscription;
      again.push(name);
      if (subscription.tries >= tries) {
        this.#degraded.add(subscription);
        if (!membership.isDegraded) degraded.push(membership.channel);
        membership.isDegraded = true;
      }
      this.#schedule(subscription, now);
    }
    return { again, degraded };
  }

  /** The state of a connected transport. */
  get state(): TransportState {
    if (this.isComplete) return { name: 'ready' };
    if (this.#degraded.size === this.#unconfirmed.size) {
      return { name: 'degraded', unconfirmed: [...this.#degraded].map(({ name }) => name) };
    }
    const wanted = this.#byName.size;
    return { name: 'subscribing', confirmed: wanted - this.#unconfirmed.size, wanted };
  }

  /** Not that of another channel with the same id. */
  #membershipOf({ channelId, slug }: Channel): Membership | undefined {
    const membership = this.#memberships.get(channelId);
    return membership?.channel.slug === slug ? membership : undefined;
  }

  #await(subscription: Subscription, now: number): void {
    subscription.membership.unconfirmed++;
    this.#unconfirmed.add(subscription);
    this.#schedule(subscription, now);
  }

  #schedule(subscription: Subscription, now: number): void {
    subscription.tries++;
    const wait = subscription.tries > tries ? slowRetryMs : deadlineMs;
    subscription.dueAt = now + wait + this.#random.fraction() * jitterMs;
  }
}

function newMembership(channel: Channel): Membership {
  const { promise, resolve, reject } = deferred();
  // Whoever joined may not be waiting any more when the channel is left.
  promise.catch(() => undefined);
  return {
    channel,
    subscriptions: [],
    joined: promise,
    resolve,
    reject,
    unconfirmed: 0,
    confirmedAt: 0,
    isDegraded: false,
  };
}

function deferred() {
  let resolve = (): void => undefined;
  let reject = (_: KickbotError): void => undefined;
  const promise = new Promise<void>((fulfil, refuse) => {
    resolve = fulfil;
    reject = refuse;
  });
  return { promise, resolve, reject };
}
