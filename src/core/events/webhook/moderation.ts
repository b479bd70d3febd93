import { z } from 'zod';
import { decoder, optional, time } from '../realtime/fields.js';
import { eventUser } from './fields.js';

/** `moderation.banned`: a ban, or a timeout where it expires. */
export const banned = decoder(
  z.object({
    banned_user: eventUser,
    moderator: eventUser,
    metadata: optional(z.object({ reason: optional(z.string()), created_at: time, expires_at: time })),
  }),
  ({ banned_user, moderator, metadata: { reason, created_at, expires_at } = nothing }, frame) => ({
    ...frame,
    type: 'moderation.banned',
    createdAt: created_at ?? frame.createdAt,
    user: banned_user,
    moderator,
    ...(expires_at !== undefined && { expiresAt: expires_at }),
    ...(reason && { reason }),
  }),
);

const nothing = { reason: undefined, created_at: undefined, expires_at: undefined };
