import { Hono } from 'hono';
import { z } from 'zod';
import type { SandboxEnvironment } from '../http/environment.js';
import type { Tokens } from '../oauth/tokens.js';
import type { Channel } from '../world/state.js';
import type { World } from '../world/world.js';
import { anyToken, userToken } from './access.js';
import { publicCategory } from './categories.js';
import { invalidRequest, notFound, ok, readBody } from './replies.js';

const MAX_CHANNELS = 50;
const MAX_SLUG = 25;

const change = z
  .object({
    category_id: z.int().min(1).optional(),
    stream_title: z.string().min(1).optional(),
    custom_tags: z.array(z.string()).max(10).optional(),
  })
  .refine(({ category_id, stream_title, custom_tags }) => category_id ?? stream_title ?? custom_tags);

/** `GET` and `PATCH /public/v1/channels`. */
export function channelRoutes({ world, tokens }: { world: World; tokens: Tokens }) {
  const routes = new Hono<SandboxEnvironment>();

  routes.get('/channels', anyToken(tokens, 'channel:read'), (c) => {
    const { owner, scopes } = c.var;
    const ids = c.req.queries('broadcaster_user_id')?.map(Number) ?? [];
    const slugs = c.req.queries('slug') ?? [];
    const wrong =
      (ids.length > 0 && slugs.length > 0) ||
      (ids.length === 0 && slugs.length === 0 && !owner) ||
      ids.length > MAX_CHANNELS ||
      slugs.length > MAX_CHANNELS ||
      ids.some((id) => !Number.isSafeInteger(id)) ||
      // One unknown slug fails the whole call on Kick, where an unknown id is only left out.
      slugs.some((slug) => slug.length > MAX_SLUG || !world.findChannel(slug));
    if (wrong) return invalidRequest(c);
    const asked = [...ids, ...slugs];
    const refs = asked.length === 0 && owner ? [owner.id] : asked;
    return ok(
      c,
      refs.flatMap((ref) => {
        const channel = world.findChannel(ref);
        if (!channel) return [];
        const isOwn = channel.broadcaster === owner;
        return publicChannel(channel, isOwn && scopes.includes('streamkey:read'));
      }),
    );
  });

  routes.patch('/channels', userToken(tokens, 'channel:write'), async (c) => {
    const body = await readBody(c, change);
    if (!body) return invalidRequest(c);
    const category = body.category_id === undefined ? undefined : world.findCategory(body.category_id);
    if (body.category_id !== undefined && !category) return invalidRequest(c);
    const channel = world.findChannel(c.var.user.id);
    if (!channel) return notFound(c);
    world.changeStream({
      channel,
      ...(category && { category }),
      ...(body.stream_title !== undefined && { title: body.stream_title }),
      ...(body.custom_tags && { tags: body.custom_tags }),
    });
    return c.body(null, 204);
  });

  return routes;
}

function publicChannel(channel: Channel, withStreamKey: boolean) {
  const { livestream } = channel;
  const roles = [...channel.roles.values()];
  return {
    broadcaster_user_id: channel.broadcaster.id,
    slug: channel.slug,
    channel_description: '',
    banner_picture: '',
    stream_title: channel.title,
    category: publicCategory(channel.category),
    active_subscribers_count: roles.filter((role) => role.subscriberMonths > 0).length,
    // A subscription in the sandbox never ends.
    active_gifted_subscribers_count: roles.reduce((sum, role) => sum + role.giftedSubscriptions, 0),
    canceled_subscribers_count: 0,
    stream: {
      is_live: livestream !== null,
      is_mature: false,
      language: channel.language,
      start_time: livestream ? new Date(livestream.startedAt).toISOString() : '0001-01-01T00:00:00Z',
      thumbnail: '',
      url: withStreamKey ? 'rtmps://ingest.sandbox.invalid/app' : '',
      key: withStreamKey ? channel.streamKey : '',
      viewer_count: livestream?.viewers ?? 0,
      custom_tags: channel.tags,
    },
  };
}
