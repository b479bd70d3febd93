import type { Channel } from '../../events/kick-event.js';
import type { Clock } from '../../primitives/clock.js';
import type { ChannelId } from '../../primitives/ids.js';
import type { Random } from '../../primitives/random.js';
import type { TransportState } from '../transport.js';
import { Membership, type Subscription } from './membership.js';

const deadlineMs = 10_000;
const tries = 5;
/** How often one that was not confirmed in five tries is tried again. */
const slowRetryMs = 60_000;
/** Spreads the retries of many. */
const jitterMs = 2_000;

export interface Overdue {
  /** Names to take back, because they will be subscribed to once more. */
  readonly again: readonly string[];
  /** What became degraded just now. */
  readonly degraded: readonly Membership[];
}

/** What one connection is to subscribe to, what of it was sent and confirmed, and what is overdue. */
export class Subscriptions {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #memberships = new Map<ChannelId, Membership>();
  readonly #byName = new Map<string, Subscription>();
  /** In the order in which they are to be sent. */
  readonly #unsent = new Set<Subscription>();
  readonly #awaited = new Set<Subscription>();
  readonly #degraded = new Set<Subscription>();

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  get size(): number {
    return this.#byName.size;
  }

  get unsent(): number {
    return this.#unsent.size;
  }

  get memberships(): Iterable<Membership> {
    return this.#memberships.values();
  }

  /** Of a channel of the feed. */
  membershipOf(name: string): Membership | undefined {
    return this.#byName.get(name)?.membership;
  }

  membership({ channelId }: Channel): Membership | undefined {
    return this.#memberships.get(channelId);
  }

  add(channel: Channel): Membership {
    const membership = new Membership(channel, this.#clock);
    this.#memberships.set(channel.channelId, membership);
    for (const subscription of membership.subscriptions) {
      this.#byName.set(subscription.name, subscription);
      this.#unsent.add(subscription);
    }
    return membership;
  }

  /** The names that were subscribed to for that channel; none where it was not joined. */
  remove(channel: Channel): readonly string[] {
    const membership = this.membership(channel);
    if (membership === undefined) return [];
    this.#memberships.delete(channel.channelId);
    const sent: string[] = [];
    for (const subscription of membership.subscriptions) {
      this.#byName.delete(subscription.name);
      if (!this.#unsent.delete(subscription)) sent.push(subscription.name);
      this.#awaited.delete(subscription);
      this.#degraded.delete(subscription);
    }
    membership.part();
    return sent;
  }

  /** A new connection: everything is to be sent again, every chat before anything else. */
  restart(): void {
    this.#awaited.clear();
    this.#unsent.clear();
    this.#degraded.clear();
    const others: Subscription[] = [];
    for (const membership of this.#memberships.values()) {
      membership.unconfirmed = membership.subscriptions.length;
      for (const subscription of membership.subscriptions) {
        subscription.tries = 0;
        if (membership.isChat(subscription)) this.#unsent.add(subscription);
        else others.push(subscription);
      }
    }
    for (const subscription of others) this.#unsent.add(subscription);
  }

  /** The next names to subscribe to. They count as sent. */
  takeUnsent(count: number): readonly string[] {
    const names: string[] = [];
    for (const subscription of this.#unsent) {
      if (names.length === count) break;
      this.#unsent.delete(subscription);
      this.#await(subscription);
      names.push(subscription.name);
    }
    return names;
  }

  /** On the present connection. */
  isConfirmed(subscription: Subscription): boolean {
    return !this.#unsent.has(subscription) && !this.#awaited.has(subscription);
  }

  /** The server confirmed. Undefined where that was not awaited. */
  confirm(name: string): Subscription | undefined {
    const subscription = this.#byName.get(name);
    if (subscription === undefined || !this.#awaited.delete(subscription)) return undefined;
    this.#degraded.delete(subscription);
    subscription.membership.unconfirmed--;
    return subscription;
  }

  /** The server takes back what it had confirmed. Undefined where it had not: that one is tried again in its time. */
  revoke(name: string): Subscription | undefined {
    const subscription = this.#byName.get(name);
    if (subscription === undefined || !this.isConfirmed(subscription)) return undefined;
    subscription.membership.unconfirmed++;
    subscription.tries = 0;
    this.#await(subscription);
    return subscription;
  }

  /** Everything of a channel is to be sent again. Returns the names to take back. */
  renew({ subscriptions }: Membership): readonly string[] {
    const again: string[] = [];
    for (const subscription of subscriptions) {
      subscription.tries = 0;
      this.#degraded.delete(subscription);
      if (this.#unsent.has(subscription)) continue;
      if (!this.#awaited.delete(subscription)) subscription.membership.unconfirmed++;
      this.#unsent.add(subscription);
      again.push(subscription.name);
    }
    return again;
  }

  get isComplete(): boolean {
    return this.#unsent.size + this.#awaited.size === 0;
  }

  /** Makes what the server has not confirmed in time unsent. */
  overdue(): Overdue {
    const now = this.#clock.monotonic();
    const again: string[] = [];
    const degraded: Membership[] = [];
    for (const subscription of this.#awaited) {
      if (subscription.dueAt > now) continue;
      const { name, membership } = subscription;
      this.#awaited.delete(subscription);
      this.#unsent.add(subscription);
      again.push(name);
      if (subscription.tries < tries) continue;
      this.#degraded.add(subscription);
      if (!membership.isDegraded) degraded.push(membership);
      membership.isDegraded = true;
    }
    return { again, degraded };
  }

  /** The state of a connected transport. */
  get state(): TransportState {
    const unconfirmed = this.#unsent.size + this.#awaited.size;
    if (unconfirmed === 0) return { name: 'ready' };
    if (this.#degraded.size === unconfirmed) {
      return { name: 'degraded', unconfirmed: [...this.#degraded].map(({ name }) => name) };
    }
    return { name: 'subscribing', confirmed: this.size - unconfirmed, wanted: this.size };
  }

  #await(subscription: Subscription): void {
    subscription.tries++;
    const wait = subscription.tries > tries ? slowRetryMs : deadlineMs;
    subscription.dueAt = this.#clock.monotonic() + wait + this.#random.fraction() * jitterMs;
    this.#awaited.add(subscription);
  }
}
