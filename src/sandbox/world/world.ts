import { randomUUID } from 'node:crypto';
import { badgesOf, banInForce, checkMessage, moderates } from './chat-rules.js';
import { type ChannelRef, Directory, type UserRef } from './directory.js';
import { Drops } from './drops.js';
import { EventSubscriptions } from './event-subscriptions.js';
import { notFound, Refusal } from './refusal.js';
import { Rewards } from './rewards.js';
import type {
  Channel,
  ChatMessage,
  ChatSettings,
  Goal,
  KicksGift,
  Poll,
  Prediction,
  Redemption,
  User,
} from './state.js';
import type { WorldEvent, WorldHappening } from './world-event.js';

interface InChannel {
  channel: ChannelRef;
}
interface ByUser extends InChannel {
  user: UserRef;
}
/** Who moderates: the broadcaster where nobody is named. */
interface ByModerator extends InChannel {
  by?: UserRef | undefined;
}

type StreamChange = Partial<Pick<Channel, 'title' | 'category' | 'tags' | 'language'>>;

const KEPT_MESSAGES = 500;

/**
 * The people and channels of the local Kick, and everything they do.
 *
 * Each method changes the state by Kick's rules and tells the listeners; one that may not happen throws a
 * `Refusal` and changes nothing. Nothing here knows of HTTP or sockets.
 */
