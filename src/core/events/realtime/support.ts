import { z } from 'zod';
import { decoder, givenUserId, kickUser, number, optional, time, user } from './fields.js';

const name = z.string().min(1);

/** `SubscriptionEvent`: a first month is a new subscription, any later one a renewal. */
export const subscription = decoder(
  z.object({ username: name, months: number, custom_message: optional(z.string()) }),
  ({ username, months, custom_message }, frame) => {
    const subscriber = kickUser(username);
    if (months <= 1) return { ...frame, type: 'channel.subscription.new', subscriber, months };
    return {
      ...frame,
      type: 'channel.subscription.renewal',
      subscriber,
      months,
      ...(custom_message && { message: custom_message }),
    };
  },
);

/** `GiftedSubscriptionsEvent`. A large drop comes in chunks that share a `correlation_id`. */
export const giftedSubscriptions = decoder(
  z.object({
    correlation_id: optional(z.union([z.string().min(1), z.number().transform(String)])),
    gifted_usernames: z.array(name),
    gifter_username: optional(name),
    gifted_total: optional(number),
    chunk_details: optional(z.object({ chunk_index: number })),
  }),
  ({ correlation_id, gifted_usernames, gifter_username, gifted_total, chunk_details }, frame) => ({
    ...frame,
    type: 'channel.subscription.gifts',
    ...(correlation_id !== undefined && {
      id: `${correlation_id}/${chunk_details?.chunk_index ?? 0}`,
      dropId: correlation_id,
    }),
    ...(gifter_username !== undefined && { gifter: kickUser(gifter_username) }),
    recipients: gifted_usernames.map((username) => kickUser(username)),
    total: gifted_total ?? gifted_usernames.length,
  }),
);

/** `KicksGifted`. */
export const kicksGifted = decoder(
  z.object({
    gift_transaction_id: optional(z.string().min(1)),
    message: z.string().catch(''),
    sender: user,
    gift: z.object({
      name: z.string(),
      amount: number,
      type: z.string().catch(''),
      tier: z.string().catch(''),
      /** Nanoseconds. */
      pinned_time: number.catch(0),
    }),
    created_at: time,
  }),
  ({ gift_transaction_id, message, sender, gift, created_at }, frame) => ({
    ...frame,
    type: 'kicks.gifted',
    createdAt: created_at ?? frame.createdAt,
    ...(gift_transaction_id !== undefined && { id: gift_transaction_id }),
    sender,
    gift: { name: gift.name, amount: gift.amount, type: gift.type, tier: gift.tier },
    message,
    pinnedSeconds: gift.pinned_time / 1e9,
  }),
);

/** `RewardRedeemedEvent`. The feed tells of it once, when it is redeemed and nobody has decided on it. */
export const rewardRedeemed = decoder(
  z.object({
    reward_title: z.string(),
    user_id: givenUserId,
    username: name,
    user_input: z.string().catch(''),
  }),
  ({ reward_title, user_id, username, user_input }, frame) => ({
    ...frame,
    type: 'channel.reward.redemption.updated',
    redeemer: kickUser(username, user_id),
    reward: { title: reward_title },
    userInput: user_input,
    status: 'pending',
  }),
);

/**
 * `FollowersUpdated`. Most of its life it named nobody and only told a count; such a one stays `unknown`. Kick's
 * webhook is the source for follows.
 */
export const followersUpdated = decoder(
  z.object({ username: name, followed: z.literal(true), created_at: time }),
  ({ username, created_at }, frame) => ({
    ...frame,
    type: 'channel.followed',
    createdAt: created_at ?? frame.createdAt,
    follower: kickUser(username),
  }),
);
