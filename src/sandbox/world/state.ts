/** A person (or bot) with an account. Every time in the world is milliseconds since 1970, by the sandbox's clock. */
export interface User {
  readonly id: number;
  readonly username: string;
  /** Lower case, with hyphens where the username has underscores. */
  readonly slug: string;
  readonly email: string;
  readonly profilePicture: string;
  /** `#RRGGBB`. */
  readonly color: string;
  readonly verified: boolean;
  /** Made in the developer settings for an app, and shown with the bot badge. */
  readonly bot: boolean;
  readonly createdAt: number;
}

/** What a user is to one channel. The broadcaster is not told here but by `Channel.broadcaster`. */
export interface Roles {
  moderator: boolean;
  vip: boolean;
  og: boolean;
  founder: boolean;
  /** 0 for someone who is not subscribed. */
  subscriberMonths: number;
  giftedSubscriptions: number;
  followingSince: number | null;
}

/** Chat modes; `null` or `false` is off. */
export interface ChatSettings {
  slowModeSeconds: number | null;
  /** How long one must have followed; 0 is any follower. */
  followersModeMinutes: number | null;
  accountAgeMinutes: number | null;
  subscribersMode: boolean;
  emotesMode: boolean;
}

export interface Ban {
  readonly user: User;
  readonly by: User;
  readonly reason: string;
  readonly createdAt: number;
  /** Minutes of a timeout, in parts where the website's seconds asked for it; `null` for a ban. */
  readonly minutes: number | null;
  /** `null` for a ban, which never ends by itself. */
  readonly expiresAt: number | null;
}

export interface Badge {
  readonly type: string;
  readonly text: string;
  readonly count?: number;
  readonly sort_order?: number;
}

export interface ChatMessage {
  readonly id: string;
  readonly channel: Channel;
  readonly sender: User;
  /** As they were when the message was sent. */
  readonly badges: readonly Badge[];
  readonly content: string;
  readonly createdAt: number;
  /** Kick's own page adds a reference to what it sends; what came through the API has none. */
  readonly via: 'site' | 'api';
  readonly replyTo?: { readonly id: string; readonly content: string; readonly sender: User };
  /** The message a thread of replies began with; empty outside of threads. */
  readonly threadParentId: string;
  readonly celebration?: { readonly id: string; readonly months: number };
  removed?: { readonly how: 'deleted' | 'banned' | 'cleared'; readonly by: User | undefined };
}

export interface Category {
  readonly id: number;
  readonly name: string;
  readonly thumbnail: string;
  readonly tags: readonly string[];
}

export interface Livestream {
  /** What the website and the feed name it by. */
  readonly id: number;
  /** What the API names it by. */
  readonly uuid: string;
  readonly title: string;
  readonly startedAt: number;
  viewers: number;
}

export interface PollOption {
  readonly id: number;
  readonly label: string;
  votes: number;
}

export interface Poll {
  readonly title: string;
  readonly options: PollOption[];
  readonly durationSeconds: number;
  readonly startedAt: number;
}

export interface PredictionOutcome {
  readonly id: string;
  readonly title: string;
  votes: number;
  /** Channel points put on it. */
  points: number;
}

export interface Prediction {
  readonly id: string;
  readonly title: string;
  readonly outcomes: PredictionOutcome[];
  readonly durationSeconds: number;
  readonly createdAt: number;
  state: 'ACTIVE' | 'LOCKED' | 'RESOLVED' | 'CANCELLED';
  lockedAt: number | null;
  winningOutcomeId: string | null;
}

export interface Goal {
  readonly id: string;
  readonly type: 'followers' | 'subscribers';
  readonly target: number;
  readonly createdAt: number;
  current: number;
}

export interface Pin {
  readonly message: ChatMessage;
  readonly by: User;
  readonly seconds: number;
}

/** A gift of KICKs as the catalogue lists it. */
export interface KicksGift {
  readonly id: string;
  readonly name: string;
  readonly amount: number;
  readonly type: 'BASIC' | 'LEVEL_UP';
  readonly tier: 'BASIC' | 'MID';
  readonly characterLimit: number;
  readonly pinnedSeconds: number;
}

/** What the owner of a reward may choose. */
export interface RewardSettings {
  title: string;
  /** Channel points. */
  cost: number;
  description: string;
  /** `#RRGGBB`. */
  backgroundColor: string;
  isEnabled: boolean;
  isPaused: boolean;
  isInputRequired: boolean;
  /** Accepted by itself as soon as it is redeemed. */
  skipsQueue: boolean;
}

export interface Reward extends RewardSettings {
  /** A ULID. */
  readonly id: string;
  /** The app that made it; absent where the broadcaster did, on the website. */
  readonly appId: string | undefined;
  isDeleted: boolean;
}

export interface Redemption {
  /** A ULID. */
  readonly id: string;
  readonly reward: Reward;
  readonly user: User;
  /** Empty where none was asked for. */
  readonly input: string;
  readonly redeemedAt: number;
  status: 'pending' | 'accepted' | 'rejected';
}

export interface Channel {
  /** The three ids of a channel are different numbers, as they are on Kick. */
  readonly id: number;
  readonly chatroomId: number;
  readonly broadcaster: User;
  readonly slug: string;
  title: string;
  category: Category;
  tags: string[];
  /** ISO 639-1. */
  language: string;
  /** For RTMP; shown by the API to its owner alone. */
  readonly streamKey: string;
  livestream: Livestream | null;
  settings: ChatSettings;
  readonly roles: Map<User, Roles>;
  readonly bans: Map<User, Ban>;
  /** Oldest first; only the newest are kept. */
  readonly messages: ChatMessage[];
  pin: Pin | null;
  poll: Poll | null;
  prediction: Prediction | null;
  goal: Goal | null;
  /** By id, in the order in which they were made; deleted ones are gone. */
  readonly rewards: Map<string, Reward>;
  /** Oldest first. */
  readonly redemptions: Redemption[];
  /** KICKs given so far, oldest first. */
  readonly kicksGiven: { readonly user: User; readonly amount: number; readonly at: number }[];
}
