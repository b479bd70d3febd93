import { Hono } from 'hono';
import { z } from 'zod';
import type { SandboxEnvironment } from '../http/environment.js';
import type { Tokens } from '../oauth/tokens.js';
import type { World } from '../world/world.js';
import { userToken } from './access.js';
import { channelNotFound, invalidRequest, ok, readBody } from './replies.js';

const target = z.object({ broadcaster_user_id: z.int(), user_id: z.int() });

const ban = target.extend({
  /** Minutes, at most seven days; without it the ban does not end. */
  duration: z.int().min(1).max(10_080).optional(),
  reason: z.string().max(100).optional(),
});

/** `POST` and `DELETE /public/v1/moderation/bans`, both with a JSON body. */
export function moderationRoutes({ world, tokens }: { world: World; tokens: Tokens }) {
  const routes = new Hono<SandboxEnvironment>();

  routes.post('/moderation/bans', userToken(tokens, 'moderation:ban'), async (c) => {
    const body = await readBody(c, ban);
    if (!body) return invalidRequest(c);
    const channel = world.findChannel(body.broadcaster_user_id);
    if (!channel) return channelNotFound(c);
    const by = c.var.user;
    const { user_id: user, duration: minutes, reason } = body;
    if (minutes === undefined) world.ban({ channel, user, by, reason });
    else world.timeout({ channel, user, by, reason, minutes });
    return ok(c, {});
  });

  routes.delete('/moderation/bans', userToken(tokens, 'moderation:ban'), async (c) => {
    const body = await readBody(c, target);
    if (!body) return invalidRequest(c);
    const channel = world.findChannel(body.broadcaster_user_id);
    if (!channel) return channelNotFound(c);
    world.unban({ channel, user: body.user_id, by: c.var.user });
    return ok(c, {});
  });

  return routes;
}
