import type { Channel } from '../../events/kick-event.js';
import type { KickEventSubscriptions } from '../../kick/event-subscriptions.js';

export type SubscriptionCalls = Pick<KickEventSubscriptions, 'list' | 'create' | 'delete'>;

/** With whose token webhooks are subscribed. */
export interface SubscriptionAccess {
  /** The app's own, which reaches every channel; undefined without `kick.clientSecret`. */
  readonly app: SubscriptionCalls | undefined;
  /** The account of a channel's owner, which reaches that channel alone; undefined where it is not logged in. */
  owner(channel: Channel): Promise<SubscriptionCalls | undefined>;
}
