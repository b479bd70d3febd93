import type { Channel, KickEvent } from './kick-event.js';
import type { Decode } from './realtime/fields.js';
import type { RealtimeFrame } from './realtime-frame.js';
import { chatMessage } from './webhook/chat-message.js';
import { banned } from './webhook/moderation.js';
import { livestreamMetadata, livestreamStatus } from './webhook/stream.js';
import {
  followed,
  kicksGifted,
  redemptionUpdated,
  subscriptionGifts,
  subscriptionNew,
  subscriptionRenewal,
} from './webhook/support.js';

/** A `Map`, so that an event named `__proto__` finds nothing. */
const decoders = new Map<string, Decode>(
  Object.entries({
    'chat.message.sent': chatMessage,
    'channel.followed': followed,
    'channel.subscription.new': subscriptionNew,
    'channel.subscription.renewal': subscriptionRenewal,
    'channel.subscription.gifts': subscriptionGifts,
    'channel.reward.redemption.updated': redemptionUpdated,
    'livestream.status.updated': livestreamStatus,
    'livestream.metadata.updated': livestreamMetadata,
    'moderation.banned': banned,
    'kicks.gifted': kicksGifted,
  }),
);

/**
 * What a webhook of Kick's says, in the shape its realtime twin has. `frame.event` is the event's name and
 * `frame.data` the parsed body. Never throws: what has no known name or not that name's shape becomes an `unknown`
 * event.
 *
 * @param sentAt Wall clock in milliseconds, from the delivery's header: the event's time where the body has none.
 * @see https://docs.kick.com/events/event-types
 */
export function decodeWebhook({ event, data }: RealtimeFrame, channel: Channel, sentAt: number): KickEvent {
  return (
    decoders.get(event)?.(data, { channel, receivedAt: sentAt }) ?? {
      type: 'unknown',
      channel,
      createdAt: new Date(sentAt),
      name: event,
      raw: data,
    }
  );
}
