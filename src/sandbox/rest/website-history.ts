import { Hono } from 'hono';
import { z } from 'zod';
import { chatMessage } from '../feed/frames.js';
import type { SandboxContext, SandboxEnvironment } from '../http/environment.js';
import { notFound, Refusal } from '../world/refusal.js';
import type { ChatMessage } from '../world/state.js';
import type { World } from '../world/world.js';

const PAGE = 25;
/** How much of the chat one request with a `start_time` shows. */
const WINDOW_MS = 5000;

const startTime = z.iso.datetime({ offset: true }).transform(Date.parse).optional();

/**
 * The website's two lists of what was said in a channel, by the channel's id (not the chatroom's), newest first: the
 * newest 25 messages, or with `?start_time=`, in ISO 8601, at most 25 of the 5 seconds from then on. No login.
 *
 * Kick documents neither. That metadata is a JSON text, how many messages come and how long the window is, public
 * clients report; the envelopes, the order within a window and that removed messages are left out are guesses.
 */
export function websiteHistoryRoutes({ world }: { world: World }) {
  const routes = new Hono<SandboxEnvironment>();

  routes.get('/api/v1/chat/:id/history', (c) => {
    return c.json({ data: { messages: messagesOf(world, c) }, message: 'success' });
  });

  routes.get('/api/v2/channels/:id/messages', (c) => {
    const status = { error: false, code: 200, message: 'SUCCESS' };
    return c.json({ status, data: { messages: messagesOf(world, c), cursor: null } });
  });

  return routes;
}

function messagesOf(world: World, c: SandboxContext) {
  const channel = world.channels.find(({ id }) => String(id) === c.req.param('id'));
  if (!channel) return notFound('There is no channel of this id.');
  const { success, data: start } = startTime.safeParse(c.req.query('start_time'));
  if (!success) throw new Refusal('invalid', 'The start time is no time.');
  const messages = channel.messages.filter(({ removed }) => !removed);
  const shown =
    start === undefined
      ? messages.slice(-PAGE)
      : messages
          .filter(({ createdAt }) => createdAt >= start && createdAt < start + WINDOW_MS)
          .slice(0, PAGE);
  return shown.reverse().map(historyMessage);
}

function historyMessage(message: ChatMessage) {
  const { metadata, ...rest } = chatMessage(message);
  return { ...rest, ...(metadata && { metadata: JSON.stringify(metadata) }) };
}
