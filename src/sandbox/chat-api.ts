import { Hono } from 'hono';
import { z } from 'zod';
import { chatMessage } from './feed/frames.js';
import type { SandboxContext, SandboxEnvironment } from './http/environment.js';
import { readText } from './http/request-body.js';
import { banInForce } from './world/chat-rules.js';
import { Refusal, type RefusalCode } from './world/refusal.js';
import type { Channel, User } from './world/state.js';
import type { World } from './world/world.js';

const MAX_BODY = 16 * 1024;
const RECENT_MESSAGES = 100;
const NEW_NAME = /^\w{1,25}$/;

const id = z.string('must be the id of a message').min(1).max(100);
const username = z.string('must be a name').min(1, 'must be a name').max(100, 'must be a name');
const as = z.object({
  username,
  role: z.enum(
    ['viewer', 'subscriber', 'vip', 'moderator', 'broadcaster'],
    'must be viewer, subscriber, vip, moderator or broadcaster',
  ),
});
const messageRequest = z.object({
  as,
  content: z.string('must be a text'),
  replyTo: id.optional(),
});
const minutes = z
  .int('must be a whole number')
  .min(1, 'must be at least 1')
  .max(10_080, 'must be at most 10080');
const moderationRequest = z.discriminatedUnion(
  'action',
  [
    z.object({ as, action: z.literal('delete'), messageId: id }),
    z.object({ as, action: z.literal('timeout'), username, minutes }),
    z.object({ as, action: z.literal('ban'), username }),
    z.object({ as, action: z.literal('unban'), username }),
    z.object({ as, action: z.literal('clear') }),
  ],
  'must be delete, timeout, ban, unban or clear',
);

type As = z.infer<typeof as>;

/** A request the API does not take, with the status to say so. */
class BadRequest extends Error {
  constructor(
    readonly status: 400 | 403 | 413 | 415,
    message: string,
  ) {
    super(message);
  }
}

/** What the chat page reads and does, under `/channels/{slug}`. An error answers `{ error }`, one sentence. */
export function chatApi({ world, pusher }: { world: World; pusher: { readonly key: string } }) {
  const routes = new Hono<SandboxEnvironment>();

  routes.onError((error, c) => {
    if (error instanceof BadRequest) return c.json({ error: error.message }, error.status);
    if (error instanceof Refusal) return c.json({ error: error.message }, statusOf(error.code));
    return c.json({ error: 'The sandbox failed to do that.' }, 500);
  });

  routes.get('/channels/:slug', (c) => c.json(overview(world, channelOf(world, c), pusher.key)));

  routes.post('/channels/:slug/messages', async (c) => {
    const channel = channelOf(world, c);
    const { as, content, replyTo } = await readRequest(c, messageRequest);
    const message = world.say({ channel, user: actAs(world, channel, as), content, replyTo });
    return c.json({ messageId: message.id }, 201);
  });

  routes.post('/channels/:slug/moderation', async (c) => {
    const channel = channelOf(world, c);
    const request = await readRequest(c, moderationRequest);
    const by = actAs(world, channel, request.as);
    switch (request.action) {
      case 'delete':
        world.deleteMessage({ channel, by, messageId: request.messageId });
        break;
      case 'timeout':
        world.timeout({ channel, by, user: request.username, minutes: request.minutes });
        break;
      case 'ban':
        world.ban({ channel, by, user: request.username });
        break;
      case 'unban':
        world.unban({ channel, by, user: request.username });
        break;
      case 'clear':
        world.clearChat({ channel, by });
        break;
    }
    return c.body(null, 204);
  });

  return routes;
}

function channelOf(world: World, c: SandboxContext): Channel {
  return world.channel(c.req.param('slug') ?? '');
}

/** What the page needs to begin, or to catch up after its socket was away. */
function overview(world: World, channel: Channel, key: string) {
  const { slug, id, chatroomId, broadcaster, livestream, settings, pin, messages, bans } = channel;
  const banned = [...bans.keys()].flatMap((user) => banInForce(channel, user, world.now()) ?? []);
  return {
    channel: { slug, id, chatroomId, broadcasterUserId: broadcaster.id, username: broadcaster.username },
    pusher: { key },
    livestream: livestream && { title: livestream.title, viewers: livestream.viewers },
    settings,
    pin: pin && { message: chatMessage(pin.message), by: pin.by.username },
    banned: banned.map(({ user, expiresAt }) => ({ username: user.username, until: expiresAt })),
    recent: messages.slice(-RECENT_MESSAGES).map((message) => ({
      ...chatMessage(message),
      /** `by` is null where Kick's own filter removed it. */
      removed: message.removed && { how: message.removed.how, by: message.removed.by?.username ?? null },
    })),
  };
}

/** The user of that name, created on first use and given that role; the broadcaster's role is the owner's alone. */
function actAs(world: World, channel: Channel, { username, role }: As): User {
  if (role === 'broadcaster') return channel.broadcaster;
  const user = world.findUser(username) ?? newUser(world, username);
  if (user.id === channel.broadcaster.id) {
    throw new Refusal(
      'not-allowed',
      `${user.username} is the broadcaster here: take that role or another name.`,
    );
  }
  if (user.bot) throw new Refusal('not-allowed', `${user.username} is a bot: take another name.`);
  const { subscriberMonths } = world.roles({ channel, user });
  world.setRoles({
    channel,
    user,
    moderator: role === 'moderator',
    vip: role === 'vip',
    ...(role === 'subscriber' && { subscriberMonths: Math.max(1, subscriberMonths) }),
    ...(role === 'viewer' && { subscriberMonths: 0 }),
  });
  return user;
}

function newUser(world: World, username: string): User {
  if (!NEW_NAME.test(username)) {
    throw new Refusal('invalid', 'A name has 1 to 25 letters, digits and underscores.');
  }
  return world.createUser({ username });
}

/** The request's JSON. It must say that it is JSON and come from this page or from a program, so that no other site writes here. */
async function readRequest<Schema extends z.ZodType>(
  c: SandboxContext,
  schema: Schema,
): Promise<z.infer<Schema>> {
  const origin = c.req.header('origin');
  if (origin !== undefined && !(URL.canParse(origin) && new URL(origin).host === new URL(c.req.url).host)) {
    throw new BadRequest(403, `The page ${origin} may not write in this chat.`);
  }
  if (!/^application\/json\s*(;|$)/i.test(c.req.header('content-type') ?? '')) {
    throw new BadRequest(415, 'The request must be application/json.');
  }
  const text = await readText(c, MAX_BODY);
  if (text === undefined) throw new BadRequest(413, `A request has at most ${MAX_BODY} bytes.`);
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new BadRequest(400, 'The request is not JSON.');
  }
  const { data, error } = schema.safeParse(body);
  if (error) {
    const [issue] = error.issues;
    throw new BadRequest(400, `${issue?.path.join('.') || 'The request'} ${issue?.message}.`);
  }
  return data;
}

function statusOf(code: RefusalCode): 400 | 403 | 404 | 409 | 429 {
  switch (code) {
    case 'not-found':
      return 404;
    case 'exists':
      return 409;
    case 'invalid':
      return 400;
    case 'slow-mode':
      return 429;
    default:
      return 403;
  }
}
