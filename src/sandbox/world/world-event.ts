import type {
  Ban,
  Channel,
  ChatMessage,
  Goal,
  KicksGift,
  Livestream,
  Poll,
  Prediction,
  Redemption,
  User,
} from './state.js';

/** What happened in the world, once each; `framesOf` says how Kick's feed tells it. */
export type WorldEvent = { readonly channel: Channel; readonly at: number } & (
  | { readonly type: 'message'; readonly message: ChatMessage }
  | {
      readonly type: 'message-deleted';
      readonly message: ChatMessage;
      readonly by: User | undefined;
      /** Filled where Kick's own filter removed the message and no person did. */
      readonly violatedRules: readonly string[];
    }
  | {
      readonly type: 'message-pinned';
      readonly message: ChatMessage;
      readonly by: User;
      readonly seconds: number;
    }
  | { readonly type: 'message-unpinned' }
  | { readonly type: 'chat-cleared'; readonly by: User }
  | { readonly type: 'settings-changed' }
  | { readonly type: 'banned'; readonly ban: Ban }
  | { readonly type: 'unbanned'; readonly ban: Ban; readonly by: User }
  | { readonly type: 'followed'; readonly user: User }
  | {
      readonly type: 'subscribed';
      readonly user: User;
      readonly months: number;
      readonly message: string | undefined;
    }
  | {
      readonly type: 'subscriptions-gifted';
      /** Absent where the gifter stays anonymous. */
      readonly gifter: User | undefined;
      readonly recipients: readonly User[];
      /** How many the gifter gave in this channel so far, these included; 0 for an anonymous one. */
      readonly total: number;
    }
  | {
      readonly type: 'hosted';
      readonly by: User;
      /** The channel that hosts, where it is in this world. */
      readonly from: Channel | undefined;
      readonly viewers: number;
      readonly message: string | undefined;
    }
  | { readonly type: 'went-live' | 'went-offline'; readonly livestream: Livestream }
  /** Its title, category or language. */
  | { readonly type: 'stream-changed' }
  | { readonly type: 'kicks-gifted'; readonly user: User; readonly gift: KicksGift; readonly message: string }
  | {
      /** `redemption-decided` is accepted or rejected by somebody. */
      readonly type: 'reward-redeemed' | 'redemption-decided';
      readonly redemption: Redemption;
    }
  | { readonly type: 'poll-updated'; readonly poll: Poll; readonly first: boolean }
  | { readonly type: 'poll-deleted' }
  | { readonly type: 'prediction-created' | 'prediction-updated'; readonly prediction: Prediction }
  | { readonly type: 'goal-progressed'; readonly goal: Goal }
);

type Strip<Event> = Event extends unknown ? Omit<Event, 'channel' | 'at'> : never;

/** An event before the world stamped it with its channel and time. */
export type WorldHappening = Strip<WorldEvent>;
