import { z } from 'zod';
import { type EventSubscriptionId, eventSubscriptionId, type UserId, userId } from '../primitives/ids.js';
import { type AuthorizedHttp, dataOf } from './authorized-http.js';
import { listOf, moment, optionalText } from './fields.js';
import { checkCount } from './limits.js';

/** The ten events Kick has webhooks for, all of version 1 (https://docs.kick.com/events/event-types). */
export const webhookEvents = [
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
export type WebhookEvent = (typeof webhookEvents)[number];

export interface EventSubscription {
  readonly id: EventSubscriptionId;
  readonly appId: string | undefined;
  readonly broadcasterUserId: UserId;
  /** A `WebhookEvent`, or one that is newer than this. */
  readonly event: string;
  readonly version: number;
  readonly createdAt: Date | undefined;
  readonly updatedAt: Date | undefined;
}

export interface NewEventSubscriptions {
  readonly events: readonly WebhookEvent[];
  /** Whose channel. Kick wants it with an app token; a user's token always means that user's own channel. */
  readonly broadcasterUserId?: UserId;
}

/** What became of one of the events asked for: one may fail where others succeed. */
export type EventSubscriptionResult = { readonly event: string; readonly version: number } & (
  | { readonly id: EventSubscriptionId; readonly error: undefined }
  | { readonly id: undefined; readonly error: string }
);

const Subscriptions = listOf(
  z
    .object({
      id: z.string(),
      app_id: optionalText,
      broadcaster_user_id: z.number(),
      event: z.string(),
      version: z.number(),
      created_at: moment,
      updated_at: moment,
    })
    .transform(
      (subscription): EventSubscription => ({
        id: eventSubscriptionId(subscription.id),
        appId: subscription.app_id,
        broadcasterUserId: userId(subscription.broadcaster_user_id),
        event: subscription.event,
        version: subscription.version,
        createdAt: subscription.created_at,
        updatedAt: subscription.updated_at,
      }),
    ),
);

const Results = listOf(
  z
    .object({ name: z.string(), version: z.number(), subscription_id: optionalText, error: optionalText })
    .transform(
      ({ name: event, version, subscription_id, error }): EventSubscriptionResult =>
        subscription_id === undefined || error !== undefined
          ? { event, version, id: undefined, error: error ?? 'Kick named no subscription.' }
          : { event, version, id: eventSubscriptionId(subscription_id), error: undefined },
    ),
);

/** A list without pages: 100,000 subscriptions, as many as an app may have, are some 26 MB. */
const largestList = 32 * 1_048_576;

const path = '/public/v1/events/subscriptions';

/**
 * `/public/v1/events/subscriptions`: which events Kick posts to the app's webhook address
 * (https://docs.kick.com/events/subscribe-to-events). Needs an app token, which reaches any channel, or scope
 * `events:subscribe` for the account's own.
 */
export class KickEventSubscriptions {
  constructor(private readonly api: AuthorizedHttp) {}

  /** All of the app, or of one channel. One that was just made may be missing for a while. */
  async list(filter: { broadcasterUserId?: UserId } = {}): Promise<readonly EventSubscription[]> {
    const query = { broadcaster_user_id: filter.broadcasterUserId };
    return dataOf(
      await this.api.call({ method: 'GET', path, query, largestAnswer: largestList }),
      Subscriptions,
    );
  }

  /**
   * Subscribes to events; the result has one entry for each. An app has at most 10,000 subscriptions of one event,
   * 1,000 of `chat.message.sent` until Kick verified it.
   */
  async create({
    events,
    broadcasterUserId,
  }: NewEventSubscriptions): Promise<readonly EventSubscriptionResult[]> {
    checkCount('events', events, { minimum: 1 });
    const body = {
      broadcaster_user_id: broadcasterUserId,
      // Kick documents a default and refuses the request without it.
      method: 'webhook',
      events: events.map((name) => ({ name, version: 1 })),
    };
    return dataOf(await this.api.call({ method: 'POST', path, body }), Results);
  }

  async delete(ids: readonly EventSubscriptionId[]): Promise<void> {
    checkCount('ids', ids, { minimum: 1 });
    await this.api.call({ method: 'DELETE', path, query: { id: ids } });
  }
}
