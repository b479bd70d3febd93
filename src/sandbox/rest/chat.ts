import { Hono } from 'hono';
import { z } from 'zod';
import type { SandboxEnvironment } from '../http/environment.js';
import type { Tokens } from '../oauth/tokens.js';
import type { World } from '../world/world.js';
import { userToken } from './access.js';
import { channelNotFound, invalidRequest, notFound, ok, readBody } from './replies.js';

const newMessage = z.object({
  content: z.string(),
  type: z.enum(['user', 'bot']),
  broadcaster_user_id: z.int().optional(),
  reply_to_message_id: z.uuid().optional(),
});

/** `POST /public/v1/chat` and `DELETE /public/v1/chat/{message_id}`. */
export function chatRoutes({ world, tokens }: { world: World; tokens: Tokens }) {
  const routes = new Hono<SandboxEnvironment>();

  routes.post('/chat', userToken(tokens, 'chat:write'), async (c) => {
    const body = await readBody(c, newMessage);
    if (!body) return invalidRequest(c);
    const { user, app } = c.var;
    // A bot's message goes to the channel of whoever the token belongs to, whatever id was sent along.
    const broadcaster = body.type === 'bot' ? user.id : body.broadcaster_user_id;
    if (broadcaster === undefined) return invalidRequest(c);
    const channel = world.findChannel(broadcaster);
    const sender = body.type === 'bot' ? app.bot : user;
    if (!channel || !sender) return channelNotFound(c);
    const { content, reply_to_message_id: replyTo } = body;
    const message = world.say({ channel, user: sender, content, replyTo, via: 'api' });
    return ok(c, { is_sent: true, message_id: message.id });
  });

  routes.delete('/chat/:id', userToken(tokens, 'moderation:chat_message:manage'), (c) => {
    const id = c.req.param('id');
    if (!z.uuid().safeParse(id).success) return invalidRequest(c);
    const message = world.findMessage(id);
    if (!message) return notFound(c);
    world.deleteMessage({ channel: message.channel, messageId: id, by: c.var.user });
    return c.body(null, 204);
  });

  return routes;
}
