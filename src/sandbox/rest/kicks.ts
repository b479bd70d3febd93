import { Hono } from 'hono';
import type { SandboxEnvironment } from '../http/environment.js';
import type { Tokens } from '../oauth/tokens.js';
import { kicksRanking } from '../world/kicks-gifts.js';
import type { World } from '../world/world.js';
import { userToken } from './access.js';
import { once, readQuery, upTo } from './query.js';
import { invalidRequest, ok } from './replies.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/** `GET /public/v1/kicks/leaderboard`: who gave most KICKs to the token's own channel. */
export function kicksRoutes({ world, tokens }: { world: World; tokens: Tokens }) {
  const routes = new Hono<SandboxEnvironment>();
  routes.get('/kicks/leaderboard', userToken(tokens, 'kicks:read'), (c) => {
    const query = readQuery(c, { top: once(upTo(100, 10)) });
    if (!query) return invalidRequest(c);
    const channel = world.channel(c.var.user.id);
    const top = (since: number) =>
      kicksRanking(channel, since)
        .slice(0, query.top)
        .map(({ user, amount }, index) => ({
          rank: index + 1,
          user_id: user.id,
          username: user.username,
          gifted_amount: amount,
        }));
    const daysAgo = (days: number) => world.now() - days * DAY_MS;
    // When Kick begins a week and a month anew is not documented: these look back from now.
    return ok(c, { lifetime: top(0), month: top(daysAgo(30)), week: top(daysAgo(7)) });
  });
  return routes;
}
