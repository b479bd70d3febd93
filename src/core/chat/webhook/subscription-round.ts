import { needsOwner } from '../../auth/auth-error.js';
import type { Channel } from '../../events/kick-event.js';
import type {
  EventSubscription,
  EventSubscriptionResult,
  WebhookEvent,
} from '../../kick/event-subscriptions.js';
import { KickApiError, RateLimitedError } from '../../kick/kick-api-error.js';
import { KickbotError, messageOf } from '../../primitives/error.js';
import type { UserId } from '../../primitives/ids.js';
import { printable } from '../../primitives/printable.js';
import type { SubscribedChannel } from './subscribed-channel.js';
import type { SubscriptionAccess, SubscriptionCalls } from './subscription-access.js';

const perDelete = 50;

/** Kick's answers that are about one channel, and the same however often one asks. */
const refusals = new Set(['kick.invalid_request', 'kick.forbidden', 'kick.not_found']);

const codeOf = (error: unknown) => (error instanceof KickbotError ? error.code : '');

/** Whether somebody has to change something, and waiting does not help. */
const isLasting = (error: unknown) =>
  refusals.has(codeOf(error)) || codeOf(error) === 'kick.unauthorized' || needsOwner(error);

/** One comparison of what Kick lists with what is joined; makes what is missing, takes away what is too much. */
export class SubscriptionRound {
  /** What Kick refuses, in sentences. */
  readonly problems: string[] = [];
  /** Why a call failed, which ended the round; undefined where none did. */
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
    if (app !== undefined) {
      try {
        await this.#reconcile(app, channels, left);
      } catch (error) {
        this.#failed(error);
        if (isLasting(error)) for (const subscribed of channels) subscribed.refused();
      }
      return;
    }
    for (const subscribed of channels) {
      if (this.retryAfterMs > 0) return;
      try {
        await this.#reconcileAsOwner(subscribed, left);
      } catch (error) {
        if (isLasting(error)) this.#refused(subscribed, messageOf(error));
        else this.#failed(error);
      }
    }
  }

  #failed(error: unknown): void {
    this.failure = messageOf(error);
    if (error instanceof RateLimitedError) this.retryAfterMs = error.retryAfterMs;
  }

  #refused(subscribed: SubscribedChannel, why: string): void {
    this.problems.push(`The webhooks of ${subscribed.channel.slug} cannot be subscribed: ${why}`);
    subscribed.refused();
  }

  async #reconcileAsOwner(subscribed: SubscribedChannel, left: ReadonlySet<UserId>): Promise<void> {
    const { channel } = subscribed;
    const owner = await this.access.owner(channel);
    if (owner !== undefined) return this.#reconcile(owner, [subscribed], left);
    this.#refused(
      subscribed,
      `set kick.clientSecret, or run 'kickbot login --type channel --account ${channel.slug}' as ${channel.slug}.`,
    );
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
      try {
        await this.#complete(calls, subscribed, listed.get(broadcasterUserId) ?? []);
      } catch (error) {
        // A channel that Kick bans or forgets keeps no other from being subscribed.
        if (!refusals.has(codeOf(error))) throw error;
        this.#refused(subscribed, messageOf(error));
      }
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
      const { slug } = subscribed.channel;
      for (const { event, id, error } of await this.#create(calls, subscribed.channel, wanted)) {
        if (id !== undefined) subscribed.made(event, id);
        else {
          this.problems.push(
            `Kick did not subscribe this app to ${printable(event)} of ${slug}: ${printable(error)}`,
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
