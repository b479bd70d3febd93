import { Refusal } from './refusal.js';
import { ulid } from './ulid.js';

/** The ten events Kick sends by webhook, all of them in version 1. */
export const subscribableEvents = [
  'chat.message.sent',
  'channel.followed',
  'channel.subscription.new',
  'channel.subscription.renewal',
  'channel.subscription.gifts',
  'channel.reward.redemption.updated',
  'livestream.status.updated',
  'livestream.metadata.updated',
  'moderation.banned',
  'kicks.gifted',
] as const;

export type SubscribableEvent = (typeof subscribableEvents)[number];

/** How many subscriptions to one event an app may have; to chat, while Kick has not verified it. */
const MAX_PER_EVENT = 10_000;
const MAX_CHAT_UNVERIFIED = 1000;

export interface EventSubscription {
  /** A ULID. */
  readonly id: string;
  readonly appId: string;
  /** User id. */
  readonly broadcasterId: number;
  readonly event: SubscribableEvent;
  readonly version: 1;
  readonly createdAt: number;
}

type Wanted = Pick<EventSubscription, 'appId' | 'broadcasterId' | 'event'>;

/** What the apps want to hear of by webhook. */
export class EventSubscriptions {
  readonly #subscriptions = new Map<string, EventSubscription>();

  /** @param now the sandbox's clock, milliseconds since 1970. */
  constructor(private readonly now: () => number) {}

  /** Those of an app, oldest first; of one broadcaster where one is named. */
  list({ appId, broadcasterId }: { appId: string; broadcasterId?: number | undefined }): EventSubscription[] {
    return [...this.#subscriptions.values()].filter(
      (subscription) =>
        subscription.appId === appId &&
        (broadcasterId ?? subscription.broadcasterId) === subscription.broadcasterId,
    );
  }

  /** Subscribes, or returns the subscription there is. Throws a `Refusal` when the app has all it may have. */
  subscribe({ appId, broadcasterId, event }: Wanted): EventSubscription {
    const toEvent = this.list({ appId }).filter((subscription) => subscription.event === event);
    const known = toEvent.find((subscription) => subscription.broadcasterId === broadcasterId);
    if (known) return known;
    const max = event === 'chat.message.sent' ? MAX_CHAT_UNVERIFIED : MAX_PER_EVENT;
    if (toEvent.length >= max) {
      throw new Refusal('limit', `An app has at most ${max} subscriptions to ${event}.`);
    }
    const createdAt = this.now();
    const subscription = { id: ulid(createdAt), appId, broadcasterId, event, version: 1, createdAt } as const;
    this.#subscriptions.set(subscription.id, subscription);
    return subscription;
  }

  /** The one an app has to this event of this broadcaster, if any. */
  find({ appId, broadcasterId, event }: Wanted): EventSubscription | undefined {
    for (const subscription of this.#subscriptions.values()) {
      if (
        subscription.broadcasterId === broadcasterId &&
        subscription.event === event &&
        subscription.appId === appId
      ) {
        return subscription;
      }
    }
    return undefined;
  }

  unsubscribe(id: string): void {
    this.#subscriptions.delete(id);
  }

  /** All of an app, or all to one event: what Kick does where webhooks to it failed for a day. */
  unsubscribeAll({ appId, event }: { appId: string; event?: SubscribableEvent }): void {
    for (const subscription of this.list({ appId })) {
      if ((event ?? subscription.event) === subscription.event) this.unsubscribe(subscription.id);
    }
  }
}
