import { Hono } from 'hono';
import { z } from 'zod';
import { oldChannel, oldLivestream } from '../feed/stream-frames.js';
import type { SandboxEnvironment } from '../http/environment.js';
import type { World } from '../world/world.js';
import { readBody } from './replies.js';

const offer = z.object({
  client: z.object({ id: z.string(), type: z.string() }),
  capabilities: z.object({ accepted_providers: z.array(z.object({ provider: z.string() })) }),
});

/** The website's own endpoints a chat reader needs: the ids of a channel, and which feed to read. No login. */
export function websiteRoutes({ world, pusher }: { world: World; pusher: { key: string; cluster: string } }) {
  const routes = new Hono<SandboxEnvironment>();

  routes.get('/api/v2/channels/:slug', (c) => {
    const channel = world.findChannel(c.req.param('slug'));
    if (!channel) return c.json({ message: 'Not found.' }, 404);
    const { broadcaster, livestream } = channel;
    const followers = [...channel.roles.values()].filter((roles) => roles.followingSince !== null);
    return c.json({
      ...oldChannel(channel),
      verified: broadcaster.verified,
      followers_count: followers.length,
      subscriber_badges: [],
      livestream: livestream && oldLivestream(channel, livestream),
      user: {
        id: broadcaster.id,
        username: broadcaster.username,
        profile_pic: broadcaster.profilePicture,
        bio: '',
      },
    });
  });

  routes.post('/api/v1/realtime/channels/:id/chat/connection', async (c) => {
    const body = await readBody(c, offer);
    const known = world.channels.some((channel) => String(channel.id) === c.req.param('id'));
    const accepted = body?.capabilities.accepted_providers.some(({ provider }) => provider === 'pusher');
    if (!accepted) return c.json({ message: 'No accepted provider.' }, 400);
    if (!known) return c.json({ message: 'Not found.' }, 404);
    const credentials = { app_key: pusher.key, cluster: pusher.cluster };
    return c.json({
      data: { mode: 'websocket', connections: [{ provider: 'pusher', credentials }] },
      message: 'success',
    });
  });

  return routes;
}
