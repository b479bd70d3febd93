import { Hono } from 'hono';
import { z } from 'zod';
import type { SandboxEnvironment } from '../http/environment.js';
import type { Tokens } from '../oauth/tokens.js';
import { type EventSubscription, subscribableEvents } from '../world/event-subscriptions.js';
import { Refusal } from '../world/refusal.js';
import type { World } from '../world/world.js';
import { anyToken } from './access.js';
import { integer, once, readQuery, repeated } from './query.js';
import { badRequest, channelNotFound, invalidRequest, ok, readBody } from './replies.js';

const wanted = z.object({
  broadcaster_user_id: z.int().optional(),
  method: z.literal('webhook'),
  events: z.array(z.object({ name: z.string(), version: z.int() })).min(1),
});

const list = { broadcaster_user_id: once(integer.optional()) };
const removal = { id: repeated(z.ulid(), 100).min(1) };

/** `GET`, `POST` and `DELETE /public/v1/events/subscriptions`. */
export function eventSubscriptionRoutes({ world, tokens }: { world: World; tokens: Tokens }) {
  const routes = new Hono<SandboxEnvironment>();
  const { subscriptions } = world;

  routes.get('/events/subscriptions', anyToken(tokens), (c) => {
    const query = readQuery(c, list);
    if (!query) return invalidRequest(c);
    const { app, owner } = c.var;
    // A user's token sees that user's channel only, whatever was asked for.
    const broadcasterId = owner?.id ?? query.broadcaster_user_id;
    return ok(c, subscriptions.list({ appId: app.id, broadcasterId }).map(publicSubscription));
  });

  routes.post('/events/subscriptions', anyToken(tokens, 'events:subscribe'), async (c) => {
    const body = await readBody(c, wanted);
    if (!body) return invalidRequest(c);
    const { app, owner } = c.var;
    const broadcasterId = owner?.id ?? body.broadcaster_user_id;
    if (broadcasterId === undefined) {
      return badRequest(c, 'broadcaster_user_id is required for app tokens');
    }
    if (!world.findChannel(broadcasterId)) return channelNotFound(c);
    try {
      return ok(
        c,
        body.events.map(({ name, version }) => {
          const event = subscribableEvents.find((known) => known === name);
          if (event === undefined || version !== 1) return { name, version, error: 'invalid event' };
          const { id } = subscriptions.subscribe({ appId: app.id, broadcasterId, event });
          return { name, version, subscription_id: id };
        }),
      );
    } catch (error) {
      if (error instanceof Refusal) return badRequest(c, 'event subscription limit reached');
      throw error;
    }
  });

  routes.delete('/events/subscriptions', anyToken(tokens, 'events:subscribe'), (c) => {
    const query = readQuery(c, removal);
    if (!query) return invalidRequest(c);
    const { app, owner } = c.var;
    for (const { id } of subscriptions.list({ appId: app.id, broadcasterId: owner?.id })) {
      if (query.id.includes(id)) subscriptions.unsubscribe(id);
    }
    return c.body(null, 204);
  });

  return routes;
}

function publicSubscription({ id, appId, broadcasterId, event, version, createdAt }: EventSubscription) {
  const time = new Date(createdAt).toISOString();
  return {
    id,
    app_id: appId,
    broadcaster_user_id: broadcasterId,
    event,
    version,
    method: 'webhook',
    created_at: time,
    updated_at: time,
  };
}
