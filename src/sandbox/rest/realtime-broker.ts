import { Hono } from 'hono';
import { z } from 'zod';
import type { RealtimeSettings } from '../feed/realtime-settings.js';
import type { RealtimeTokens } from '../feed/realtime-tokens.js';
import type { SandboxContext, SandboxEnvironment } from '../http/environment.js';
import type { World } from '../world/world.js';
import { readBody } from './replies.js';

const providers = ['centrifugo', 'pusher'] as const;

const offer = z.object({
  client: z.object({ id: z.string(), type: z.string() }),
  capabilities: z.object({ accepted_providers: z.array(z.object({ provider: z.string() })) }),
});

const guest = z.object({ client_id: z.string().min(1) });

/**
 * Which feed to read, as Kick's website asks before it connects, and the token for Centrifugo. No login. Kick
 * documents none of it; what it answers to a wrong request is not known.
 */
export function realtimeBrokerRoutes(parts: {
  world: World;
  pusher: { key: string; cluster: string };
  realtime: RealtimeSettings;
  realtimeTokens: RealtimeTokens;
}) {
  const { world, pusher, realtime, realtimeTokens } = parts;
  const routes = new Hono<SandboxEnvironment>();

  const answer = async (c: SandboxContext) => {
    const body = await readBody(c, offer);
    const accepted = providers.filter((name) =>
      body?.capabilities.accepted_providers.some(({ provider }) => provider === name),
    );
    const provider = accepted.find((name) => name === realtime.provider) ?? accepted[0];
    if (!provider) return c.json({ message: 'No accepted provider.' }, 400);
    const credentials = {
      pusher: { app_key: pusher.key, cluster: pusher.cluster },
      centrifugo: { url: `ws://${new URL(c.req.url).host}/connection/websocket` },
    }[provider];
    return c.json({
      data: { mode: 'websocket', connections: [{ provider, credentials }] },
      message: 'success',
    });
  };

  routes.post('/api/v1/realtime/connection', answer);

  routes.post('/api/v1/realtime/channels/:id/chat/connection', async (c) => {
    const known = world.channels.some((channel) => String(channel.id) === c.req.param('id'));
    return known ? answer(c) : c.json({ message: 'Not found.' }, 404);
  });

  routes.post('/api/v1/realtime/auth/connection', async (c) => {
    const body = await readBody(c, guest);
    if (!body) return c.json({ message: 'Invalid request.' }, 400);
    return c.json({ data: { token: realtimeTokens.issue(body.client_id) }, message: 'success' });
  });

  return routes;
}
