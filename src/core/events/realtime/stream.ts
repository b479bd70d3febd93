import { z } from 'zod';
import { decoder, kickUser, number, optional, time } from './fields.js';

/** `App\Events\StreamerIsLive`. Kick may repeat it for one stream. */
export const streamerIsLive = decoder(
  z.object({
    livestream: z.object({
      id: number,
      session_title: optional(z.string()),
      created_at: time,
    }),
  }),
  ({ livestream: { id, session_title, created_at } }, frame) => ({
    ...frame,
    type: 'livestream.status.updated',
    id: `live/${id}`,
    createdAt: created_at ?? frame.createdAt,
    isLive: true,
    ...(session_title !== undefined && { title: session_title }),
  }),
);

/** `App\Events\StopStreamBroadcast`. */
export const stopStreamBroadcast = decoder(
  z.object({ livestream: z.object({ id: number }) }),
  ({ livestream: { id } }, frame) => ({
    ...frame,
    type: 'livestream.status.updated',
    id: `ended/${id}`,
    isLive: false,
  }),
);

const Metadata = z.object({
  session_title: optional(z.string()),
  viewers: optional(number),
  language: optional(z.string()),
  is_mature: optional(z.boolean()),
  category: optional(z.object({ id: number, name: z.string() })),
});

/** `App\Events\LivestreamUpdated`. No capture of it was published: its fields may lie one level deeper. */
export const livestreamUpdated = decoder(
  z.union([z.object({ livestream: Metadata }).transform(({ livestream }) => livestream), Metadata]),
  ({ session_title, viewers, language, is_mature, category }, frame) => ({
    ...frame,
    type: 'livestream.metadata.updated',
    ...(session_title !== undefined && { title: session_title }),
    ...(viewers !== undefined && { viewers }),
    ...(language !== undefined && { language }),
    ...(is_mature !== undefined && { isMature: is_mature }),
    ...(category !== undefined && { category }),
  }),
);

/** `App\Events\StreamHostEvent`: another channel hosts this one. */
export const streamHost = decoder(
  z.object({
    host_username: z.string().min(1),
    number_viewers: number.catch(0),
    optional_message: optional(z.string()),
  }),
  ({ host_username, number_viewers, optional_message }, frame) => ({
    ...frame,
    type: 'channel.hosted',
    host: kickUser(host_username),
    viewers: number_viewers,
    ...(optional_message && { message: optional_message }),
  }),
);

/**
 * `App\Events\ChatMoveToSupportedChannelEvent`: this channel hosts another one. `hosted.id` is left out because no
 * source says whether it is the channel's id or its owner's.
 */
export const chatMove = decoder(
  z.object({ hosted: z.object({ username: z.string().min(1), slug: optional(z.string()) }) }),
  ({ hosted: { username, slug } }, frame) => ({
    ...frame,
    type: 'channel.hosting',
    target: kickUser(username, undefined, slug),
  }),
);
