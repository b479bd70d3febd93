import type { WebhookEvent } from '../../../src/core/kick/event-subscriptions.js';

/** A body for each event, built from the documented layouts with invented ids and names, beside what it becomes. */
export interface Sample {
  readonly event: WebhookEvent;
  readonly data: unknown;
  /** Without `type`, `channel`, `raw` and, where it is the time of sending, `createdAt`. */
  readonly becomes: Record<string, unknown>;
}

const user = (user_id: number, username: string) => ({
  is_anonymous: false,
  user_id,
  username,
  is_verified: null,
  profile_picture: '',
  channel_slug: username.toLowerCase(),
  identity: null,
});
const broadcaster = user(1001, 'Streamer');
const viewer = { id: 3003, username: 'Viewer', slug: 'viewer' };
const moderator = { id: 4004, username: 'Mod', slug: 'mod' };
const nobody = {
  is_anonymous: true,
  user_id: null,
  username: null,
  is_verified: null,
  profile_picture: null,
  channel_slug: null,
  identity: null,
};
const shortUser = {
  user_id: 3003,
  username: 'Viewer',
  is_verified: false,
  profile_picture: '',
  channel_slug: 'viewer',
};
const at = '2026-01-02T03:04:05Z';
const createdAt = new Date(at);

const chat = {
  message_id: '3f0c9a52-6d0e-4c1f-9a55-2f3b8f6f1a01',
  replies_to: null,
  broadcaster,
  sender: {
    ...user(3003, 'Viewer'),
    identity: {
      username_color: '#1E90FF',
      badges: [
        { text: 'Moderator', type: 'moderator' },
        { text: 'Subscriber', type: 'subscriber', count: 7 },
      ],
    },
  },
  content: '!song [emote:37226:KEKW]',
  emotes: null,
  created_at: at,
};
const follow = { broadcaster, follower: user(3003, 'Viewer') };
const subscription = { broadcaster, subscriber: user(3003, 'Viewer'), created_at: at, expires_at: at };
const gifts = { broadcaster, giftees: [user(3003, 'Viewer'), nobody], created_at: at, expires_at: at };
const redemption = {
  id: '01KDXXXXXXXXXXXXXXXXXXXXXA',
  user_input: 'play jazz',
  status: 'pending',
  redeemed_at: '2026-01-02T03:04:05.123Z',
  reward: { id: '01KDXXXXXXXXXXXXXXXXXXXXXB', title: 'Song request', cost: 500, description: 'one song' },
  redeemer: shortUser,
  broadcaster,
};
const redeemed = {
  redeemer: viewer,
  reward: { id: redemption.reward.id, title: 'Song request' },
  redemptionId: redemption.id,
  userInput: 'play jazz',
};
const stream = { broadcaster, title: 'Morning show', started_at: '2026-01-02T14:00:00+11:00' };
const category = { id: 15, name: 'Just Chatting', thumbnail: 'https://files.example/c.webp' };
const ban = {
  broadcaster,
  moderator: user(4004, 'Mod'),
  banned_user: user(3003, 'Viewer'),
  metadata: { reason: 'spam', created_at: at, expires_at: '2026-01-02T03:14:05Z' },
};
const said = {
  createdAt,
  messageId: chat.message_id,
  content: chat.content,
  sender: {
    ...viewer,
    color: '#1E90FF',
    badges: [
      { text: 'Moderator', type: 'moderator' },
      { text: 'Subscriber', type: 'subscriber', count: 7 },
    ],
  },
  kind: 'message',
};

export const bodies = { chat, follow, ban };

export const samples: readonly Sample[] = [
  { event: 'chat.message.sent', data: chat, becomes: said },
  {
    event: 'chat.message.sent',
    data: {
      ...chat,
      replies_to: { message_id: 'parent', content: 'what is it?', sender: user(4004, 'Mod') },
    },
    becomes: {
      ...said,
      kind: 'reply',
      replyTo: { messageId: 'parent', content: 'what is it?', sender: moderator },
    },
  },
  {
    event: 'chat.message.sent',
    data: { message_id: 'm', content: 'x', sender: { user_id: 3003, username: 'Viewer' } },
    becomes: {
      messageId: 'm',
      content: 'x',
      sender: { id: 3003, username: 'Viewer', badges: [] },
      kind: 'message',
    },
  },
  { event: 'channel.followed', data: follow, becomes: { follower: viewer } },
  {
    event: 'channel.subscription.new',
    data: { ...subscription, duration: 1 },
    becomes: { createdAt, subscriber: viewer, months: 1 },
  },
  {
    event: 'channel.subscription.renewal',
    data: { ...subscription, duration: 4 },
    becomes: { createdAt, subscriber: viewer, months: 4 },
  },
  {
    event: 'channel.subscription.gifts',
    data: { ...gifts, gifter: nobody },
    becomes: { createdAt, recipients: [viewer], total: 2 },
  },
  {
    event: 'channel.subscription.gifts',
    data: { ...gifts, gifter: user(4004, 'Mod') },
    becomes: { createdAt, gifter: moderator, recipients: [viewer], total: 2 },
  },
  {
    event: 'channel.reward.redemption.updated',
    data: redemption,
    becomes: {
      ...redeemed,
      id: `${redemption.id}/pending`,
      createdAt: new Date(redemption.redeemed_at),
      status: 'pending',
    },
  },
  {
    event: 'channel.reward.redemption.updated',
    data: { ...redemption, status: 'accepted' },
    becomes: { ...redeemed, id: `${redemption.id}/accepted`, status: 'accepted' },
  },
  {
    event: 'livestream.status.updated',
    data: { ...stream, is_live: true, ended_at: null },
    becomes: { createdAt: new Date('2026-01-02T03:00:00Z'), isLive: true, title: 'Morning show' },
  },
  {
    event: 'livestream.status.updated',
    data: { ...stream, is_live: false, ended_at: at },
    becomes: { createdAt, isLive: false, title: 'Morning show' },
  },
  {
    event: 'livestream.metadata.updated',
    data: {
      broadcaster,
      metadata: {
        title: 'Now with games',
        language: 'en',
        has_mature_content: false,
        category,
        Category: category,
      },
    },
    becomes: {
      title: 'Now with games',
      language: 'en',
      isMature: false,
      category: { id: 15, name: 'Just Chatting' },
    },
  },
  {
    event: 'moderation.banned',
    data: ban,
    becomes: {
      createdAt,
      user: viewer,
      moderator,
      expiresAt: new Date('2026-01-02T03:14:05Z'),
      reason: 'spam',
    },
  },
  {
    event: 'moderation.banned',
    data: { ...ban, metadata: { reason: '', created_at: at, expires_at: null } },
    becomes: { createdAt, user: viewer, moderator },
  },
  {
    event: 'kicks.gifted',
    data: {
      broadcaster: shortUser,
      sender: shortUser,
      gift: {
        amount: 500,
        name: 'Rage Quit',
        type: 'LEVEL_UP',
        tier: 'MID',
        message: 'gg',
        pinned_time_seconds: 600,
      },
      created_at: '2026-01-02T03:04:05.678Z',
    },
    becomes: {
      createdAt: new Date('2026-01-02T03:04:05.678Z'),
      sender: viewer,
      gift: { name: 'Rage Quit', amount: 500, type: 'LEVEL_UP', tier: 'MID' },
      message: 'gg',
      pinnedSeconds: 600,
    },
  },
];
