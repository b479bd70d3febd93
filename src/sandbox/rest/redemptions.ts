import { Hono } from 'hono';
import { z } from 'zod';
import type { SandboxEnvironment } from '../http/environment.js';
import type { App } from '../oauth/apps.js';
import type { Tokens } from '../oauth/tokens.js';
import type { Redemption, Reward } from '../world/state.js';
import type { World } from '../world/world.js';
import { userToken } from './access.js';
import { pageOf } from './pages.js';
import { once, readQuery, repeated } from './query.js';
import { invalidRequest, ok, okPage, readBody } from './replies.js';

/** How many Kick gives at once is not documented. */
const REDEMPTIONS_PER_PAGE = 25;
const MAX_IDS = 25;

const list = {
  reward_id: once(z.ulid().optional()),
  status: once(z.enum(['pending', 'accepted', 'rejected']).optional()),
  cursor: once(z.string().optional()),
  id: repeated(z.ulid(), MAX_IDS),
};

const decision = z.object({
  ids: z
    .array(z.ulid())
    .min(1)
    .max(MAX_IDS)
    .refine((ids) => new Set(ids).size === ids.length),
});

/** `GET /public/v1/channels/rewards/redemptions`, and `POST` of its `accept` and `reject`. */
export function redemptionRoutes({ world, tokens }: { world: World; tokens: Tokens }) {
  const routes = new Hono<SandboxEnvironment>();
  const path = '/channels/rewards/redemptions';

  routes.get(path, userToken(tokens, 'channel:rewards:read', 'channel:rewards:write'), (c) => {
    const query = readQuery(c, list);
    // Ids say all: no filter goes with them.
    if (!query || (query.id.length > 0 && (query.reward_id ?? query.status ?? query.cursor) !== undefined)) {
      return invalidRequest(c);
    }
    const { redemptions } = world.channel(c.var.user.id);
    const { reward_id: rewardId, status = 'pending', id: ids } = query;
    const fits = (redemption: Redemption) =>
      ids.length > 0
        ? ids.includes(redemption.id)
        : redemption.status === status && (rewardId ?? redemption.reward.id) === redemption.reward.id;
    const page = pageOf(redemptions.filter(fits), {
      cursor: query.cursor,
      limit: REDEMPTIONS_PER_PAGE,
      key: (redemption) => redemptions.indexOf(redemption),
    });
    return page ? okPage(c, groups(page.items, c.var.app), page.next) : invalidRequest(c);
  });

  for (const [action, status] of [
    ['accept', 'accepted'],
    ['reject', 'rejected'],
  ] as const) {
    routes.post(`${path}/${action}`, userToken(tokens, 'channel:rewards:write'), async (c) => {
      const body = await readBody(c, decision);
      if (!body) return invalidRequest(c);
      const { user, app } = c.var;
      const failures = body.ids.flatMap((id) => {
        const reason = world.rewards.decide({ channel: user.id, appId: app.id, redemptionId: id, status });
        return reason === undefined ? [] : { id, reason };
      });
      return ok(c, failures);
    });
  }

  return routes;
}

/** Redemptions by their rewards, in the order in which each reward comes up. */
function groups(redemptions: readonly Redemption[], app: App) {
  const byReward = new Map<Reward, Redemption[]>();
  for (const redemption of redemptions) {
    const group = byReward.get(redemption.reward);
    if (group) group.push(redemption);
    else byReward.set(redemption.reward, [redemption]);
  }
  return [...byReward].map(([reward, group]) => ({
    reward: rewardSeenBy(app, reward),
    redemptions: group.map(({ id, redeemedAt, user, status, input }) => ({
      id,
      redeemed_at: new Date(redeemedAt).toISOString(),
      redeemer: { user_id: user.id },
      status,
      user_input: input,
    })),
  }));
}

/** An app sees little of what another app, or the broadcaster, made. */
function rewardSeenBy(app: App, { id, title, cost, description, appId, isDeleted }: Reward) {
  const own = appId === app.id && { cost, description, can_manage: true };
  return { id, title, ...own, is_deleted: isDeleted };
}
