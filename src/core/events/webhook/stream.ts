import { z } from 'zod';
import { decoder, number, optional, time } from '../realtime/fields.js';

/** `livestream.status.updated`. */
export const livestreamStatus = decoder(
  z.object({ is_live: z.boolean(), title: optional(z.string()), started_at: time, ended_at: time }),
  ({ is_live, title, started_at, ended_at }, frame) => ({
    ...frame,
    type: 'livestream.status.updated',
    createdAt: (is_live ? started_at : ended_at) ?? frame.createdAt,
    isLive: is_live,
    ...(title !== undefined && { title }),
  }),
);

/** `livestream.metadata.updated`. Kick sends the category twice, once as `Category`, which is left out. */
export const livestreamMetadata = decoder(
  z.object({
    metadata: z.object({
      title: optional(z.string()),
      language: optional(z.string()),
      has_mature_content: optional(z.boolean()),
      category: optional(z.object({ id: number, name: z.string() })),
    }),
  }),
  ({ metadata: { title, language, has_mature_content, category } }, frame) => ({
    ...frame,
    type: 'livestream.metadata.updated',
    ...(title !== undefined && { title }),
    ...(language !== undefined && { language }),
    ...(has_mature_content !== undefined && { isMature: has_mature_content }),
    ...(category !== undefined && { category }),
  }),
);
