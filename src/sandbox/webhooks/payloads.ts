import type { SubscribableEvent } from '../world/event-subscriptions.js';
import type { ChatMessage, KicksGift, Redemption, User } from '../world/state.js';
import type { WorldEvent } from '../world/world-event.js';

/** What a webhook tells, and by which subscription. */
export interface WebhookPayload {
  readonly event: SubscribableEvent;
  readonly body: object;
}

const EMOTE = /\[emote:(\d+):[^\]]*\]/g;

/** `2026-01-02T03:04:05Z`, as most webhooks write a time. */
export function wholeSecondsZ(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}

/** How Kick's webhooks tell of an event; many they do not tell at all. Source: Kick's docs, events/event-types.md. */
export function webhookOf(event: WorldEvent): WebhookPayload | undefined {
  const { channel, at } = event;
  const broadcaster = eventUser(channel.broadcaster);
  switch (event.type) {
    case 'message':
      return { event: 'chat.message.sent', body: chatMessage(event.message) };
    case 'followed':
      return { event: 'channel.followed', body: { broadcaster, follower: eventUser(event.user) } };
    case 'subscribed':
      return {
        event: event.months > 1 ? 'channel.subscription.renewal' : 'channel.subscription.new',
        body: { broadcaster, subscriber: eventUser(event.user), duration: event.months, ...oneMonth(at) },
      };
    case 'subscriptions-gifted':
      return {
        event: 'channel.subscription.gifts',
        body: {
          broadcaster,
          gifter: event.gifter ? eventUser(event.gifter) : anonymous,
          giftees: event.recipients.map(eventUser),
          ...oneMonth(at),
        },
      };
    case 'reward-redeemed':
    case 'redemption-decided':
      return {
        event: 'channel.reward.redemption.updated',
        body: { ...redemption(event.redemption), broadcaster: shortUser(channel.broadcaster) },
      };
    case 'went-live':
    case 'went-offline': {
      const ended = event.type === 'went-offline';
      return {
        event: 'livestream.status.updated',
        body: {
          broadcaster,
          is_live: !ended,
          title: channel.title,
          started_at: wholeSecondsZ(event.livestream.startedAt),
          ended_at: ended ? wholeSecondsZ(at) : null,
        },
      };
    }
    case 'stream-changed': {
      const { id, name, thumbnail } = channel.category;
      const category = { id, name, thumbnail };
      return {
        event: 'livestream.metadata.updated',
        body: {
          broadcaster,
          // The category comes twice (KickDevDocs issue 238).
          metadata: {
            title: channel.title,
            language: channel.language,
            has_mature_content: false,
            category,
            Category: category,
          },
        },
      };
    }
    case 'banned': {
      const { user, by, reason, createdAt, expiresAt } = event.ban;
      return {
        event: 'moderation.banned',
        body: {
          broadcaster,
          moderator: eventUser(by),
          banned_user: eventUser(user),
          metadata: {
            reason,
            created_at: wholeSecondsZ(createdAt),
            expires_at: expiresAt === null ? null : wholeSecondsZ(expiresAt),
          },
        },
      };
    }
    case 'kicks-gifted':
      return {
        event: 'kicks.gifted',
        body: {
          broadcaster: shortUser(channel.broadcaster),
          sender: shortUser(event.user),
          gift: gift(event.gift, event.message),
          created_at: new Date(at).toISOString(),
        },
      };
    default:
      return undefined;
  }
}

function chatMessage({ id, channel, sender, badges, content, createdAt, replyTo }: ChatMessage) {
  return {
    message_id: id,
    replies_to: replyTo
      ? { message_id: replyTo.id, content: replyTo.content, sender: eventUser(replyTo.sender) }
      : null,
    broadcaster: eventUser(channel.broadcaster),
    sender: {
      ...eventUser(sender),
      identity: {
        username_color: sender.color,
        badges: badges.map(({ text, type, count }) => ({
          text,
          type,
          ...(count !== undefined && { count }),
        })),
      },
    },
    content,
    emotes: emotesIn(content),
    created_at: wholeSecondsZ(createdAt),
  };
}

/** Where each emote stands in the text, the end included. */
function emotesIn(content: string) {
  const positions = new Map<string, { s: number; e: number }[]>();
  for (const match of content.matchAll(EMOTE)) {
    const [tag, id = ''] = match;
    const found = positions.get(id) ?? [];
    positions.set(id, [...found, { s: match.index, e: match.index + tag.length - 1 }]);
  }
  return positions.size === 0
    ? null
    : [...positions].map(([emote_id, found]) => ({ emote_id, positions: found }));
}

function redemption({ id, input, status, redeemedAt, reward, user }: Redemption) {
  return {
    id,
    user_input: input,
    status,
    redeemed_at: new Date(redeemedAt).toISOString(),
    reward: { id: reward.id, title: reward.title, cost: reward.cost, description: reward.description },
    redeemer: shortUser(user),
  };
}

function gift({ amount, name, type, tier, pinnedSeconds }: KicksGift, message: string) {
  return { amount, name, type, tier, message, pinned_time_seconds: pinnedSeconds };
}

function eventUser(user: User) {
  return { is_anonymous: false, ...shortUser(user), identity: null };
}

function shortUser({ id, username, verified, profilePicture, slug }: User) {
  return {
    user_id: id,
    username,
    is_verified: verified,
    profile_picture: profilePicture,
    channel_slug: slug,
  };
}

const anonymous = {
  is_anonymous: true,
  user_id: null,
  username: null,
  is_verified: null,
  profile_picture: null,
  channel_slug: null,
  identity: null,
};

function oneMonth(from: number) {
  const end = new Date(from);
  end.setUTCMonth(end.getUTCMonth() + 1);
  return { created_at: wholeSecondsZ(from), expires_at: wholeSecondsZ(end.getTime()) };
}