export class World extends Directory {
  /** Channel point rewards and their redemptions. */
  readonly rewards = new Rewards(this, (channel, happening) => this.#tell(channel, happening));
  /** What apps want to hear of by webhook. */
  readonly subscriptions = new EventSubscriptions(this.now);
  /** Claims on what organizations drop. */
  readonly drops = new Drops(this.now);
  readonly #messages = new Map<string, ChatMessage>();
  readonly #listeners = new Set<(event: WorldEvent) => void>();
  #livestreams = 0;

  /** Tells `listener` of everything that happens from now on; the returned function ends that. */
  on(listener: (event: WorldEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A message among those the channels still keep. */
  findMessage(id: string): ChatMessage | undefined {
    return this.#messages.get(id);
  }

  // Chat

  /** Sends a message, `replyTo` being the id of the message it answers. */
  say(
    options: ByUser & { content: string; replyTo?: string | undefined; via?: 'site' | 'api' },
  ): ChatMessage {
    const { content, replyTo, via = 'site' } = options;
    const channel = this.channel(options.channel);
    const sender = this.user(options.user);
    checkMessage(channel, sender, content, this.now());
    const parent = replyTo === undefined ? undefined : this.#messageIn(channel, replyTo);
    return this.#publish({
      ...this.#newMessage(channel, sender, content),
      via,
      threadParentId: parent ? parent.threadParentId || parent.id : '',
      ...(parent && { replyTo: { id: parent.id, content: parent.content, sender: parent.sender } }),
    });
  }

  /** The message a subscriber shares when the subscription renews. */
  celebrate({ channel: ref, user, months, content = '' }: ByUser & { months: number; content?: string }) {
    const channel = this.channel(ref);
    return this.#publish({
      ...this.#newMessage(channel, this.user(user), content),
      celebration: { id: `chceleb_${randomUUID().replaceAll('-', '').slice(0, 26).toUpperCase()}`, months },
    });
  }

  /** Removes a message. With `violatedRules` it was Kick's own filter and nobody in particular. */
  deleteMessage(options: ByModerator & { messageId: string; violatedRules?: string[] }): void {
    const { messageId, violatedRules = [] } = options;
    const channel = this.channel(options.channel);
    const by = violatedRules.length > 0 ? undefined : this.#moderator(channel, options.by);
    const message = this.#messageIn(channel, messageId);
    message.removed = { how: 'deleted', by };
    if (channel.pin?.message === message) this.unpin({ channel });
    this.#tell(channel, { type: 'message-deleted', message, by, violatedRules });
  }

  pin({
    channel: ref,
    messageId,
    by,
    seconds = 1200,
  }: ByModerator & { messageId: string; seconds?: number }) {
    const channel = this.channel(ref);
    const moderator = this.#moderator(channel, by);
    const message = this.#messageIn(channel, messageId);
    channel.pin = { message, by: moderator, seconds };
    this.#tell(channel, { type: 'message-pinned', message, by: moderator, seconds });
  }

  unpin({ channel: ref, by }: ByModerator): void {
    const channel = this.channel(ref);
    this.#moderator(channel, by);
    channel.pin = null;
    this.#tell(channel, { type: 'message-unpinned' });
  }

  clearChat({ channel: ref, by }: ByModerator): void {
    const channel = this.channel(ref);
    const moderator = this.#moderator(channel, by);
    for (const message of channel.messages) message.removed ??= { how: 'cleared', by: moderator };
    this.#tell(channel, { type: 'chat-cleared', by: moderator });
  }

  setChatSettings({ channel: ref, by, ...settings }: ByModerator & Partial<ChatSettings>): void {
    const channel = this.channel(ref);
    this.#moderator(channel, by);
    channel.settings = { ...channel.settings, ...settings };
    this.#tell(channel, { type: 'settings-changed' });
  }

  // Bans

  ban({ channel, user, by, reason = '' }: ByModerator & ByUser & { reason?: string | undefined }): void {
    this.#ban(channel, user, by, reason, null);
  }

  timeout(options: ByModerator & ByUser & { minutes: number; reason?: string | undefined }): void {
    const { channel, user, by, minutes, reason = '' } = options;
    this.#ban(channel, user, by, reason, minutes);
  }

  unban({ channel: ref, user, by }: ByModerator & ByUser): void {
    const channel = this.channel(ref);
    const moderator = this.#moderator(channel, by);
    const target = this.user(user);
    const ban = banInForce(channel, target, this.now());
    if (!ban) throw new Refusal('not-found', `${target.username} is not banned from ${channel.slug}.`);
    channel.bans.delete(target);
    this.#tell(channel, { type: 'unbanned', ban, by: moderator });
  }

  // Support

  follow({ channel: ref, user }: ByUser): void {
    const channel = this.channel(ref);
    const follower = this.user(user);
    this.roles({ channel, user: follower }).followingSince ??= this.now();
    this.#tell(channel, { type: 'followed', user: follower });
  }

  /** A new subscription, or a renewal where there is one: `months` counts from the first, one more by default. */
  subscribe({ channel: ref, user, months, message }: ByUser & { months?: number; message?: string }): void {
    const channel = this.channel(ref);
    const subscriber = this.user(user);
    const roles = this.roles({ channel, user: subscriber });
    roles.subscriberMonths = months ?? roles.subscriberMonths + 1;
    this.#tell(channel, { type: 'subscribed', user: subscriber, months: roles.subscriberMonths, message });
  }

  /** Without a gifter they come from somebody who stays anonymous. */
  giftSubscriptions({
    channel: ref,
    gifter: from,
    recipients,
  }: InChannel & { gifter?: UserRef; recipients: UserRef[] }) {
    const channel = this.channel(ref);
    const gifter = from === undefined ? undefined : this.user(from);
    const users = recipients.map((recipient) => this.user(recipient));
    for (const user of users) this.roles({ channel, user }).subscriberMonths += 1;
    const roles = gifter && this.roles({ channel, user: gifter });
    if (roles) roles.giftedSubscriptions += users.length;
    const total = roles?.giftedSubscriptions ?? 0;
    this.#tell(channel, { type: 'subscriptions-gifted', gifter, recipients: users, total });
  }

  giftKicks(options: ByUser & { gift: KicksGift; message?: string }): void {
    const { gift, message = '' } = options;
    const channel = this.channel(options.channel);
    const user = this.user(options.user);
    channel.kicksGiven.push({ user, amount: gift.amount, at: this.now() });
    this.#tell(channel, { type: 'kicks-gifted', user, gift, message });
  }

  /** Redeems the channel's reward of that title, which the broadcaster makes first where there is none. */
  redeemReward({
    channel: ref,
    user,
    title,
    input = '',
  }: ByUser & { title: string; input?: string }): Redemption {
    const channel = this.channel(ref);
    const reward =
      [...channel.rewards.values()].find((known) => known.title === title) ??
      this.rewards.create({ channel, title, cost: 100, backgroundColor: '#E9113C' });
    return this.rewards.redeem({ channel, user, rewardId: reward.id, input });
  }

  /** `by`, live or not, sends its viewers to `channel` (a raid). */
  host(options: InChannel & { by: UserRef; viewers: number; message?: string }): void {
    const by = this.user(options.by);
    this.#tell(this.channel(options.channel), {
      type: 'hosted',
      by,
      from: this.findChannel(by.id),
      viewers: options.viewers,
      message: options.message,
    });
  }

  // The stream

  goLive({ channel: ref, title, viewers = 0 }: InChannel & { title?: string; viewers?: number }): void {
    const channel = this.channel(ref);
    if (title !== undefined) channel.title = title;
    this.#livestreams += 1;
    channel.livestream = {
      id: this.#livestreams,
      uuid: randomUUID(),
      title: channel.title,
      startedAt: this.now(),
      viewers,
    };
    this.#tell(channel, { type: 'went-live', livestream: channel.livestream });
  }

  goOffline({ channel: ref }: InChannel): void {
    const channel = this.channel(ref);
    const livestream = channel.livestream ?? notFound(`${channel.slug} is not live.`);
    channel.livestream = null;
    this.#tell(channel, { type: 'went-offline', livestream });
  }

  /** Changes what a stream is told to be, live or not. */
  changeStream({ channel: ref, ...change }: InChannel & StreamChange): void {
    const channel = this.channel(ref);
    const { title, category, language } = channel;
    Object.assign(channel, change);
    const same = title === channel.title && category === channel.category && language === channel.language;
    // Kick tells nobody of new tags alone.
    if (!same) this.#tell(channel, { type: 'stream-changed' });
  }

  /** Starts a poll, or tells the votes of the one that runs. */
  updatePoll({ channel: ref, poll }: InChannel & { poll: Omit<Poll, 'startedAt'> }): void {
    const channel = this.channel(ref);
    const first = channel.poll?.title !== poll.title;
    channel.poll = { ...poll, startedAt: (first ? undefined : channel.poll?.startedAt) ?? this.now() };
    this.#tell(channel, { type: 'poll-updated', poll: channel.poll, first });
  }

  deletePoll({ channel: ref }: InChannel): void {
    const channel = this.channel(ref);
    channel.poll = null;
    this.#tell(channel, { type: 'poll-deleted' });
  }

  createPrediction(
    options: InChannel & { title: string; outcomes: string[]; durationSeconds: number },
  ): void {
    const { title, outcomes, durationSeconds } = options;
    const channel = this.channel(options.channel);
    const prediction: Prediction = {
      id: randomUUID(),
      title,
      outcomes: outcomes.map((outcome) => ({ id: randomUUID(), title: outcome, votes: 0, points: 0 })),
      durationSeconds,
      createdAt: this.now(),
      state: 'ACTIVE',
      lockedAt: null,
      winningOutcomeId: null,
    };
    channel.prediction = prediction;
    this.#tell(channel, { type: 'prediction-created', prediction });
  }

  /** Locks, resolves (with the winner's title) or cancels the prediction that runs. */
  endPrediction(options: InChannel & { state: 'LOCKED' | 'RESOLVED' | 'CANCELLED'; winner?: string }): void {
    const { state, winner } = options;
    const channel = this.channel(options.channel);
    const prediction = channel.prediction ?? notFound(`${channel.slug} has no prediction.`);
    prediction.state = state;
    prediction.lockedAt ??= this.now();
    prediction.winningOutcomeId = prediction.outcomes.find(({ title }) => title === winner)?.id ?? null;
    this.#tell(channel, { type: 'prediction-updated', prediction });
  }

  /** Counts on towards a goal, which is new where its type or target is. */
  progressGoal(options: InChannel & { type: Goal['type']; target: number; current: number }): void {
    const { type, target, current } = options;
    const channel = this.channel(options.channel);
    const { goal: last } = channel;
    const goal =
      last?.type === type && last.target === target
        ? last
        : { id: `chgoal_${randomUUID()}`, type, target, createdAt: this.now(), current };
    goal.current = current;
    channel.goal = goal;
    this.#tell(channel, { type: 'goal-progressed', goal });
  }

  #ban(
    channelRef: ChannelRef,
    user: UserRef,
    by: UserRef | undefined,
    reason: string,
    minutes: number | null,
  ) {
    const channel = this.channel(channelRef);
    const moderator = this.#moderator(channel, by);
    const target = this.user(user);
    if (target.id === channel.broadcaster.id) {
      throw new Refusal('not-allowed', 'The broadcaster cannot be banned from their own channel.');
    }
    const createdAt = this.now();
    const expiresAt = minutes === null ? null : createdAt + minutes * 60_000;
    const ban = { user: target, by: moderator, reason, createdAt, minutes, expiresAt };
    channel.bans.set(target, ban);
    for (const message of channel.messages) {
      if (message.sender.id === target.id) message.removed ??= { how: 'banned', by: moderator };
    }
    this.#tell(channel, { type: 'banned', ban });
  }

  #moderator(channel: Channel, ref: UserRef | undefined): User {
    const user = ref === undefined ? channel.broadcaster : this.user(ref);
    if (!moderates(channel, user)) {
      throw new Refusal('not-allowed', `${user.username} does not moderate ${channel.slug}.`);
    }
    return user;
  }

  #messageIn(channel: Channel, id: string): ChatMessage {
    const message = this.#messages.get(id);
    return message?.channel === channel && message.removed?.how !== 'deleted'
      ? message
      : notFound(`There is no message ${id} in ${channel.slug}.`);
  }

  #newMessage(channel: Channel, sender: User, content: string): ChatMessage {
    return {
      id: randomUUID(),
      channel,
      sender,
      badges: badgesOf(channel, sender),
      content,
      createdAt: this.now(),
      via: 'site',
      threadParentId: '',
    };
  }

  #publish(message: ChatMessage): ChatMessage {
    const { channel } = message;
    channel.messages.push(message);
    this.#messages.set(message.id, message);
    if (channel.messages.length > KEPT_MESSAGES) {
      const oldest = channel.messages.shift();
      if (oldest) this.#messages.delete(oldest.id);
    }
    this.#tell(channel, { type: 'message', message });
    return message;
  }

  #tell(channel: Channel, happening: WorldHappening): void {
    const event: WorldEvent = { ...happening, channel, at: this.now() };
    for (const listener of this.#listeners) listener(event);
  }
}
