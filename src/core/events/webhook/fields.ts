import { z } from 'zod';
import { givenUserId, kickUser, optional } from '../realtime/fields.js';

/**
 * A user as webhooks show them, in the long form or the short one. No user at all where they stay anonymous: all
 * their fields are null then (https://docs.kick.com/events/event-types).
 */
export const eventUser = z
  .object({ user_id: givenUserId, username: z.string().min(1), channel_slug: optional(z.string()) })
  .transform(({ user_id, username, channel_slug }) => kickUser(username, user_id, channel_slug));
