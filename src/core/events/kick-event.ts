import type { ChannelId, ChatroomId, MessageId, UserId } from '../primitives/ids.js';

/** A channel with the four names Kick has for it. The ids differ from each other and never change. */
export interface Channel {
  /** The last part of the channel's address, lower case: `kick.com/{slug}`. */
  readonly slug: string;
  /** The owner's user id, `broadcaster_user_id` in the official API. */
  readonly broadcasterUserId: UserId;
  readonly channelId: ChannelId;
  readonly chatroomId: ChatroomId;
}

/** Someone an event speaks of. Which ids come with a name depends on the event; the name is always there. */
export interface KickUser {
  readonly id?: UserId;
  readonly username: string;
  readonly slug?: string;
}

/** A role or an honour shown beside a name. Types Kick invents later arrive as they are. */
export interface Badge {
  /** `broadcaster`, `moderator`, `vip`, `og`, `founder`, `subscriber`, `sub_gifter`, `verified`, … */
  readonly type: string;
  readonly text: string;
  /** Months for `subscriber`, gifts for `sub_gifter`. */
  readonly count?: number;
}

/** The author of a chat message. */
export interface ChatSender extends KickUser {
  readonly id: UserId;
  /** `#RRGGBB`. */
  readonly color?: string;
  readonly badges: readonly Badge[];
}

interface EventOf<Type extends string> {
  readonly type: Type;
  readonly channel: Channel;
  /** When it happened, by Kick's clock; when it arrived, where Kick does not say. */
  readonly createdAt: Date;
  /**
   * Kick's own id of what happened, where it has one: two events of a type with the same id are the same event.
   * A chat message has its `messageId` instead.
   */
  readonly id?: string;
  /** The payload as it arrived, JSON parsed and otherwise unchanged. */
  readonly raw: unknown;
  /** Kick delivered it more than a minute after it happened. Commands in it are not answered. */
  readonly late?: true;
  /** Read from the chat's history after an outage. Commands in it are answered while they are fresh only. */
  readonly replayed?: true;
}

export interface ChatMessageSent extends EventOf<'chat.message.sent'> {
  readonly messageId: MessageId;
  /** The text as typed; emotes stand in it as `[emote:<id>:<name>]`. */
  readonly content: string;
  readonly sender: ChatSender;
  /** `message`, `reply`, `celebration`; other kinds Kick invents are plain messages. */
  readonly kind: string;
  readonly replyTo?: { readonly messageId: MessageId; readonly content: string; readonly sender: KickUser };
}

export interface ChatMessageDeleted extends EventOf<'chat.message.deleted'> {
  readonly messageId: MessageId;
  /** Removed by Kick's own filter, not by a person. */
  readonly aiModerated: boolean;
  readonly violatedRules: readonly string[];
}

export interface ChatMessagePinned extends EventOf<'chat.message.pinned'> {
  readonly message: { readonly messageId: MessageId; readonly content: string; readonly sender: ChatSender };
  readonly pinnedBy?: KickUser;
  readonly durationSeconds?: number;
}

export interface ChatMessageUnpinned extends EventOf<'chat.message.unpinned'> {}

export interface ChatCleared extends EventOf<'chat.cleared'> {}

export interface ChatSettingsUpdated extends EventOf<'chat.settings.updated'> {
  readonly slowMode: { readonly enabled: boolean; readonly intervalSeconds: number };
  readonly subscribersOnly: boolean;
  readonly emotesOnly: boolean;
  readonly followersOnly: { readonly enabled: boolean; readonly minimumSeconds: number };
  readonly accountAge: { readonly enabled: boolean; readonly minimumSeconds: number };
}

export interface ChannelFollowed extends EventOf<'channel.followed'> {
  readonly follower: KickUser;
}

export interface SubscriptionNew extends EventOf<'channel.subscription.new'> {
  readonly subscriber: KickUser;
  readonly months: number;
}

export interface SubscriptionRenewal extends EventOf<'channel.subscription.renewal'> {
  readonly subscriber: KickUser;
  readonly months: number;
  readonly message?: string;
}

export interface SubscriptionGifts extends EventOf<'channel.subscription.gifts'> {
  /** Absent when the gifter stays anonymous. */
  readonly gifter?: KickUser;
  readonly recipients: readonly KickUser[];
  /** Gifts in the whole drop; one drop may arrive in several events with the same `dropId`. */
  readonly total: number;
  readonly dropId?: string;
}

