/**
 * One payload for each event of the feed, built from the published shapes with invented ids and names, beside the
 * event it must become (without `channel`, `raw` and, where it is the time of arrival, `createdAt`).
 */
export interface Sample {
  readonly event: string;
  readonly data: unknown;
  /** Undefined: the second copy of something another event tells. */
  readonly becomes: Record<string, unknown> | undefined;
}

const prefixed = (name: string) => `App\\Events\\${name}`;

const chatMessage = {
  id: '11111111-1111-4111-8111-111111111111',
  chatroom_id: 111,
  content: 'hello [emote:37226:KEKW]',
  type: 'message',
  created_at: '2026-09-27T16:11:55+00:00',
  sender: {
    id: 222,
    username: 'Some_User',
    slug: 'some-user',
    identity: {
      color: '#75FD46',
      badges: [
        { type: 'moderator', text: 'Moderator', sort_order: 12 },
        { type: 'subscriber', text: 'Subscriber', count: 24, sort_order: 9 },
      ],
      badges_v2: [{ name: 'level', badge_type: 'global', metadata: { level: 21 }, selected: true }],
    },
  },
  metadata: { message_ref: '1790525515401' },
};

const sender = {
  id: 222,
  username: 'Some_User',
  slug: 'some-user',
  color: '#75FD46',
  badges: [
    { type: 'moderator', text: 'Moderator' },
    { type: 'subscriber', text: 'Subscriber', count: 24 },
  ],
};

const sent = {
  type: 'chat.message.sent',
  createdAt: new Date('2026-09-27T16:11:55Z'),
  messageId: chatMessage.id,
  content: chatMessage.content,
  sender,
  kind: 'message',
};

const mod = { id: 0, username: 'SomeMod', slug: 'somemod' };
const moderator = { username: 'SomeMod', slug: 'somemod' };
const bad = { id: 333, username: 'Bad', slug: 'bad' };
const eventId = '22222222-2222-4222-8222-222222222222';

const prediction = {
  id: 'p1',
  channel_id: 444,
  title: 'Win?',
  state: 'active',
  outcomes: [
    { id: 'o1', title: 'Yes', total_vote_amount: 500, vote_count: 3, return_rate: 1.5 },
    { id: 'o2', title: 'No', total_vote_amount: 250, vote_count: 1, return_rate: 3 },
  ],
  duration: 60,
  winning_outcome_id: null,
  created_at: '2026-09-27T16:00:00Z',
  updated_at: '2026-09-27T16:01:00Z',
  locked_at: null,
};
const predicted = {
  id: 'p1',
  title: 'Win?',
  state: 'ACTIVE',
  outcomes: [
    { id: 'o1', title: 'Yes', points: 500, votes: 3 },
    { id: 'o2', title: 'No', points: 250, votes: 1 },
  ],
};

const goal = {
  id: 'chgoal_01',
  channel_id: 'channel_01',
  type: 'followers',
  target_value: 300_000,
  current_value: 247_533,
  progress_bar_emoji_id: 'chnl-goal-emotes/2',
  status: 'active',
  created_at: '2026-09-01T00:00:00Z',
  updated_at: '2026-09-27T16:01:00Z',
  achieved_at: null,
  end_date: null,
  count_from_creation: true,
};
const reached = {
  type: 'goal.updated',
  createdAt: new Date('2026-09-27T16:01:00Z'),
  goalId: 'chgoal_01',
  goalType: 'followers',
  current: 247_533,
  target: 300_000,
  status: 'active',
};

const boards = {
  gifts_lifetime: [{ user_id: 222, username: 'Fan', quantity: 3 }],
  gifts_lifetime_enabled: true,
};

