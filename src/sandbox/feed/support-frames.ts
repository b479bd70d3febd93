import { randomInt, randomUUID } from 'node:crypto';
import { kicksRanking } from '../world/kicks-gifts.js';
import type { Channel, User } from '../world/state.js';
import type { Event } from './event.js';
import type { Frame } from './frame.js';
import { oldChannel } from './stream-frames.js';

/** Big drops of gifts come in pieces of this many names. */
export const GIFTS_PER_FRAME = 50;

/** A subscription comes four times: two events, a count, and a row of the old chat. */
export function subscriptionFrames({ channel, user, months, message, at }: Event<'subscribed'>): Frame[] {
  const { id, chatroomId } = channel;
  return [
    {
      channel: `chatrooms.${chatroomId}.v2`,
      event: 'App\\Events\\SubscriptionEvent',
      data: {
        chatroom_id: chatroomId,
        username: user.username,
        months,
        ...(message !== undefined && { custom_message: message }),
      },
    },
    {
      channel: `channel_${id}`,
      event: 'App\\Events\\ChannelSubscriptionEvent',
      data: { user_ids: [user.id], username: user.username, channel_id: id },
    },
    {
      channel: `channel_${id}`,
      event: 'App\\Events\\NewSubscriberUpdatedEvent',
      data: { channel_id: id, last_subscriber: user.username, count: subscribers(channel) },
    },
    {
      channel: `channel_${id}`,
      event: 'App\\Events\\NewActivityFeedEvent',
      data: { channel_id: id, type: 'new_subscriber', username: user.username, metadata: {}, created_at: at },
    },
    {
      channel: `chatroom_${chatroomId}`,
      event: 'App\\Events\\ChatMessageSentEvent',
      data: {
        message: {
          id: randomUUID(),
          message: '',
          type: 'info',
          replied_to: null,
          is_info: true,
          link_preview: null,
          chatroom_id: chatroomId,
          role: 'user',
          created_at: Math.floor(at / 1000),
          action: 'subscribe',
          optional_message: message ?? null,
          months_subscribed: months,
          subscriptions_count: 0,
          giftedUsers: [],
        },
        user: {
          id: user.id,
          username: user.username,
          role: 'user',
          isSuperAdmin: false,
          profile_thumb: user.profilePicture,
          verified: user.verified,
          follower_badges: [],
          is_subscribed: true,
          is_founder: channel.roles.get(user)?.founder ?? false,
          months_subscribed: months,
          quantity_gifted: 0,
        },
      },
    },
  ];
}

/** Gifts come in chunks that share a correlation id, and once more as lucky users, and as a leaderboard. */
export function giftFrames({ channel, gifter, recipients, total }: Event<'subscriptions-gifted'>): Frame[] {
  const names = recipients.map((user) => user.username);
  const gifterName = gifter?.username ?? '';
  const correlationId = String(randomInt(10 ** 14, 2 ** 47));
  const chunks = Math.ceil(names.length / GIFTS_PER_FRAME);
  const gifted = Array.from({ length: chunks }, (_, index): Frame => {
    const details = { correlation_id: correlationId, chunk_index: index, total_chunks: chunks };
    return {
      channel: `chatroom_${channel.chatroomId}`,
      event: 'GiftedSubscriptionsEvent',
      data: {
        chatroom_id: channel.chatroomId,
        correlation_id: correlationId,
        gifted_usernames: names.slice(index * GIFTS_PER_FRAME, (index + 1) * GIFTS_PER_FRAME),
        gifter_username: gifterName,
        gifted_total: names.length,
        gifter_total: total,
        chunk_details: chunks > 1 ? details : null,
      },
    };
  });
  const leaderboard = rank([...channel.roles].map(([user, roles]) => [user, roles.giftedSubscriptions]));
  return [
    ...gifted,
    {
      channel: `channel.${channel.id}`,
      event: 'App\\Events\\LuckyUsersWhoGotGiftSubscriptionsEvent',
      data: { channel: oldChannel(channel), usernames: names, gifter_username: gifterName },
    },
    ...(gifter
      ? [
          {
            channel: `channel_${channel.id}`,
            event: 'GiftsLeaderboardUpdated',
            data: {
              leaderboard,
              weekly_leaderboard: leaderboard,
              monthly_leaderboard: leaderboard,
              gifter_id: gifter.id,
              gifter_username: gifter.username,
              gifted_quantity: names.length,
            },
          },
        ]
      : []),
  ];
}

export function kicksFrames({ channel, user, gift, message, at }: Event<'kicks-gifted'>): Frame[] {
  const board = rank(kicksRanking(channel).map(({ user: giver, amount }) => [giver, amount]));
  return [
    {
      channel: `channel_${channel.id}`,
      event: 'KicksGifted',
      data: {
        gift_transaction_id: randomUUID(),
        message,
        sender: kicksSender(user),
        gift: {
          gift_id: gift.id,
          name: gift.name,
          amount: gift.amount,
          type: gift.type,
          tier: gift.tier,
          character_limit: gift.characterLimit,
          pinned_time: gift.pinnedSeconds * 1_000_000_000,
        },
        created_at: nanoseconds(at),
        ...(gift.pinnedSeconds > 0 && { expires_at: nanoseconds(at + gift.pinnedSeconds * 1000) }),
      },
    },
    {
      channel: `channel_${channel.id}`,
      event: 'KicksLeaderboardUpdated',
      data: {
        gifts_lifetime: board,
        gifts_lifetime_enabled: true,
        gifts_week: board,
        gifts_week_enabled: true,
        gifts_month: board,
        gifts_month_enabled: true,
      },
    },
  ];
}

function rank(given: [User, number][]) {
  return given
    .filter(([, quantity]) => quantity > 0)
    .sort(([, left], [, right]) => right - left)
    .map(([user, quantity]) => ({ user_id: user.id, username: user.username, quantity }));
}

function kicksSender(user: User) {
  return {
    id: user.id,
    username: user.username,
    username_color: user.color,
    profile_picture: user.profilePicture,
  };
}

function subscribers(channel: Channel): number {
  return [...channel.roles.values()].filter((roles) => roles.subscriberMonths > 0).length;
}

/** `…:16.212000000Z`: KICKs are stamped to the nanosecond. */
function nanoseconds(time: number): string {
  return new Date(time).toISOString().replace('Z', '000000Z');
}