export interface RewardRedemptionUpdated extends EventOf<'channel.reward.redemption.updated'> {
  readonly redeemer: KickUser;
  readonly reward: { readonly id?: string; readonly title: string };
  /** The realtime feed does not carry it. */
  readonly redemptionId?: string;
  readonly userInput: string;
  readonly status: 'pending' | 'accepted' | 'rejected';
}

/** Another channel hosts (raids) this one. */
export interface ChannelHosted extends EventOf<'channel.hosted'> {
  readonly host: KickUser;
  readonly viewers: number;
  readonly message?: string;
}

/** This channel hosts another one. */
export interface ChannelHosting extends EventOf<'channel.hosting'> {
  readonly target: KickUser;
}

export interface LivestreamStatusUpdated extends EventOf<'livestream.status.updated'> {
  readonly isLive: boolean;
  readonly title?: string;
}

export interface LivestreamMetadataUpdated extends EventOf<'livestream.metadata.updated'> {
  readonly title?: string;
  readonly viewers?: number;
  readonly language?: string;
  readonly isMature?: boolean;
  readonly category?: { readonly id: number; readonly name: string };
}

export interface ModerationBanned extends EventOf<'moderation.banned'> {
  readonly user: KickUser;
  readonly moderator: KickUser;
  /** Absent for a permanent ban; otherwise it is a timeout. */
  readonly expiresAt?: Date;
  readonly reason?: string;
}

export interface ModerationUnbanned extends EventOf<'moderation.unbanned'> {
  readonly user: KickUser;
  readonly moderator: KickUser;
  /** False when a timeout was lifted. */
  readonly wasPermanent: boolean;
}

export interface KicksGifted extends EventOf<'kicks.gifted'> {
  readonly sender: KickUser;
  readonly gift: {
    readonly name: string;
    readonly amount: number;
    readonly type: string;
    readonly tier: string;
  };
  readonly message: string;
  readonly pinnedSeconds: number;
}

export interface PollUpdated extends EventOf<'poll.updated'> {
  readonly title: string;
  readonly options: readonly { readonly id: number; readonly label: string; readonly votes: number }[];
  readonly durationSeconds: number;
  readonly remainingSeconds: number;
}

export interface PollDeleted extends EventOf<'poll.deleted'> {}

export interface Prediction {
  readonly id: string;
  readonly title: string;
  /** `ACTIVE`, `LOCKED`, `RESOLVED`, `CANCELLED`. */
  readonly state: string;
  readonly outcomes: readonly {
    readonly id: string;
    readonly title: string;
    readonly points: number;
    readonly votes: number;
  }[];
  readonly winningOutcomeId?: string;
}

export interface PredictionCreated extends EventOf<'prediction.created'> {
  readonly prediction: Prediction;
}

export interface PredictionUpdated extends EventOf<'prediction.updated'> {
  readonly prediction: Prediction;
}

export interface GoalUpdated extends EventOf<'goal.updated'> {
  readonly goalId: string;
  readonly goalType: string;
  readonly current: number;
  readonly target: number;
  readonly status: string;
}

/**
 * Events of this channel may be missing: from `from` to `createdAt` no realtime transport received it. What the
 * chat's history still had follows as `replayed` events.
 */
export interface Gap extends EventOf<'gap'> {
  readonly from: Date;
  /** In words for a log. */
  readonly reason: string;
}

/** Whatever kickbot has no shape for: a new event of Kick's, or a known one that arrived malformed. */
export interface UnknownEvent extends EventOf<'unknown'> {
  /** The name on the wire, without `App\Events\`. */
  readonly name: string;
}

/**
 * Everything a channel can tell the bot, in one shape per event whichever way it came. Names follow Kick's
 * official webhooks; events only the realtime feed has are named in the same style.
 */
export type KickEvent =
  | ChatMessageSent
  | ChatMessageDeleted
  | ChatMessagePinned
  | ChatMessageUnpinned
  | ChatCleared
  | ChatSettingsUpdated
  | ChannelFollowed
  | SubscriptionNew
  | SubscriptionRenewal
  | SubscriptionGifts
  | RewardRedemptionUpdated
  | ChannelHosted
  | ChannelHosting
  | LivestreamStatusUpdated
  | LivestreamMetadataUpdated
  | ModerationBanned
  | ModerationUnbanned
  | KicksGifted
  | PollUpdated
  | PollDeleted
  | PredictionCreated
  | PredictionUpdated
  | GoalUpdated
  | Gap
  | UnknownEvent;

export type KickEventType = KickEvent['type'];

/** The event with that name: `KickEventNamed<'chat.message.sent'>` is `ChatMessageSent`. */
export type KickEventNamed<Type extends KickEventType> = Extract<KickEvent, { type: Type }>;
