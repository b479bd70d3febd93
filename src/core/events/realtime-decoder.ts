import type { Channel, KickEvent, UnknownEvent } from './kick-event.js';
import { goal, pollDelete, pollUpdate, predictionCreated, predictionUpdated } from './realtime/audience.js';
import { chatMessage, messagePinned } from './realtime/chat-message.js';
import type { Decode } from './realtime/fields.js';
import {
  chatCleared,
  chatroomUpdated,
  messageDeleted,
  messageUnpinned,
  userBanned,
  userUnbanned,
} from './realtime/moderation.js';
import {
  chatMove,
  livestreamUpdated,
  stopStreamBroadcast,
  streamerIsLive,
  streamHost,
} from './realtime/stream.js';
import {
  followersUpdated,
  giftedSubscriptions,
  kicksGifted,
  rewardRedeemed,
  subscription,
} from './realtime/support.js';
import type { RealtimeFrame } from './realtime-frame.js';

const prefix = 'App\\Events\\';

/** Kick sends most names with and without this prefix, at one time or another. */
const bothWays = (name: string) => [name, prefix + name];

/** A `Map`, so that a frame named `__proto__` finds nothing. */
const decoders = new Map<string, Decode>(
  Object.entries({
    ChatMessageEvent: chatMessage,
    MessageDeletedEvent: messageDeleted,
    UserBannedEvent: userBanned,
    UserUnbannedEvent: userUnbanned,
    ChatroomClearEvent: chatCleared,
    ChatroomUpdatedEvent: chatroomUpdated,
    PinnedMessageCreatedEvent: messagePinned,
    PinnedMessageDeletedEvent: messageUnpinned,
    SubscriptionEvent: subscription,
    GiftedSubscriptionsEvent: giftedSubscriptions,
    KicksGifted: kicksGifted,
    RewardRedeemedEvent: rewardRedeemed,
    FollowersUpdated: followersUpdated,
    StreamerIsLive: streamerIsLive,
    StopStreamBroadcast: stopStreamBroadcast,
    LivestreamUpdated: livestreamUpdated,
    StreamHostEvent: streamHost,
    ChatMoveToSupportedChannelEvent: chatMove,
    PollUpdateEvent: pollUpdate,
    PollDeleteEvent: pollDelete,
    PredictionCreated: predictionCreated,
    PredictionUpdated: predictionUpdated,
    GoalCreatedEvent: goal,
    GoalProgressUpdateEvent: goal,
    GoalUpdatedEvent: goal,
    GoalAchievedEvent: goal,
    GoalCanceledEvent: goal,
  }).flatMap(([name, decode]) => bothWays(name).map((either) => [either, decode] as const)),
);

/**
 * Kick tells some things twice, under two names on two channels. One name is the source; the others are dropped,
 * or every alert would fire twice.
 *
 * | what | source | dropped |
 * | --- | --- | --- |
 * | a host | `StreamHostEvent`: comes on the chat's own channel | `StreamHostedEvent` |
 * | chat settings | `ChatroomUpdatedEvent`: the whole state | `ChatSettingsChanged` |
 * | a subscription | `SubscriptionEvent`: has the months and the message | `ChannelSubscriptionEvent`, `ChatMessageSentEvent`, `NewSubscriberUpdatedEvent`, `NewActivityFeedEvent` |
 * | gifted subscriptions | `GiftedSubscriptionsEvent`: has the whole drop's total | `LuckyUsersWhoGotGiftSubscriptionsEvent` |
 * | the gift leaderboard | `GiftsLeaderboardUpdated`, as `unknown` | its older name with `App\Events\` |
 */
const copies = new Set([
  ...[
    'StreamHostedEvent',
    'ChatSettingsChanged',
    'ChannelSubscriptionEvent',
    'ChatMessageSentEvent',
    'NewSubscriberUpdatedEvent',
    'NewActivityFeedEvent',
    'LuckyUsersWhoGotGiftSubscriptionsEvent',
  ].flatMap(bothWays),
  `${prefix}GiftsLeaderboardUpdated`,
]);

/**
 * What a frame of Kick's realtime feed says. Undefined for the second copy of something another frame tells.
 * Never throws: what has no known name or not that name's shape becomes an `unknown` event.
 *
 * @param receivedAt Wall clock in milliseconds: the event's time where Kick gives none.
 */
export function decodeRealtimeFrame(
  frame: RealtimeFrame,
  channel: Channel,
  receivedAt: number,
): KickEvent | undefined {
  const decode = decoders.get(frame.event);
  if (decode === undefined && copies.has(frame.event)) return undefined;
  const data = payloadOf(frame.data);
  return decode?.(data, { channel, receivedAt }) ?? unknownEvent(frame.event, channel, receivedAt, data);
}

function unknownEvent(event: string, channel: Channel, receivedAt: number, raw: unknown): UnknownEvent {
  const name = event.startsWith(prefix) ? event.slice(prefix.length) : event;
  return { type: 'unknown', channel, createdAt: new Date(receivedAt), name, raw };
}

/** The payload is JSON in a text; a text that is no JSON stays what it is. */
function payloadOf(data: unknown): unknown {
  if (typeof data !== 'string') return data;
  try {
    return JSON.parse(data);
  } catch {
    return data;
  }
}
