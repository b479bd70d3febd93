import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { chatMessage } from '../feed/frames.js';
import type { SandboxContext, SandboxEnvironment } from '../http/environment.js';
import type { Tokens } from '../oauth/tokens.js';
import { notFound as noSuch } from '../world/refusal.js';
import type { Channel } from '../world/state.js';
import type { World } from '../world/world.js';
import { userToken } from './access.js';
import { invalidRequest, notFound, readBody } from './replies.js';

const newMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('message'), content: z.string() }),
  z.object({
    type: z.literal('reply'),
    content: z.string(),
    metadata: z.object({ original_message: z.object({ id: z.uuid() }) }),
  }),
]);

const timeout = z.object({
  user_id: z.int(),
  /** Seconds, unlike the public API's minutes; at most seven days. */
  duration: z.int().min(1).max(604_800),
});

const ban = z.object({ user_id: z.int(), reason: z.string().max(100).optional() });

/**
 * The website's older endpoints to chat and moderate with, for user tokens. None of them is documented by Kick, and
 * no client is known to use them with a token of its OAuth: the real website may refuse what is accepted here.
 */
export function websiteChatRoutes({ world, tokens }: { world: World; tokens: Tokens }) {
  const routes = new Hono<SandboxEnvironment>();

  routes.post('/api/v2/messages/send/:chatroom', userToken(tokens, 'chat:write'), async (c) => {
    const body = await readBody(c, newMessage);
    if (!body) return invalidRequest(c);
    const channel = world.channels.find(({ chatroomId }) => String(chatroomId) === c.req.param('chatroom'));
    if (!channel) return notFound(c);
    const replyTo = body.type === 'reply' ? body.metadata.original_message.id : undefined;
    const message = world.say({ channel, user: c.var.user, content: body.content, replyTo, via: 'api' });
    return success(c, chatMessage(message));
  });

  routes.delete('/api/v2/messages/:id', userToken(tokens, 'moderation:chat_message:manage'), (c) => {
    const message = world.findMessage(c.req.param('id'));
    if (!message) return notFound(c);
    world.deleteMessage({ channel: message.channel, messageId: message.id, by: c.var.user });
    return success(c, null);
  });

  routes.post('/api/v2/channels/:channel/timeout', userToken(tokens, 'moderation:ban'), async (c) => {
    const body = await readBody(c, timeout);
    if (!body) return invalidRequest(c);
    const { user_id: user, duration } = body;
    world.timeout({ channel: channelOf(world, c), user, by: c.var.user, minutes: duration / 60 });
    return success(c, null);
  });

  routes.post('/api/v2/channels/:channel/bans', userToken(tokens, 'moderation:ban'), async (c) => {
    const body = await readBody(c, ban);
    if (!body) return invalidRequest(c);
    const { user_id: user, reason } = body;
    world.ban({ channel: channelOf(world, c), user, by: c.var.user, reason });
    return success(c, null);
  });

  return routes;
}

/** By slug or by its own id: clients of the website use either. */
function channelOf(world: World, c: SandboxContext): Channel {
  const name = c.req.param('channel') ?? '';
  return (
    world.findChannel(name) ??
    world.channels.find(({ id }) => String(id) === name) ??
    noSuch(`There is no channel ${name}.`)
  );
}

function success(c: Context, data: unknown) {
  return c.json({ status: { error: false, code: 200, message: 'SUCCESS' }, data });
}
