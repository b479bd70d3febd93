import { z } from 'zod';
import { decoder, number, optional, time } from '../realtime/fields.js';
import { eventUser } from './fields.js';

/** `channel.followed`. */
export const followed = decoder(z.object({ follower: eventUser }), ({ follower }, frame) => ({
  ...frame,
  type: 'channel.followed',
  follower,
}));

/** `channel.subscription.new`. */
export const subscriptionNew = decoder(
  z.object({ subscriber: eventUser, duration: optional(number), created_at: time }),
  ({ subscriber, duration, created_at }, frame) => ({
    ...frame,
    type: 'channel.subscription.new',
    createdAt: created_at ?? frame.createdAt,
    subscriber,
    months: duration ?? 1,
  }),
);

/** `channel.subscription.renewal`. */
export const subscriptionRenewal = decoder(
  z.object({ subscriber: eventUser, duration: number, created_at: time }),
  ({ subscriber, duration, created_at }, frame) => ({
    ...frame,
    type: 'channel.subscription.renewal',
    createdAt: created_at ?? frame.createdAt,
    subscriber,
    months: duration,
  }),
);

/** `channel.subscription.gifts`. */
export const subscriptionGifts = decoder(
  z.object({ gifter: optional(eventUser), giftees: z.array(optional(eventUser)), created_at: time }),
  ({ gifter, giftees, created_at }, frame) => ({
    ...frame,
    type: 'channel.subscription.gifts',
    createdAt: created_at ?? frame.createdAt,
    ...(gifter !== undefined && { gifter }),
    recipients: giftees.filter((giftee) => giftee !== undefined),
    total: giftees.length,
  }),
);

/** `kicks.gifted`. */
export const kicksGifted = decoder(
  z.object({
    sender: eventUser,
    gift: z.object({
      name: z.string(),
      amount: number,
      type: z.string().catch(''),
      tier: z.string().catch(''),
      message: z.string().catch(''),
      pinned_time_seconds: number.catch(0),
    }),
    created_at: time,
  }),
  ({ sender, gift: { name, amount, type, tier, message, pinned_time_seconds }, created_at }, frame) => ({
    ...frame,
    type: 'kicks.gifted',
    createdAt: created_at ?? frame.createdAt,
    sender,
    gift: { name, amount, type, tier },
    message,
    pinnedSeconds: pinned_time_seconds,
  }),
);

/** `channel.reward.redemption.updated`: redeemed, and again when somebody decided on it. */
export const redemptionUpdated = decoder(
  z.object({
    id: z.string().min(1),
    user_input: z.string().catch(''),
    status: z.enum(['pending', 'accepted', 'rejected']),
    redeemed_at: time,
    reward: z.object({ id: optional(z.string().min(1)), title: z.string() }),
    redeemer: eventUser,
  }),
  ({ id, user_input, status, redeemed_at, reward, redeemer }, frame) => ({
    ...frame,
    type: 'channel.reward.redemption.updated',
    // When it was decided on, only the delivery says.
    createdAt: (status === 'pending' && redeemed_at) || frame.createdAt,
    id: `${id}/${status}`,
    redeemer,
    reward: { title: reward.title, ...(reward.id !== undefined && { id: reward.id }) },
    redemptionId: id,
    userInput: user_input,
    status,
  }),
);
