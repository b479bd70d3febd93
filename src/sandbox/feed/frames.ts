import { randomInt, randomUUID } from 'node:crypto';
import { badgesOf } from '../world/chat-rules.js';
import type { Channel, ChatMessage, User } from '../world/state.js';
import type { WorldEvent } from '../world/world-event.js';
import type { Frame } from './frame.js';
import { hostFrames, livestreamFrames } from './stream-frames.js';
import { giftFrames, kicksFrames, subscriptionFrames } from './support-frames.js';
import { goalFrame, pollData, predictionFrame } from './vote-frames.js';

/** `2026-09-27T16:11:55+00:00`, as chat frames write a time. */
export function wholeSeconds(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}+00:00`;
}

const v2 = (channel: Channel) => `chatrooms.${channel.chatroomId}.v2`;

/** How Kick's feed tells of an event, doubles under a second name included. */
export function framesOf(event: WorldEvent): Frame[] {
  const { channel } = event;
  const onV2 = (name: string, data: unknown): Frame => ({
    channel: v2(channel),
    event: `App\\Events\\${name}`,
    data,
  });
  switch (event.type) {
    case 'message':
      return [onV2('ChatMessageEvent', chatMessage(event.message))];
    case 'message-deleted':
      return [
        onV2('MessageDeletedEvent', {
          id: randomUUID(),
          message: { id: event.message.id },
          aiModerated: event.violatedRules.length > 0,
          violatedRules: event.violatedRules,
        }),
      ];
    case 'message-pinned':
      return [
        onV2('PinnedMessageCreatedEvent', {
          message: { ...chatMessage(event.message), thread_parent_id: event.message.threadParentId },
          duration: String(event.seconds),
          pinnedBy: {
            ...shortUser(event.by),
            identity: {
              color: event.by.color,
              badges: badgesOf(channel, event.by).map((badge) => ({ ...badge, active: true })),
              badges_v2: [],
            },
          },
        }),
      ];
    case 'message-unpinned':
      return [onV2('PinnedMessageDeletedEvent', [])];
    case 'chat-cleared':
      return [onV2('ChatroomClearEvent', { id: randomUUID() })];
    case 'settings-changed':
      return settingsFrames(channel, event.at);
    case 'banned': {
      const { user, by, minutes, expiresAt } = event.ban;
      return [
        onV2('UserBannedEvent', {
          id: randomUUID(),
          user: shortUser(user),
          banned_by: { ...shortUser(by), id: 0 },
          permanent: expiresAt === null,
          ...(minutes !== null && { duration: Math.ceil(minutes) }),
          ...(expiresAt !== null && { expires_at: wholeSeconds(expiresAt) }),
        }),
      ];
    }
    case 'unbanned':
      return [
        onV2('UserUnbannedEvent', {
          id: randomUUID(),
          user: shortUser(event.ban.user),
          unbanned_by: shortUser(event.by),
          permanent: event.ban.expiresAt === null,
        }),
      ];
    case 'followed':
      // Kick's feed has not named followers for years; only its webhooks do.
      return [];
    case 'subscribed':
      return subscriptionFrames(event);
    case 'subscriptions-gifted':
      return giftFrames(event);
    case 'kicks-gifted':
      return kicksFrames(event);
    case 'reward-redeemed':
      return [
        {
          channel: `chatroom_${channel.chatroomId}`,
          event: 'RewardRedeemedEvent',
          data: {
            reward_title: event.redemption.reward.title,
            user_id: event.redemption.user.id,
            channel_id: channel.id,
            username: event.redemption.user.username,
            user_input: event.redemption.input,
            reward_background_color: event.redemption.reward.backgroundColor,
          },
        },
      ];
    case 'redemption-decided':
      // Only webhooks tell of it.
      return [];
    case 'hosted':
      return hostFrames(event);
    case 'went-live':
    case 'went-offline':
      return livestreamFrames(event);
    case 'stream-changed':
      // Only webhooks and private channels tell of it.
      return [];
    case 'poll-updated':
      return [onV2('PollUpdateEvent', pollData(event))];
    case 'poll-deleted':
      return [onV2('PollDeleteEvent', [])];
    case 'prediction-created':
    case 'prediction-updated':
      return [predictionFrame(event)];
    case 'goal-progressed':
      return [goalFrame(event)];
  }
}

/** The data of a `ChatMessageEvent`. */
export function chatMessage(message: ChatMessage) {
  const { replyTo, celebration } = message;
  const reference = message.via === 'site' && { message_ref: String(message.createdAt) };
  const metadata = {
    ...(replyTo && {
      original_sender: { id: replyTo.sender.id, username: replyTo.sender.username },
      original_message: { id: replyTo.id, content: replyTo.content },
    }),
    ...(celebration && {
      celebration: {
        id: celebration.id,
        type: 'subscription_renewed',
        total_months: celebration.months,
        created_at: wholeSeconds(message.createdAt),
      },
    }),
    ...reference,
  };
  return {
    id: message.id,
    chatroom_id: message.channel.chatroomId,
    content: message.content,
    type: replyTo ? 'reply' : celebration ? 'celebration' : 'message',
    created_at: wholeSeconds(message.createdAt),
    sender: {
      ...shortUser(message.sender),
      identity: { color: message.sender.color, badges: message.badges, badges_v2: [] },
    },
    ...(Object.keys(metadata).length > 0 && { metadata }),
    ...(replyTo && { thread_parent_id: message.threadParentId }),
  };
}

function shortUser({ id, username, slug }: User) {
  return { id, username, slug };
}

/** The same change twice: minutes in the chatroom's frame, seconds in the channel's. */
function settingsFrames(channel: Channel, at: number): Frame[] {
  const { slowModeSeconds, followersModeMinutes, accountAgeMinutes, subscribersMode, emotesMode } =
    channel.settings;
  const inSeconds = (minutes: number | null) => ({
    duration_seconds: (minutes ?? 0) * 60,
    enabled: minutes !== null,
  });
  return [
    {
      channel: v2(channel),
      event: 'App\\Events\\ChatroomUpdatedEvent',
      data: {
        id: channel.chatroomId,
        slow_mode: { enabled: slowModeSeconds !== null, message_interval: slowModeSeconds ?? 0 },
        subscribers_mode: { enabled: subscribersMode },
        followers_mode: { enabled: followersModeMinutes !== null, min_duration: followersModeMinutes ?? 0 },
        emotes_mode: { enabled: emotesMode },
        account_age: { enabled: accountAgeMinutes !== null, min_duration: accountAgeMinutes ?? 0 },
      },
    },
    {
      channel: `channel_${channel.id}`,
      event: 'ChatSettingsChanged',
      data: {
        id: randomInt(2 ** 47),
        channel: { id: channel.id, slug: channel.slug },
        settings: {
          channel_id: channel.id,
          rules: '',
          allow_links: { enabled: true },
          emotes_only_mode: { enabled: emotesMode },
          followers_only_mode: inSeconds(followersModeMinutes),
          minimum_account_age: inSeconds(accountAgeMinutes),
          slow_mode: { duration_seconds: slowModeSeconds ?? 0, enabled: slowModeSeconds !== null },
          subscribers_only_mode: { enabled: subscribersMode },
        },
        created_at: new Date(at).toISOString(),
      },
    },
  ];
}
