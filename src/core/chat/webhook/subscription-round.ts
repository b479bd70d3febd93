import type { Channel } from '../../events/kick-event.js';
import type {
  EventSubscription,
  EventSubscriptionResult,
  WebhookEvent,
} from '../../kick/event-subscriptions.js';
import { KickApiError, RateLimitedError } from '../../kick/kick-api-error.js';
import { messageOf } from '../../primitives/error.js';
import type { UserId } from '../../primitives/ids.js';
import { printable } from '../../primitives/printable.js';
import type { SubscribedChannel } from './subscribed-channel.js';
import type { SubscriptionAccess, SubscriptionCalls } from './subscription-access.js';

const perDelete = 50;

/** One comparison of what Kick lists with what is joined; makes what is missing, takes away what is too much. */
export class SubscriptionRound {
  /** What is wrong, in sentences. */
  readonly problems: string[] = [];
  /** Why a call failed; undefined where none did. */
  failure: string | undefined;
  /** Owners of channels not joined of whom every subscription was taken away. */
  readonly removed: UserId[] = [];
  /** How long Kick wants to be left alone. */
  retryAfterMs = 0;
  /** Of these the app may not have more. */
  readonly #full = new Set<WebhookEvent>();

  constructor(
    private readonly joined: ReadonlyMap<UserId, SubscribedChannel>,
    private readonly access: SubscriptionAccess,
  ) {}

  /** Never rejects. Of those in `left` who are not joined nothing is wanted any more. */
  async run(left: ReadonlySet<UserId>): Promise<void> {
    const { app } = this.access;
    const channels = [...this.joined.values()];
    if (app !== undefined) return this.#attempt(() => this.#reconcile(app, channels, left));
    for (const subscribed of channels) {
      await this.#attempt(async () => {
        const { channel } = subscribed;
        const owner = await this.access.owner(channel);
        if (owner !== undefined) return this.#reconcile(owner, [subscribed], left);
        this.problems.push(
          `The webhooks of ${channel.slug} cannot be subscribed: set kick.clientSecret, or run 'kickbot login --type channel --account ${channel.slug}' as ${channel.slug}.`,
        );
      });
    }
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.failure = messageOf(error);
      this.problems.push(`The webhook subscriptions could not be checked: ${this.failure}`);
      if (error instanceof RateLimitedError) this.retryAfterMs = error.retryAfterMs;
    }
  }

  /** With a token that reaches these channels. */
  async #reconcile(
    calls: SubscriptionCalls,
    channels: readonly SubscribedChannel[],
    left: ReadonlySet<UserId>,
  ): Promise<void> {
    const listed = groupByBroadcaster(await calls.list());
    for (const subscribed of channels) {
      const { broadcasterUserId } = subscribed.channel;
      // It may have been left meanwhile.
      if (this.joined.get(broadcasterUserId) !== subscribed) continue;
      await this.#complete(calls, subscribed, listed.get(broadcasterUserId) ?? []);
    }
    for (const [broadcaster, subscriptions] of listed) {
      if (this.joined.has(broadcaster) || !left.has(broadcaster)) continue;
      await remove(calls, subscriptions);
      this.removed.push(broadcaster);
    }
  }

  async #complete(
    calls: SubscriptionCalls,
    subscribed: SubscribedChannel,
    listed: readonly EventSubscription[],
  ): Promise<void> {
    if (subscribed.isStale) {
      await remove(calls, listed);
      subscribed.renewed();
    } else {
      // A second subscription of one event would have everything come twice.
      await remove(calls, subscribed.see(listed));
    }
    const wanted = subscribed.missing.filter((event) => !this.#full.has(event));
    if (wanted.length > 0) {
      for (const { event, error } of await this.#create(calls, subscribed.channel, wanted)) {
        if (error === undefined) subscribed.made(event);
        else {
          this.problems.push(
            `Kick did not subscribe this app to ${printable(event)} of ${subscribed.channel.slug}: ${printable(error)}`,
          );
        }
      }
    }
    subscribed.judge();
  }

  /** One request for all; one for each where the app may not have more of one of them, for that refuses all. */
  async #create(
    calls: SubscriptionCalls,
    channel: Channel,
    events: readonly WebhookEvent[],
  ): Promise<readonly EventSubscriptionResult[]> {
    const { broadcasterUserId, slug } = channel;
    try {
      return await calls.create({ events, broadcasterUserId });
    } catch (error) {
      const isLimit = error instanceof KickApiError && /limit reached/i.test(error.message);
      const [event] = events;
      if (!isLimit || event === undefined) throw error;
      if (events.length > 1) {
        const results: EventSubscriptionResult[] = [];
        for (const single of events) results.push(...(await this.#create(calls, channel, [single])));
        return results;
      }
      this.#full.add(event);
      this.problems.push(
        `Kick lets this app have no more subscriptions to ${event}; ${slug} has none. An app may have 10,000, of chat.message.sent 1,000 until Kick has verified it: ask for that at developers@kick.com, or use webhooks for fewer channels.`,
      );
      return [];
    }
  }
}

async function remove(calls: SubscriptionCalls, subscriptions: readonly EventSubscription[]): Promise<void> {
  for (let start = 0; start < subscriptions.length; start += perDelete) {
    await calls.delete(subscriptions.slice(start, start + perDelete).map(({ id }) => id));
  }
}

function groupByBroadcaster(
  subscriptions: readonly EventSubscription[],
): ReadonlyMap<UserId, readonly EventSubscription[]> {
  const groups = new Map<UserId, EventSubscription[]>();
  for (const subscription of subscriptions) {
    const group = groups.get(subscription.broadcasterUserId);
    if (group === undefined) groups.set(subscription.broadcasterUserId, [subscription]);
    else group.push(subscription);
  }
  return groups;
}
