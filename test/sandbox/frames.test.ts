import { type Channel, type Frame, framesOf, kicksGifts, Refusal, World } from 'kickbot/sandbox';
import { beforeEach, describe, expect, it } from 'vitest';

const uuid = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/);

let now: number;
let world: World;
let channel: Channel;
let frames: Frame[];

beforeEach(() => {
  now = Date.parse('2026-09-27T16:11:55.250Z');
  world = new World(() => now);
  channel = world.createChannel({ owner: 'Streamer' });
  for (const username of ['Some_User', 'Mod']) world.createUser({ username });
  world.setRoles({ channel, user: 'Mod', moderator: true });
  frames = [];
  world.on((event) => frames.push(...framesOf(event)));
});

/** The frames of what is done, and only of that. */
function framesAfter(act: () => unknown): Frame[] {
  frames.length = 0;
  act();
  return [...frames];
}

const names = (list: Frame[]) => list.map(({ channel: on, event }) => `${on} ${event}`);
const v2 = () => `chatrooms.${channel.chatroomId}.v2`;
const short = (username: string) => {
  const { id, slug } = world.user(username);
  return { id, username, slug };
};

describe('realtime §2.1 chat messages', () => {
  it('carry the sender with slug, colour and badges, and a time in whole seconds', () => {
    world.setRoles({ channel, user: 'Some_User', moderator: true, subscriberMonths: 24, vip: true });
    const [frame] = framesAfter(() =>
      world.say({ channel, user: 'Some_User', content: 'hello [emote:37226:KEKW]' }),
    );
    expect(frame).toEqual({
      channel: v2(),
      event: 'App\\Events\\ChatMessageEvent',
      data: {
        id: uuid,
        chatroom_id: channel.chatroomId,
        content: 'hello [emote:37226:KEKW]',
        type: 'message',
        created_at: '2026-09-27T16:11:55+00:00',
        sender: {
          id: world.user('Some_User').id,
          username: 'Some_User',
          slug: 'some-user',
          identity: {
            color: expect.stringMatching(/^#[0-9A-F]{6}$/),
            badges: [
              { type: 'moderator', text: 'Moderator', sort_order: 12 },
              { type: 'vip', text: 'VIP', sort_order: 5 },
              { type: 'subscriber', text: 'Subscriber', count: 24, sort_order: 9 },
            ],
            badges_v2: [],
          },
        },
        metadata: { message_ref: String(now) },
      },
    });
  });

  it('have no metadata when they came through the API', () => {
    const [frame] = framesAfter(() => world.say({ channel, user: 'Mod', content: 'hi', via: 'api' }));
    expect(frame?.data).not.toHaveProperty('metadata');
  });

  it('name the message they reply to, and the root of the thread', () => {
    const root = world.say({ channel, user: 'Mod', content: 'of course' });
    const answer = world.say({ channel, user: 'Streamer', content: 'why?', replyTo: root.id });
    const [frame] = framesAfter(() => world.say({ channel, user: 'Mod', content: 'so', replyTo: answer.id }));
    expect(frame?.data).toMatchObject({
      type: 'reply',
      metadata: {
        original_sender: { id: world.user('Streamer').id, username: 'Streamer' },
        original_message: { id: answer.id, content: 'why?' },
      },
      thread_parent_id: root.id,
    });
  });

  it('celebrate a renewed subscription', () => {
    const [frame] = framesAfter(() => world.celebrate({ channel, user: 'Some_User', months: 13 }));
    expect(frame?.data).toMatchObject({
      type: 'celebration',
      content: '',
      metadata: {
        celebration: {
          id: expect.stringMatching(/^chceleb_/),
          type: 'subscription_renewed',
          total_months: 13,
          created_at: '2026-09-27T16:11:55+00:00',
        },
      },
    });
  });
});

describe('realtime §2.2 moderation', () => {
  it('names the deleted message and nobody, and the rules where a filter did it', () => {
    const [first, second] = ['one', 'two'].map(
      (content) => world.say({ channel, user: 'Some_User', content }).id,
    );
    const deleted = framesAfter(() => {
      world.deleteMessage({ channel, messageId: first ?? '', by: 'Mod' });
      world.deleteMessage({ channel, messageId: second ?? '', violatedRules: ['is_spam-TRUE'] });
    });
    expect(deleted).toEqual([
      {
        channel: v2(),
        event: 'App\\Events\\MessageDeletedEvent',
        data: { id: uuid, message: { id: first }, aiModerated: false, violatedRules: [] },
      },
      {
        channel: v2(),
        event: 'App\\Events\\MessageDeletedEvent',
        data: { id: uuid, message: { id: second }, aiModerated: true, violatedRules: ['is_spam-TRUE'] },
      },
    ]);
  });

  it('tells a timeout in minutes, by somebody whose id is 0', () => {
    const [frame] = framesAfter(() => world.timeout({ channel, user: 'Some_User', by: 'Mod', minutes: 5 }));
    expect(frame).toEqual({
      channel: v2(),
      event: 'App\\Events\\UserBannedEvent',
      data: {
        id: uuid,
        user: short('Some_User'),
        banned_by: { id: 0, username: 'Mod', slug: 'mod' },
        permanent: false,
        duration: 5,
        expires_at: '2026-09-27T16:16:55+00:00',
      },
    });
  });

  it('leaves duration and end out of a ban, and tells an unban of what kind it was', () => {
    const [banned, unbanned] = framesAfter(() => {
      world.ban({ channel, user: 'Some_User' });
      world.unban({ channel, user: 'Some_User', by: 'Mod' });
    });
    expect(banned?.data).toEqual({
      id: uuid,
      user: short('Some_User'),
      banned_by: { id: 0, username: 'Streamer', slug: 'streamer' },
      permanent: true,
    });
    expect(unbanned).toEqual({
      channel: v2(),
      event: 'App\\Events\\UserUnbannedEvent',
      data: { id: uuid, user: short('Some_User'), unbanned_by: short('Mod'), permanent: true },
    });
  });

  it('tells the chat modes whole and twice: followers in minutes here, in seconds there', () => {
    const changed = framesAfter(() =>
      world.setChatSettings({ channel, slowModeSeconds: 3, followersModeMinutes: 10 }),
    );
    expect(changed).toMatchObject([
      {
        channel: v2(),
        event: 'App\\Events\\ChatroomUpdatedEvent',
        data: {
          id: channel.chatroomId,
          slow_mode: { enabled: true, message_interval: 3 },
          followers_mode: { enabled: true, min_duration: 10 },
          subscribers_mode: { enabled: false },
          emotes_mode: { enabled: false },
          account_age: { enabled: false },
        },
      },
      {
        channel: `channel_${channel.id}`,
        event: 'ChatSettingsChanged',
        data: {
          settings: {
            channel_id: channel.id,
            slow_mode: { duration_seconds: 3, enabled: true },
            followers_only_mode: { duration_seconds: 600, enabled: true },
          },
        },
      },
    ]);
  });

  it('pins for a text of seconds and unpins with an empty list', () => {
    const { id } = world.say({ channel, user: 'Some_User', content: 'read this' });
    const [pinned, unpinned] = framesAfter(() => {
      world.pin({ channel, messageId: id, by: 'Mod' });
      world.unpin({ channel });
    });
    expect(pinned?.data).toMatchObject({
      message: { id, thread_parent_id: '' },
      duration: '1200',
      pinnedBy: { ...short('Mod'), identity: { badges: [{ type: 'moderator', active: true }] } },
    });
    expect(unpinned).toEqual({ channel: v2(), event: 'App\\Events\\PinnedMessageDeletedEvent', data: [] });
  });

  it('clears with nobody named', () => {
    const frame = { channel: v2(), event: 'App\\Events\\ChatroomClearEvent', data: { id: uuid } };
    expect(framesAfter(() => world.clearChat({ channel, by: 'Mod' }))).toEqual([frame]);
  });
});

describe('realtime §2.3 support', () => {
  it('tells a subscription on three channels', () => {
    const told = framesAfter(() => world.subscribe({ channel, user: 'Some_User', months: 13 }));
    expect(names(told)).toEqual([
      `${v2()} App\\Events\\SubscriptionEvent`,
      `channel_${channel.id} App\\Events\\ChannelSubscriptionEvent`,
      `channel_${channel.id} App\\Events\\NewSubscriberUpdatedEvent`,
      `channel_${channel.id} App\\Events\\NewActivityFeedEvent`,
      `chatroom_${channel.chatroomId} App\\Events\\ChatMessageSentEvent`,
    ]);
    expect(told[0]?.data).toEqual({ chatroom_id: channel.chatroomId, username: 'Some_User', months: 13 });
    expect(told[1]?.data).toMatchObject({ user_ids: [world.user('Some_User').id], channel_id: channel.id });
    expect(told[4]?.data).toMatchObject({
      message: { action: 'subscribe', created_at: Math.floor(now / 1000) },
    });
  });

  it('tells gifts without a prefix, once more as lucky users, and as a leaderboard', () => {
    const told = framesAfter(() =>
      world.giftSubscriptions({ channel, gifter: 'Mod', recipients: ['Some_User', 'Streamer'] }),
    );
    expect(names(told)).toEqual([
      `chatroom_${channel.chatroomId} GiftedSubscriptionsEvent`,
      `channel.${channel.id} App\\Events\\LuckyUsersWhoGotGiftSubscriptionsEvent`,
      `channel_${channel.id} GiftsLeaderboardUpdated`,
    ]);
    expect(told[0]?.data).toEqual({
      chatroom_id: channel.chatroomId,
      correlation_id: expect.stringMatching(/^\d+$/),
      gifted_usernames: ['Some_User', 'Streamer'],
      gifter_username: 'Mod',
      gifted_total: 2,
      gifter_total: 2,
      chunk_details: null,
    });
    expect(told[2]?.data).toMatchObject({
      leaderboard: [{ username: 'Mod', quantity: 2 }],
      gifted_quantity: 2,
    });
  });

  it('names nobody where the gifter stays anonymous, and has no leaderboard for it', () => {
    const told = framesAfter(() => world.giftSubscriptions({ channel, recipients: ['Some_User'] }));
    expect(told.map(({ data }) => data)).toMatchObject([
      { gifter_username: '', gifted_usernames: ['Some_User'], gifter_total: 0 },
      { gifter_username: '', usernames: ['Some_User'] },
    ]);
    expect(told).toHaveLength(2);
  });

  it('cuts a big drop of gifts into chunks of one correlation id that each tell the whole total', () => {
    const recipients = Array.from({ length: 51 }, (_, index) =>
      world.createUser({ username: `fan${index}` }),
    );
    const [first, second] = framesAfter(() =>
      world.giftSubscriptions({ channel, gifter: 'Mod', recipients }),
    );
    expect(first?.data).toMatchObject({
      gifted_total: 51,
      chunk_details: { chunk_index: 0, total_chunks: 2 },
    });
    expect(second?.data).toMatchObject({ gifted_total: 51, gifted_usernames: ['fan50'] });
    const correlation = (first?.data as { correlation_id?: string } | undefined)?.correlation_id;
    expect(correlation).toMatch(/^\d+$/);
    expect(second?.data).toMatchObject({ correlation_id: correlation });
  });

  it('tells KICKs to the nanosecond, pinned or not', () => {
    const [levelUp, board, basic] = framesAfter(() => {
      world.giftKicks({ channel, user: 'Mod', gift: kicksGifts.rageQuit, message: 'gg' });
      world.giftKicks({ channel, user: 'Mod', gift: kicksGifts.fullSend });
    });
    expect(levelUp).toMatchObject({
      channel: `channel_${channel.id}`,
      event: 'KicksGifted',
      data: {
        message: 'gg',
        gift: { gift_id: 'rage_quit', amount: 500, pinned_time: 600_000_000_000 },
        created_at: '2026-09-27T16:11:55.250000000Z',
        expires_at: '2026-09-27T16:21:55.250000000Z',
      },
    });
    expect(board?.data).toMatchObject({ gifts_week: [{ username: 'Mod', quantity: 500 }] });
    expect(basic?.data).toMatchObject({ message: '', gift: { pinned_time: 0 } });
    expect(basic?.data).not.toHaveProperty('expires_at');
  });

  it('tells a redeemed reward on the underscored chatroom channel', () => {
    const told = framesAfter(() =>
      world.redeemReward({ channel, user: 'Some_User', title: 'Song', input: 'jazz' }),
    );
    expect(told).toEqual([
      {
        channel: `chatroom_${channel.chatroomId}`,
        event: 'RewardRedeemedEvent',
        data: {
          reward_title: 'Song',
          user_id: world.user('Some_User').id,
          channel_id: channel.id,
          username: 'Some_User',
          user_input: 'jazz',
          reward_background_color: '#E9113C',
        },
      },
    ]);
  });

  it('does not tell of follows', () => {
    expect(framesAfter(() => world.follow({ channel, user: 'Some_User' }))).toEqual([]);
  });
});

describe('realtime §2.4 to §2.7 stream, hosts, votes, goals', () => {
  it('tells that a stream starts and stops', () => {
    const [start, stop] = framesAfter(() => {
      world.goLive({ channel, title: 'Morning' });
      world.goOffline({ channel });
    });
    expect(start).toEqual({
      channel: `channel.${channel.id}`,
      event: 'App\\Events\\StreamerIsLive',
      data: {
        livestream: {
          id: 1,
          channel_id: channel.id,
          session_title: 'Morning',
          source: null,
          created_at: '2026-09-27T16:11:55.250000Z',
        },
      },
    });
    expect(stop?.data).toEqual({ livestream: { id: 1, channel: { id: channel.id, is_banned: false } } });
  });

  it('tells a host twice to the hosted channel and once to the hosting one', () => {
    const raider = world.createChannel({ owner: 'Raider' });
    world.goLive({ channel: raider });
    const told = framesAfter(() => world.host({ channel, by: 'Raider', viewers: 216 }));
    expect(told).toMatchObject([
      {
        channel: v2(),
        event: 'App\\Events\\StreamHostEvent',
        data: {
          chatroom_id: channel.chatroomId,
          optional_message: null,
          number_viewers: 216,
          host_username: 'Raider',
        },
      },
      {
        channel: `chatrooms.${channel.chatroomId}`,
        event: 'App\\Events\\StreamHostedEvent',
        data: { message: { numberOfViewers: 216, optionalMessage: null }, user: { username: 'Raider' } },
      },
      {
        channel: `channel.${raider.id}`,
        event: 'App\\Events\\ChatMoveToSupportedChannelEvent',
        data: {
          channel: { id: raider.id, current_livestream: { created_at: '2026-09-27 16:11:55' } },
          slug: 'streamer',
          hosted: { username: 'Streamer' },
        },
      },
    ]);
  });

  it('tells a poll with the seconds that remain, and the own vote in the first frame alone', () => {
    const poll = {
      title: '?',
      options: [{ id: 0, label: 'A', votes: 3 }],
      durationSeconds: 30,
    };
    const [first, second, end] = framesAfter(() => {
      world.updatePoll({ channel, poll });
      now += 3000;
      world.updatePoll({ channel, poll });
      world.deletePoll({ channel });
    });
    expect(first?.data).toMatchObject({ poll: { remaining: 30, has_voted: false, voted_option_id: null } });
    expect(second?.data).toEqual({
      poll: { title: '?', options: poll.options, duration: 30, remaining: 27, result_display_duration: 15 },
    });
    expect(end?.data).toEqual([]);
  });

  it('tells a prediction from its opening to its winner', () => {
    const [created, locked, resolved] = framesAfter(() => {
      world.createPrediction({ channel, title: 'Win?', outcomes: ['Yes', 'No'], durationSeconds: 60 });
      world.endPrediction({ channel, state: 'LOCKED' });
      world.endPrediction({ channel, state: 'RESOLVED', winner: 'Yes' });
    });
    expect(created).toMatchObject({
      channel: `predictions-channel-${channel.id}`,
      event: 'PredictionCreated',
      data: { prediction: { state: 'ACTIVE', winning_outcome_id: null, locked_at: null } },
    });
    expect(locked).toMatchObject({ event: 'PredictionUpdated', data: { prediction: { state: 'LOCKED' } } });
    expect(resolved?.data).toMatchObject({
      prediction: { state: 'RESOLVED', winning_outcome_id: channel.prediction?.outcomes[0]?.id },
    });
  });

  it('tells how a goal progresses, under an id that is not the channel number', () => {
    const [first, second] = framesAfter(() => {
      world.progressGoal({ channel, type: 'followers', target: 10, current: 9 });
      world.progressGoal({ channel, type: 'followers', target: 10, current: 10 });
    });
    expect(first).toMatchObject({
      channel: `channel_${channel.id}`,
      event: 'GoalProgressUpdateEvent',
      data: { channel_id: expect.stringMatching(/^channel_01/), current_value: 9, status: 'active' },
    });
    expect(second?.data).toMatchObject({ id: channel.goal?.id, current_value: 10 });
  });
});

describe('the world', () => {
  it('refuses what is not allowed with a code, and then tells nobody', () => {
    const refused = (act: () => unknown) => {
      try {
        act();
      } catch (error) {
        if (error instanceof Refusal) return error.code;
      }
      return undefined;
    };
    const { id } = world.say({ channel, user: 'Mod', content: 'hi' });
    const told = framesAfter(() => {
      expect(refused(() => world.say({ channel, user: 'nobody', content: 'hi' }))).toBe('not-found');
      expect(refused(() => world.say({ channel: 'nowhere', user: 'Mod', content: 'hi' }))).toBe('not-found');
      expect(refused(() => world.deleteMessage({ channel, messageId: id, by: 'Some_User' }))).toBe(
        'not-allowed',
      );
      expect(refused(() => world.ban({ channel, user: 'Streamer', by: 'Mod' }))).toBe('not-allowed');
      expect(refused(() => world.clearChat({ channel, by: 'Some_User' }))).toBe('not-allowed');
      expect(refused(() => world.goOffline({ channel }))).toBe('not-found');
      expect(refused(() => world.createUser({ username: 'some_user' }))).toBe('exists');
    });
    expect(told).toEqual([]);
  });

  it('keeps the newest 500 messages of a channel and forgets the others', () => {
    const first = world.say({ channel, user: 'Mod', content: 'first' });
    for (let count = 0; count < 500; count += 1) world.say({ channel, user: 'Mod', content: 'more' });
    expect(channel.messages).toHaveLength(500);
    expect(world.findMessage(first.id)).toBeUndefined();
  });

  it('marks the messages of someone banned, and those that were cleared', () => {
    const spam = world.say({ channel, user: 'Some_User', content: 'spam' });
    const fine = world.say({ channel, user: 'Mod', content: 'fine' });
    world.ban({ channel, user: 'Some_User', by: 'Mod' });
    expect([spam.removed?.how, fine.removed]).toEqual(['banned', undefined]);
    world.clearChat({ channel });
    expect([spam.removed?.how, fine.removed?.how]).toEqual(['banned', 'cleared']);
  });

  it('takes down the pin of a message that is deleted', () => {
    const { id } = world.say({ channel, user: 'Some_User', content: 'pinned' });
    world.pin({ channel, messageId: id });
    const told = framesAfter(() => world.deleteMessage({ channel, messageId: id, by: 'Mod' }));
    expect(names(told)).toContain(`${v2()} App\\Events\\PinnedMessageDeletedEvent`);
    expect(channel.pin).toBeNull();
  });

  it('stops telling a listener that left', () => {
    const heard: string[] = [];
    const leave = world.on((event) => heard.push(event.type));
    world.follow({ channel, user: 'Mod' });
    leave();
    world.follow({ channel, user: 'Mod' });
    expect(heard).toEqual(['followed']);
  });
});
