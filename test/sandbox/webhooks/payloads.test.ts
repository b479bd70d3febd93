import { type Channel, kicksGifts, type WebhookPayload, World, webhookOf } from 'kickbot/sandbox';
import { beforeEach, describe, expect, it } from 'vitest';

let now: number;
let world: World;
let channel: Channel;
let told: WebhookPayload[];

beforeEach(() => {
  now = Date.parse('2026-01-02T03:04:05.678Z');
  world = new World(() => now);
  channel = world.createChannel({ owner: 'Streamer', title: 'Morning show' });
  for (const username of ['Some_User', 'Mod']) world.createUser({ username });
  world.setRoles({ channel, user: 'Mod', moderator: true });
  told = [];
  world.on((event) => {
    const payload = webhookOf(event);
    if (payload) told.push(payload);
  });
});

const ULID = expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{26}$/);
const short = (username: string) => {
  const { id, slug, profilePicture } = world.user(username);
  return { user_id: id, username, is_verified: false, profile_picture: profilePicture, channel_slug: slug };
};
const user = (username: string) => ({ is_anonymous: false, ...short(username), identity: null });

describe('official-api §3.4', () => {
  it('chat.message.sent: identity and badges of the sender, emotes with the end included', () => {
    world.setRoles({ channel, user: 'Some_User', moderator: true, subscriberMonths: 7 });
    const parent = world.say({ channel, user: 'Mod', content: 'what is the song?' });
    const content = '!song [emote:37226:KEKW] [emote:1:a] [emote:37226:KEKW]';
    const { id } = world.say({ channel, user: 'Some_User', content, replyTo: parent.id });
    expect(told[1]).toEqual({
      event: 'chat.message.sent',
      body: {
        message_id: id,
        replies_to: { message_id: parent.id, content: 'what is the song?', sender: user('Mod') },
        broadcaster: user('Streamer'),
        sender: {
          ...user('Some_User'),
          identity: {
            username_color: world.user('Some_User').color,
            badges: [
              { text: 'Moderator', type: 'moderator' },
              { text: 'Subscriber', type: 'subscriber', count: 7 },
            ],
          },
        },
        content,
        emotes: [
          {
            emote_id: '37226',
            positions: [
              { s: 6, e: 23 },
              { s: 37, e: 54 },
            ],
          },
          { emote_id: '1', positions: [{ s: 25, e: 35 }] },
        ],
        created_at: '2026-01-02T03:04:05Z',
      },
    });
  });

  it('chat.message.sent: null where there is no reply and no emote', () => {
    world.say({ channel, user: 'Mod', content: 'hello' });
    expect(told).toMatchObject([{ body: { replies_to: null, emotes: null } }]);
  });

  it('channel.followed', () => {
    world.follow({ channel, user: 'Some_User' });
    expect(told).toEqual([
      { event: 'channel.followed', body: { broadcaster: user('Streamer'), follower: user('Some_User') } },
    ]);
  });

  it('channel.subscription.new and .renewal: months in all, for one month', () => {
    world.subscribe({ channel, user: 'Some_User' });
    world.subscribe({ channel, user: 'Some_User', months: 4 });
    const body = {
      broadcaster: user('Streamer'),
      subscriber: user('Some_User'),
      created_at: '2026-01-02T03:04:05Z',
      expires_at: '2026-02-02T03:04:05Z',
    };
    expect(told).toEqual([
      { event: 'channel.subscription.new', body: { ...body, duration: 1 } },
      { event: 'channel.subscription.renewal', body: { ...body, duration: 4 } },
    ]);
  });

  it('channel.subscription.gifts: from somebody or from nobody one may know', () => {
    world.giftSubscriptions({ channel, gifter: 'Mod', recipients: ['Some_User', 'Streamer'] });
    world.giftSubscriptions({ channel, recipients: ['Some_User'] });
    const times = { created_at: '2026-01-02T03:04:05Z', expires_at: '2026-02-02T03:04:05Z' };
    expect(told).toEqual([
      {
        event: 'channel.subscription.gifts',
        body: {
          broadcaster: user('Streamer'),
          gifter: user('Mod'),
          giftees: [user('Some_User'), user('Streamer')],
          ...times,
        },
      },
      {
        event: 'channel.subscription.gifts',
        body: {
          broadcaster: user('Streamer'),
          gifter: {
            is_anonymous: true,
            user_id: null,
            username: null,
            is_verified: null,
            profile_picture: null,
            channel_slug: null,
            identity: null,
          },
          giftees: [user('Some_User')],
          ...times,
        },
      },
    ]);
  });

  it('channel.reward.redemption.updated: short users, when redeemed and when decided', () => {
    const { id } = world.redeemReward({ channel, user: 'Some_User', title: 'Song request', input: 'jazz' });
    world.rewards.decide({ channel, redemptionId: id, status: 'accepted' });
    const body = {
      id,
      user_input: 'jazz',
      redeemed_at: '2026-01-02T03:04:05.678Z',
      reward: { id: ULID, title: 'Song request', cost: 100, description: '' },
      redeemer: short('Some_User'),
      broadcaster: short('Streamer'),
    };
    expect(told).toEqual([
      { event: 'channel.reward.redemption.updated', body: { ...body, status: 'pending' } },
      { event: 'channel.reward.redemption.updated', body: { ...body, status: 'accepted' } },
    ]);
  });

  it('livestream.status.updated: the end tells the start too', () => {
    world.goLive({ channel });
    now += 60_000;
    world.goOffline({ channel });
    const body = {
      broadcaster: user('Streamer'),
      title: 'Morning show',
      started_at: '2026-01-02T03:04:05Z',
    };
    expect(told).toEqual([
      { event: 'livestream.status.updated', body: { ...body, is_live: true, ended_at: null } },
      {
        event: 'livestream.status.updated',
        body: { ...body, is_live: false, ended_at: '2026-01-02T03:05:05Z' },
      },
    ]);
  });

  it('livestream.metadata.updated: everything on any change, the category twice; not for tags', () => {
    const chess = world.findCategory(42);
    world.changeStream({ channel, title: 'Now with games', ...(chess && { category: chess }) });
    world.changeStream({ channel, title: 'Now with games', tags: ['English'] });
    const category = {
      id: 42,
      name: 'Chess',
      thumbnail: 'https://files.kick.com/categories/42.webp',
    };
    expect(told).toEqual([
      {
        event: 'livestream.metadata.updated',
        body: {
          broadcaster: user('Streamer'),
          metadata: {
            title: 'Now with games',
            language: 'en',
            has_mature_content: false,
            category,
            Category: category,
          },
        },
      },
    ]);
  });

  it('moderation.banned: with an end for timeouts only', () => {
    world.timeout({ channel, user: 'Some_User', by: 'Mod', minutes: 10, reason: 'spam' });
    world.ban({ channel, user: 'Some_User' });
    const body = { broadcaster: user('Streamer'), banned_user: user('Some_User') };
    expect(told).toEqual([
      {
        event: 'moderation.banned',
        body: {
          ...body,
          moderator: user('Mod'),
          metadata: {
            reason: 'spam',
            created_at: '2026-01-02T03:04:05Z',
            expires_at: '2026-01-02T03:14:05Z',
          },
        },
      },
      {
        event: 'moderation.banned',
        body: {
          ...body,
          moderator: user('Streamer'),
          metadata: { reason: '', created_at: '2026-01-02T03:04:05Z', expires_at: null },
        },
      },
    ]);
  });

  it('kicks.gifted: short users, and the seconds it is pinned', () => {
    world.giftKicks({ channel, user: 'Some_User', gift: kicksGifts.rageQuit, message: 'gg' });
    expect(told).toEqual([
      {
        event: 'kicks.gifted',
        body: {
          broadcaster: short('Streamer'),
          sender: short('Some_User'),
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
      },
    ]);
  });

  it('tells nothing of deleted messages, unbans, clears, modes, hosts, polls and pins', () => {
    const { id: messageId } = world.say({ channel, user: 'Some_User', content: 'hello' });
    world.ban({ channel, user: 'Some_User' });
    told.length = 0;
    world.pin({ channel, messageId });
    world.deleteMessage({ channel, messageId });
    world.unban({ channel, user: 'Some_User' });
    world.clearChat({ channel });
    world.setChatSettings({ channel, emotesMode: true });
    world.host({ channel, by: 'Mod', viewers: 3 });
    world.updatePoll({ channel, poll: { title: 'Tea?', options: [], durationSeconds: 30 } });
    expect(told).toEqual([]);
  });
});
