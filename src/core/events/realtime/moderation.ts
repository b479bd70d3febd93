import { z } from 'zod';
import { messageId } from '../../primitives/ids.js';
import { bare, decoder, number, optional, time, user, valid } from './fields.js';

const id = optional(z.string().min(1));

/** `App\Events\MessageDeletedEvent`. */
export const messageDeleted = decoder(
  z.object({
    id,
    message: z.object({ id: z.string().min(1) }),
    aiModerated: optional(z.boolean()),
    violatedRules: z.array(z.string()).catch([]),
  }),
  ({ id, message, aiModerated, violatedRules }, frame) => ({
    ...frame,
    type: 'chat.message.deleted',
    ...(id !== undefined && { id }),
    messageId: messageId(message.id),
    aiModerated: aiModerated ?? false,
    violatedRules,
  }),
);

/** `App\Events\UserBannedEvent`: a ban, or a timeout where `permanent` is false. */
export const userBanned = decoder(
  z.object({
    id,
    user,
    banned_by: user,
    permanent: optional(z.boolean()),
    /** Minutes. */
    duration: optional(number),
    expires_at: time,
  }),
  ({ id, user, banned_by, permanent, duration, expires_at }, frame, { receivedAt }) => {
    const end =
      expires_at ?? (duration === undefined ? undefined : valid(new Date(receivedAt + duration * 60_000)));
    return {
      ...frame,
      type: 'moderation.banned',
      ...(id !== undefined && { id }),
      user,
      moderator: banned_by,
      ...(!permanent && end !== undefined && { expiresAt: end }),
    };
  },
);

/** `App\Events\UserUnbannedEvent`. */
export const userUnbanned = decoder(
  z.object({ id, user, unbanned_by: user, permanent: optional(z.boolean()) }),
  ({ id, user, unbanned_by, permanent }, frame) => ({
    ...frame,
    type: 'moderation.unbanned',
    ...(id !== undefined && { id }),
    user,
    moderator: unbanned_by,
    wasPermanent: permanent ?? false,
  }),
);

const hasId = z.object({ id: z.string().min(1) });

/** `App\Events\ChatroomClearEvent`. */
export const chatCleared = bare((frame) => {
  const id = hasId.safeParse(frame.raw).data?.id;
  return { ...frame, type: 'chat.cleared', ...(id !== undefined && { id }) };
});

/** `App\Events\PinnedMessageDeletedEvent`. */
export const messageUnpinned = bare((frame) => ({ ...frame, type: 'chat.message.unpinned' }));

const off = { enabled: false };
const mode = z.object({ enabled: z.boolean() }).catch(off);
/** `min_duration` is in minutes. */
const modeWithMinutes = z
  .object({ enabled: z.boolean(), min_duration: number.catch(0) })
  .catch({ enabled: false, min_duration: 0 })
  .transform(({ enabled, min_duration }) => ({ enabled, minimumSeconds: min_duration * 60 }));

/** `App\Events\ChatroomUpdatedEvent`: the whole state, not what changed. */
export const chatroomUpdated = decoder(
  z.object({
    id: number,
    slow_mode: z
      .object({ enabled: z.boolean(), message_interval: number.catch(0) })
      .catch({ enabled: false, message_interval: 0 }),
    subscribers_mode: mode,
    followers_mode: modeWithMinutes,
    emotes_mode: mode,
    account_age: modeWithMinutes,
  }),
  ({ slow_mode, subscribers_mode, followers_mode, emotes_mode, account_age }, frame) => ({
    ...frame,
    type: 'chat.settings.updated',
    slowMode: { enabled: slow_mode.enabled, intervalSeconds: slow_mode.message_interval },
    subscribersOnly: subscribers_mode.enabled,
    emotesOnly: emotes_mode.enabled,
    followersOnly: followers_mode,
    accountAge: account_age,
  }),
);
