import { Hono } from 'hono';
import { z } from 'zod';
import type { SandboxEnvironment } from '../http/environment.js';
import type { Tokens } from '../oauth/tokens.js';
import type { DropClaim } from '../world/drops.js';
import type { World } from '../world/world.js';
import { organizationToken } from './access.js';
import { integer, once, readQuery, upTo } from './query.js';
import { invalidRequest, notFound, ok, readBody } from './replies.js';

const text = once(z.string().min(1).optional());

const list = {
  campaign_id: text,
  claim_id: text,
  external_status: text,
  /** The id of the last claim of the page before. */
  cursor: text,
  user_id: once(integer.optional()),
  limit: once(upTo(1000, 10)),
};

const update = z.object({
  claims: z
    .array(z.strictObject({ claim_id: z.string(), external_status: z.string().min(1) }))
    .min(1)
    .max(100),
});

/** `GET` and `PATCH /public/v1/drops/claims`, for an organization's app. Source: the Kick docs, "Drops". */
export function dropsRoutes({ world, tokens }: { world: World; tokens: Tokens }) {
  const routes = new Hono<SandboxEnvironment>();

  routes.get('/drops/claims', organizationToken(tokens), (c) => {
    const query = readQuery(c, list);
    if (!query) return invalidRequest(c);
    const all = world.drops.claims(c.var.app.id);
    const last = query.cursor === undefined ? -1 : all.findIndex(({ id }) => id === query.cursor);
    if (query.cursor !== undefined && last === -1) return invalidRequest(c);
    const rest = all
      .slice(last + 1)
      .filter(
        (claim) =>
          (query.campaign_id ?? claim.campaignId) === claim.campaignId &&
          (query.claim_id ?? claim.id) === claim.id &&
          (query.external_status ?? claim.externalStatus) === claim.externalStatus &&
          (query.user_id ?? claim.userId) === claim.userId,
      );
    const claims = rest.slice(0, query.limit);
    const cursor = rest.length > claims.length ? (claims.at(-1)?.id ?? '') : '';
    return ok(c, { claims: claims.map(publicClaim), cursor });
  });

  routes.patch('/drops/claims', organizationToken(tokens), async (c) => {
    const body = await readBody(c, update);
    if (!body) return invalidRequest(c);
    const all = new Map(world.drops.claims(c.var.app.id).map((claim) => [claim.id, claim]));
    const changes = body.claims.flatMap(({ claim_id: id, external_status: status }) => {
      const claim = all.get(id);
      return claim ? { claim, status } : [];
    });
    if (changes.length < body.claims.length) return notFound(c);
    for (const { claim, status } of changes) world.drops.update(claim, status);
    return c.body(null, 204);
  });

  return routes;
}

function publicClaim(claim: DropClaim) {
  return {
    claim_id: claim.id,
    user_id: claim.userId,
    campaign_id: claim.campaignId,
    reward_id: claim.rewardId,
    external_id: claim.externalId,
    external_status: claim.externalStatus,
    created_at: new Date(claim.createdAt).toISOString(),
    updated_at: new Date(claim.updatedAt).toISOString(),
  };
}
