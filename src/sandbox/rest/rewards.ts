import { Hono } from 'hono';
import { z } from 'zod';
import type { SandboxEnvironment } from '../http/environment.js';
import type { Tokens } from '../oauth/tokens.js';
import type { RewardChange } from '../world/rewards.js';
import type { Reward } from '../world/state.js';
import type { World } from '../world/world.js';
import { userToken } from './access.js';
import { invalidRequest, ok, readBody } from './replies.js';

const settings = z.object({
  title: z.string().min(1).max(50),
  cost: z.int().min(1),
  description: z.string().max(200).optional(),
  background_color: z
    .string()
    .regex(/^#[0-9a-f]{6}$/i)
    .optional(),
  is_enabled: z.boolean().optional(),
  is_user_input_required: z.boolean().optional(),
  should_redemptions_skip_request_queue: z.boolean().optional(),
});

const change = settings
  .extend({ is_paused: z.boolean().optional() })
  .partial()
  .refine((fields) => Object.values(fields).some((field) => field !== undefined));

/** `GET`, `POST`, `PATCH` and `DELETE /public/v1/channels/rewards`, of the token's own channel. */
export function rewardRoutes({ world, tokens }: { world: World; tokens: Tokens }) {
  const routes = new Hono<SandboxEnvironment>();

  routes.get('/channels/rewards', userToken(tokens, 'channel:rewards:read', 'channel:rewards:write'), (c) => {
    const { rewards } = world.channel(c.var.user.id);
    return ok(c, [...rewards.values()].map(publicReward));
  });

  routes.post('/channels/rewards', userToken(tokens, 'channel:rewards:write'), async (c) => {
    const body = await readBody(c, settings);
    if (!body) return invalidRequest(c);
    const { title, cost } = body;
    const { user, app } = c.var;
    const reward = world.rewards.create({
      ...settingsOf(body),
      channel: user.id,
      appId: app.id,
      title,
      cost,
    });
    return ok(c, publicReward(reward));
  });

  routes.patch('/channels/rewards/:id', userToken(tokens, 'channel:rewards:write'), async (c) => {
    const body = await readBody(c, change);
    if (!body) return invalidRequest(c);
    const reward = world.rewards.update({
      channel: c.var.user.id,
      appId: c.var.app.id,
      rewardId: c.req.param('id'),
      change: settingsOf(body),
    });
    return ok(c, publicReward(reward));
  });

  routes.delete('/channels/rewards/:id', userToken(tokens, 'channel:rewards:write'), (c) => {
    world.rewards.delete({ channel: c.var.user.id, appId: c.var.app.id, rewardId: c.req.param('id') });
    return c.body(null, 204);
  });

  return routes;
}

/** The fields that were sent, under the names the world has for them. */
function settingsOf(body: z.infer<typeof change>): RewardChange {
  return {
    ...(body.title !== undefined && { title: body.title }),
    ...(body.cost !== undefined && { cost: body.cost }),
    ...(body.description !== undefined && { description: body.description }),
    ...(body.background_color !== undefined && { backgroundColor: body.background_color }),
    ...(body.is_enabled !== undefined && { isEnabled: body.is_enabled }),
    ...(body.is_paused !== undefined && { isPaused: body.is_paused }),
    ...(body.is_user_input_required !== undefined && { isInputRequired: body.is_user_input_required }),
    ...(body.should_redemptions_skip_request_queue !== undefined && {
      skipsQueue: body.should_redemptions_skip_request_queue,
    }),
  };
}

function publicReward(reward: Reward) {
  return {
    id: reward.id,
    title: reward.title,
    description: reward.description,
    cost: reward.cost,
    background_color: reward.backgroundColor,
    is_enabled: reward.isEnabled,
    is_paused: reward.isPaused,
    is_user_input_required: reward.isInputRequired,
    should_redemptions_skip_request_queue: reward.skipsQueue,
  };
}
