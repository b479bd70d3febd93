declare const kind: unique symbol;
type Branded<T, Kind extends string> = T & { readonly [kind]: Kind };

/** A person's number on Kick. The official API calls a channel owner's `broadcaster_user_id`. */
export type UserId = Branded<number, 'user'>;
/** A channel's number: neither its owner's user id nor its chatroom's id. */
export type ChannelId = Branded<number, 'channel'>;
/** A chatroom's number, used in the names of realtime channels. */
export type ChatroomId = Branded<number, 'chatroom'>;
/** A chat message's UUID. */
export type MessageId = Branded<string, 'message'>;
/** A channel reward's ULID. */
export type RewardId = Branded<string, 'reward'>;
/** The ULID of one use of a channel reward. */
export type RedemptionId = Branded<string, 'redemption'>;
/** The ULID of a subscription to a webhook event. */
export type EventSubscriptionId = Branded<string, 'event subscription'>;

export const userId = (value: number): UserId => value as UserId;
export const channelId = (value: number): ChannelId => value as ChannelId;
export const chatroomId = (value: number): ChatroomId => value as ChatroomId;
export const messageId = (value: string): MessageId => value as MessageId;
export const rewardId = (value: string): RewardId => value as RewardId;
export const redemptionId = (value: string): RedemptionId => value as RedemptionId;
export const eventSubscriptionId = (value: string): EventSubscriptionId => value as EventSubscriptionId;