export const samples: readonly Sample[] = [
  { event: prefixed('ChatMessageEvent'), data: chatMessage, becomes: sent },
  {
    event: prefixed('ChatMessageEvent'),
    data: {
      ...chatMessage,
      type: 'reply',
      metadata: {
        original_sender: { id: '555', username: 'Other' },
        original_message: { id: 'm0', content: 'of course' },
        message_ref: '1790525516261',
      },
      thread_parent_id: '',
    },
    becomes: {
      ...sent,
      kind: 'reply',
      replyTo: { messageId: 'm0', content: 'of course', sender: { id: 555, username: 'Other' } },
    },
  },
  {
    event: prefixed('ChatMessageEvent'),
    data: {
      ...chatMessage,
      type: 'celebration',
      content: '',
      metadata: { celebration: { id: 'chceleb_1', type: 'subscription_renewed', total_months: 13 } },
    },
    becomes: { ...sent, kind: 'celebration', content: '' },
  },
  {
    event: prefixed('MessageDeletedEvent'),
    data: { id: eventId, message: { id: 'm1' }, aiModerated: true, violatedRules: ['is_spam-TRUE'] },
    becomes: {
      type: 'chat.message.deleted',
      id: eventId,
      messageId: 'm1',
      aiModerated: true,
      violatedRules: ['is_spam-TRUE'],
    },
  },
  {
    event: prefixed('UserBannedEvent'),
    data: {
      id: eventId,
      user: bad,
      banned_by: mod,
      permanent: false,
      duration: 5,
      expires_at: '2026-09-27T16:15:22+00:00',
    },
    becomes: {
      type: 'moderation.banned',
      id: eventId,
      user: bad,
      moderator,
      expiresAt: new Date('2026-09-27T16:15:22Z'),
    },
  },
  {
    event: prefixed('UserBannedEvent'),
    data: { id: eventId, user: bad, banned_by: mod, permanent: true },
    becomes: { type: 'moderation.banned', id: eventId, user: bad, moderator },
  },
  {
    event: prefixed('UserUnbannedEvent'),
    data: { id: eventId, user: bad, unbanned_by: mod, permanent: true },
    becomes: { type: 'moderation.unbanned', id: eventId, user: bad, moderator, wasPermanent: true },
  },
  {
    event: prefixed('ChatroomClearEvent'),
    data: { id: eventId },
    becomes: { type: 'chat.cleared', id: eventId },
  },
  {
    event: prefixed('ChatroomUpdatedEvent'),
    data: {
      id: 111,
      slow_mode: { enabled: true, message_interval: 3 },
      subscribers_mode: { enabled: false },
      followers_mode: { enabled: true, min_duration: 10 },
      emotes_mode: { enabled: true },
      account_age: { enabled: true, min_duration: 720 },
    },
    becomes: {
      type: 'chat.settings.updated',
      slowMode: { enabled: true, intervalSeconds: 3 },
      subscribersOnly: false,
      emotesOnly: true,
      followersOnly: { enabled: true, minimumSeconds: 600 },
      accountAge: { enabled: true, minimumSeconds: 43_200 },
    },
  },
  {
    event: prefixed('PinnedMessageCreatedEvent'),
    data: {
      message: { ...chatMessage, thread_parent_id: '' },
      duration: '1200',
      pinnedBy: { ...mod, identity: { color: '#FF0000', badges: [] } },
    },
    becomes: {
      type: 'chat.message.pinned',
      message: { messageId: chatMessage.id, content: chatMessage.content, sender },
      pinnedBy: moderator,
      durationSeconds: 1200,
    },
  },
  { event: prefixed('PinnedMessageDeletedEvent'), data: [], becomes: { type: 'chat.message.unpinned' } },
  {
    event: prefixed('SubscriptionEvent'),
    data: { chatroom_id: 111, username: 'Fan', months: 1 },
    becomes: { type: 'channel.subscription.new', subscriber: { username: 'Fan' }, months: 1 },
  },
  {
    event: 'SubscriptionEvent',
    data: { chatroom_id: 111, username: 'Fan', months: 13, custom_message: 'still here' },
    becomes: {
      type: 'channel.subscription.renewal',
      subscriber: { username: 'Fan' },
      months: 13,
      message: 'still here',
    },
  },
  {
    event: 'GiftedSubscriptionsEvent',
    data: {
      chatroom_id: 111,
      correlation_id: '700002820790407',
      gifted_usernames: ['a', 'b'],
      gifter_username: 'Gifter',
      gifted_total: 50,
      gifter_total: 90,
      chunk_details: { correlation_id: '700002820790407', chunk_index: 1, total_chunks: 25 },
    },
    becomes: {
      type: 'channel.subscription.gifts',
      id: '700002820790407/1',
      dropId: '700002820790407',
      gifter: { username: 'Gifter' },
      recipients: [{ username: 'a' }, { username: 'b' }],
      total: 50,
    },
  },
  {
    event: prefixed('GiftedSubscriptionsEvent'),
    data: { chatroom_id: 111, gifted_usernames: ['a'], gifter_username: '', gifter_total: 9 },
    becomes: { type: 'channel.subscription.gifts', recipients: [{ username: 'a' }], total: 1 },
  },
  {
    event: 'KicksGifted',
    data: {
      gift_transaction_id: eventId,
      message: 'gg',
      sender: {
        id: 222,
        username: 'Fan',
        username_color: '#4CFF75',
        profile_picture: 'https://kick.com/p.png',
      },
      gift: {
        gift_id: 'rage_quit',
        name: 'Rage Quit',
        amount: 500,
        type: 'LEVEL_UP',
        tier: 'MID',
        character_limit: 150,
        pinned_time: 600_000_000_000,
      },
      created_at: '2026-09-27T16:12:16.212275837Z',
      expires_at: '2026-09-27T16:22:16.212275837Z',
    },
    becomes: {
      type: 'kicks.gifted',
      createdAt: new Date('2026-09-27T16:12:16.212Z'),
      id: eventId,
      sender: { id: 222, username: 'Fan' },
      gift: { name: 'Rage Quit', amount: 500, type: 'LEVEL_UP', tier: 'MID' },
      message: 'gg',
      pinnedSeconds: 600,
    },
  },
  {
    event: 'RewardRedeemedEvent',
    data: {
      reward_title: 'Hydrate',
      user_id: 222,
      channel_id: 444,
      username: 'Fan',
      user_input: '',
      reward_background_color: '#E9113C',
    },
    becomes: {
      type: 'channel.reward.redemption.updated',
      redeemer: { id: 222, username: 'Fan' },
      reward: { title: 'Hydrate' },
      userInput: '',
      status: 'pending',
    },
  },
  {
    event: prefixed('StreamerIsLive'),
    data: {
      livestream: {
        id: 1,
        channel_id: 444,
        session_title: 'Late night',
        source: null,
        created_at: '2025-09-14T23:18:20.000000Z',
      },
    },
    becomes: {
      type: 'livestream.status.updated',
      createdAt: new Date('2025-09-14T23:18:20Z'),
      id: 'live/1',
      isLive: true,
      title: 'Late night',
    },
  },
  {
    event: prefixed('StopStreamBroadcast'),
    data: { livestream: { id: 1, channel: { id: 444, is_banned: false } } },
    becomes: { type: 'livestream.status.updated', id: 'ended/1', isLive: false },
  },
  {
    event: prefixed('LivestreamUpdated'),
    data: {
      livestream: {
        id: 1,
        session_title: 'Late night',
        language: 'English',
        is_mature: false,
        viewers: 12,
        category: { id: 15, name: 'Just Chatting', slug: 'just-chatting', tags: [] },
      },
    },
    becomes: {
      type: 'livestream.metadata.updated',
      title: 'Late night',
      viewers: 12,
      language: 'English',
      isMature: false,
      category: { id: 15, name: 'Just Chatting' },
    },
  },
  {
    event: prefixed('FollowersUpdated'),
    data: { followersCount: 1, channel_id: 444, username: 'Fan', created_at: 1_758_000_000, followed: true },
    becomes: {
      type: 'channel.followed',
      createdAt: new Date(1_758_000_000_000),
      follower: { username: 'Fan' },
    },
  },
  {
    event: prefixed('FollowersUpdated'),
    data: { followersCount: 1, channel_id: 444, username: null, created_at: 1_758_000_000, followed: true },
    becomes: { type: 'unknown', name: 'FollowersUpdated' },
  },
  {
    event: prefixed('StreamHostEvent'),
    data: { chatroom_id: 111, optional_message: null, number_viewers: 216, host_username: 'Raider' },
    becomes: { type: 'channel.hosted', host: { username: 'Raider' }, viewers: 216 },
  },
  {
    event: prefixed('ChatMoveToSupportedChannelEvent'),
    data: {
      channel: { id: 444, current_livestream: { id: 1, created_at: '2026-09-27 16:00:00' } },
      slug: 'target',
      hosted: { id: 9, username: 'Target', slug: 'target', viewers_count: 5, is_live: true },
    },
    becomes: { type: 'channel.hosting', target: { username: 'Target', slug: 'target' } },
  },
  {
    event: prefixed('PollUpdateEvent'),
    data: {
      poll: {
        title: '?',
        options: [
          { id: 0, label: 'A', votes: 3 },
          { id: 1, label: 'B', votes: 4 },
        ],
        duration: 30,
        remaining: 27,
        result_display_duration: 15,
        has_voted: false,
        voted_option_id: null,
      },
    },
    becomes: {
      type: 'poll.updated',
      title: '?',
      options: [
        { id: 0, label: 'A', votes: 3 },
        { id: 1, label: 'B', votes: 4 },
      ],
      durationSeconds: 30,
      remainingSeconds: 27,
    },
  },
  { event: prefixed('PollDeleteEvent'), data: [], becomes: { type: 'poll.deleted' } },
  {
    event: 'PredictionCreated',
    data: { prediction },
    becomes: {
      type: 'prediction.created',
      createdAt: new Date('2026-09-27T16:00:00Z'),
      prediction: predicted,
    },
  },
  {
    event: 'PredictionUpdated',
    data: { ...prediction, state: 'RESOLVED', winning_outcome_id: 'o1' },
    becomes: {
      type: 'prediction.updated',
      createdAt: new Date('2026-09-27T16:01:00Z'),
      prediction: { ...predicted, state: 'RESOLVED', winningOutcomeId: 'o1' },
    },
  },
  ...[
    'GoalProgressUpdateEvent',
    'GoalCreatedEvent',
    'GoalUpdatedEvent',
    'GoalAchievedEvent',
    'GoalCanceledEvent',
  ].map((event) => ({ event, data: goal, becomes: reached })),
  {
    event: 'KicksLeaderboardUpdated',
    data: boards,
    becomes: { type: 'unknown', name: 'KicksLeaderboardUpdated' },
  },
  {
    event: 'GiftsLeaderboardUpdated',
    data: { leaderboard: [], gifter_id: 222, gifter_username: 'Gifter', gifted_quantity: 5 },
    becomes: { type: 'unknown', name: 'GiftsLeaderboardUpdated' },
  },
  {
    event: prefixed('ChannelBannedForceRefresh'),
    data: '',
    becomes: { type: 'unknown', name: 'ChannelBannedForceRefresh' },
  },
  {
    event: prefixed('VideoPrivatedEvent'),
    data: {},
    becomes: { type: 'unknown', name: 'VideoPrivatedEvent' },
  },
  {
    event: prefixed('StreamHostedEvent'),
    data: {
      message: { id: 'h1', numberOfViewers: 216, optionalMessage: null, createdAt: '2026-09-27T16:00:00Z' },
      user: { id: 222, username: 'Raider', isSuperAdmin: false, verified: false },
    },
    becomes: undefined,
  },
  {
    event: 'ChatSettingsChanged',
    data: { id: eventId, channel: { id: 444, slug: 's' }, settings: { slow_mode: { enabled: true } } },
    becomes: undefined,
  },
  {
    event: prefixed('ChannelSubscriptionEvent'),
    data: { user_ids: [222], username: 'Fan', channel_id: 444 },
    becomes: undefined,
  },
  {
    event: prefixed('NewSubscriberUpdatedEvent'),
    data: { channel_id: 444, last_subscriber: 'Fan', count: 3 },
    becomes: undefined,
  },
  {
    event: prefixed('NewActivityFeedEvent'),
    data: {
      channel_id: 444,
      type: 'new_subscriber',
      username: 'Fan',
      metadata: {},
      created_at: 1_790_525_515_401,
    },
    becomes: undefined,
  },
  {
    event: prefixed('ChatMessageSentEvent'),
    data: { message: { id: 1, message: '', type: 'info', action: 'subscribe' }, user: { id: 222 } },
    becomes: undefined,
  },
  {
    event: prefixed('LuckyUsersWhoGotGiftSubscriptionsEvent'),
    data: { channel: { id: 444 }, usernames: ['a'], gifter_username: 'Gifter' },
    becomes: undefined,
  },
  {
    event: prefixed('GiftsLeaderboardUpdated'),
    data: { leaderboard: [], gifter_id: 222, gifter_username: 'Gifter', gifted_quantity: 5 },
    becomes: undefined,
  },
];
