import { Hono } from 'hono';
import { oldChannel, oldLivestream } from '../feed/stream-frames.js';
import type { SandboxEnvironment } from '../http/environment.js';
import type { World } from '../world/world.js';

/** The website's own endpoint that tells the ids of a channel. No login. */
export function websiteRoutes({ world }: { world: World }) {
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

  return routes;
}
