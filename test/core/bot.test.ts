import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { container as rootContainer } from 'tsyringe';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ConfigInput, EventContext, KickEventNamed } from '../../src/index.js';
import {
  Bot,
  Command,
  type CommandContext,
  createBot,
  On,
  Plugin,
  Rule,
  type RuleContext,
  remove,
} from '../../src/index.js';
import { cloudflareBlock, type Sandbox, startSandbox } from '../../src/sandbox/index.js';
import { RecordingLogger } from '../support/recording-logger.js';

@Plugin({ name: 'show' })
class Show {
  @Command('ping')
  ping() {
    return 'pong';
  }

  /** Says a command itself: a bot that listened to itself would never stop. */
  @Command('loop')
  loop() {
    return '!loop';
  }

  @Command('shout <...words>')
  shout(ctx: CommandContext, { words }: { words: string }) {
    return ctx.say(words.toUpperCase());
  }

  @Command('broken')
  broken() {
    throw new Error('on purpose');
  }

  @Rule()
  noSpam(ctx: RuleContext) {
    return ctx.message.content.includes('spam') ? remove('spam') : undefined;
  }

  @On('channel.hosted')
  welcome(event: KickEventNamed<'channel.hosted'>, ctx: EventContext) {
    return ctx.say(`Welcome, ${event.host.username}!`);
  }
}

let sandbox: Sandbox;
let bot: Bot | undefined;
let logger: RecordingLogger;

beforeEach(async () => {
  logger = new RecordingLogger();
  sandbox = await startSandbox({});
  sandbox.world.createChannel({ owner: 'Streamer' });
  sandbox.world.createUser({ username: 'Kickbot' });
  sandbox.world.setRoles({ channel: 'streamer', user: 'Kickbot', moderator: true });
  sandbox.world.createUser({ username: 'viewer' });
});

afterEach(async () => {
  await bot?.stop({ drainMs: 0 });
  bot = undefined;
  await sandbox.close();
});

const config = (rest: Partial<ConfigInput> = {}): ConfigInput => ({
  kick: {
    clientId: sandbox.app.clientId,
    clientSecret: sandbox.app.clientSecret,
    endpoints: sandbox.endpoints,
    pusher: sandbox.pusher,
  },
  channels: ['streamer'],
  storage: { url: 'sqlite::memory:' },
  plugins: [Show],
  ...rest,
});

async function start({
  account = true,
  directory,
  ...rest
}: { account?: boolean; directory?: string } & Partial<ConfigInput> = {}) {
  bot = createBot(config(rest), { logger, ...(directory !== undefined && { directory }) });
  if (account) await logIn(bot);
  await bot.start();
  return bot;
}

async function logIn(
  to: Bot,
  {
    as = 'Kickbot',
    accountId = 'test',
    type = 'bot',
  }: { as?: string; accountId?: string; type?: 'bot' | 'channel' } = {},
) {
  const { access_token, refresh_token, expires_in, scope } = sandbox.issueTokens({ as });
  await to.accounts.setUserToken({
    accountId,
    type,
    accessToken: access_token,
    ...(refresh_token !== undefined && { refreshToken: refresh_token }),
    expiresIn: expires_in,
    scope: scope ?? '',
  });
}

const say = (content: string, user = 'viewer') => sandbox.world.say({ channel: 'streamer', user, content });
const saidByBot = () =>
  sandbox.world
    .channel('streamer')
    .messages.filter(({ sender }) => sender.username === 'Kickbot')
    .map(({ content }) => content);
const botSays = (...contents: string[]) =>
  vi.waitFor(() => expect(saidByBot()).toEqual(contents), { timeout: 8_000, interval: 10 });
const posts = () => sandbox.requests.list('POST', '/public/v1/chat');

describe('a message on its way', () => {
  it('is answered in its channel, as a reply to it', async () => {
    await start();
    const { id } = say('!ping');
    await botSays('pong');
    expect(posts()).toMatchObject([
      { user: 'Kickbot', status: 200, body: { content: 'pong', type: 'user', reply_to_message_id: id } },
    ]);
  });

  it("is not a command when it is the bot's own", async () => {
    await start();
    say('!loop');
    await botSays('!loop');
    say('!ping');
    await botSays('!loop', 'pong');
  });

  it('reaches no command when a rule removes it', async () => {
    await start();
    const spam = say('!shout spam');
    say('!shout eggs');
    await botSays('EGGS');
    await vi.waitFor(() => expect(spam.removed).toMatchObject({ how: 'deleted' }));
  });

  it('that makes a plugin throw does not keep the next from being answered', async () => {
    await start();
    say('!broken');
    say('!ping');
    await botSays('pong');
    expect(logger.lines.some(([level, message]) => level === 'error' && message.includes('on purpose'))).toBe(
      true,
    );
  });

  it('is seen by the program that hosts the bot', async () => {
    const { events } = await start();
    const seen: string[] = [];
    events.on('chat.message.sent', () => {
      throw new Error('a listener of no use');
    });
    events.on('chat.message.sent', ({ content, sender }) => seen.push(`${sender.username}: ${content}`));
    say('!ping');
    await vi.waitFor(() => expect(seen).toEqual(['viewer: !ping', 'Kickbot: pong']));
  });

  it('may be another event than chat', async () => {
    await start();
    sandbox.world.host({ channel: 'streamer', by: 'viewer', viewers: 12 });
    await botSays('Welcome, viewer!');
  });
});

describe('an outage', () => {
  it('47. of the feed ends with every channel subscribed again', async () => {
    await start();
    const { chatroomId } = sandbox.world.channel('streamer');
    sandbox.faults.dropSockets();
    await vi.waitFor(() => expect(sandbox.feed.handshakes).toBe(2), { timeout: 8_000 });
    await vi.waitFor(() => expect(sandbox.feed.subscribers(`chatrooms.${chatroomId}.v2`)).toBe(1));
    say('!ping');
    await botSays('pong');
  });

  it('37. of the access token costs one refresh and no message', async () => {
    await start();
    sandbox.tokens.expireAccessTokens();
    for (const words of ['one', 'two', 'three']) say(`!shout ${words}`);
    await botSays('ONE', 'TWO', 'THREE');
    const refreshes = sandbox.requests
      .list('POST', '/oauth/token')
      .filter(({ body }) => JSON.stringify(body).includes('refresh_token'));
    expect(refreshes).toHaveLength(1);
  });

  it('36. of patience on the side of Kick, 429, delays the message and sends it once', async () => {
    await start();
    sandbox.faults.next('POST /public/v1/chat', { status: 429, retryAfter: 1 });
    say('!ping');
    await botSays('pong');
    expect(posts().map(({ status }) => status)).toEqual([429, 200]);
  });

  it('38. in the middle of a request whose body arrived is not answered with a second one', async () => {
    await start();
    sandbox.faults.next('POST /public/v1/chat', { cut: 'after' });
    say('!ping');
    await botSays('pong');
    say('!shout next');
    await botSays('pong', 'NEXT');
    expect(posts()).toHaveLength(2);
  });
});

describe('accounts', () => {
  it("of broadcasters open what only they may do, by the account's id", async () => {
    const running = createBot(config(), { logger });
    bot = running;
    expect(() => running.kickAs('channel:streamer')).toThrow(
      expect.objectContaining({ code: 'bot.not_started' }),
    );
    await logIn(running);
    await logIn(running, { as: 'Streamer', accountId: 'streamer', type: 'channel' });
    await running.start();
    const broadcaster = running.kickAs('channel:streamer');
    await broadcaster.rewards.create({ title: 'Hydrate', cost: 100 });
    expect(await broadcaster.rewards.list()).toMatchObject([{ title: 'Hydrate', cost: 100 }]);
    await expect(running.kickAs('channel:nobody').channels.own()).rejects.toMatchObject({
      code: 'auth.login_needed',
    });
  });

  it('may be none: the bot reads, and says once how to log in', async () => {
    const { events } = await start({ account: false });
    const seen: string[] = [];
    events.on('chat.message.sent', ({ content }) => seen.push(content));
    say('!ping');
    say('!ping');
    await vi.waitFor(() => expect(seen).toHaveLength(2));
    expect(posts()).toEqual([]);
    expect(logger.lines.filter(([, message]) => message.includes('No account is logged in'))).toHaveLength(1);
  });

  it('are remembered over a restart, and so are the ids of channels', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'kickbot-bot-'));
    const storage = { url: 'sqlite:.kickbot/kickbot.db' };
    const first = await start({ directory, storage });
    await first.stop();
    await start({ account: false, directory, storage });
    say('!ping');
    await botSays('pong');
    expect(sandbox.requests.list('GET', '/api/v2/channels/streamer')).toHaveLength(1);
  });

  it('that Kick does not take any more end the start with a sentence that names the login', async () => {
    const refused = createBot(config(), { logger });
    await logIn(refused);
    sandbox.tokens.disconnect(sandbox.world.user('Kickbot'));
    await expect(refused.start()).rejects.toMatchObject({
      code: 'auth.login_needed',
      message: expect.stringContaining('kickbot login'),
    });
  });

  it('of an app Kick does not know any more end the start, when they are to be renewed', async () => {
    const refused = createBot(config({ kick: { ...config().kick, clientSecret: 'wrong' } }), { logger });
    await logIn(refused);
    sandbox.tokens.expireAccessTokens();
    await expect(refused.start()).rejects.toMatchObject({ code: 'auth.invalid_client' });
  });

  it('can be logged in by hand through the login page', async () => {
    bot = createBot(config(), { logger });
    const result = await bot.accounts.login({
      kind: 'bot',
      identifier: 'by-hand',
      port: 0,
      onAuthorizeUrl(url) {
        sandbox.app.redirectUris.push(new URL(url).searchParams.get('redirect_uri') ?? '');
        void sandbox.approve(url, { as: 'Kickbot' });
      },
    });
    expect(result.account).toMatchObject({ id: 'bot:by-hand', user: { username: 'Kickbot' } });
    await bot.start();
    say('!ping');
    await botSays('pong');
  });
});

describe('starting', () => {
  it("hands plugins what the host program's container holds", async () => {
    class Jukebox {
      constructor(readonly song: string) {}
    }
    @Plugin({ name: 'song' })
    class Song {
      constructor(private readonly jukebox: Jukebox) {}

      @Command('song')
      song() {
        return this.jukebox.song;
      }
    }
    const container = rootContainer.createChildContainer().registerInstance(Jukebox, new Jukebox('Blue'));
    bot = createBot(config({ plugins: [Song] }), { logger, container });
    await logIn(bot);
    await bot.start();
    say('!song');
    await botSays('Blue');
  });

  it('fails with a typed error and leaves nothing open when a channel is unknown', async () => {
    await expect(start({ channels: ['nobody-here'] })).rejects.toMatchObject({ code: 'channel.unknown' });
    expect(sandbox.feed.connections).toBe(0);
  });

  it('tells apart a website behind Cloudflare from a channel that is not there', async () => {
    sandbox.faults.next('GET /api/v2/channels/*', cloudflareBlock, Number.POSITIVE_INFINITY);
    await expect(start()).rejects.toMatchObject({
      code: 'channel.unresolved',
      message: expect.stringContaining('broadcasterUserId'),
    });
  });

  it('asks nobody for the ids that the configuration names', async () => {
    const { slug, id, chatroomId, broadcaster } = sandbox.world.channel('streamer');
    await start({ channels: [{ slug, channelId: id, chatroomId, broadcasterUserId: broadcaster.id }] });
    say('!ping');
    await botSays('pong');
    expect(sandbox.requests.list('GET', '/api/v2/channels/streamer')).toEqual([]);
  });

  it('twice is refused', async () => {
    const running = await start();
    await expect(running.start()).rejects.toMatchObject({ code: 'bot.already_started' });
  });
});

it('42. stopping lets an answer under way go out, then closes everything', async () => {
  const running = await start();
  sandbox.faults.next('POST /public/v1/chat', { delayMs: 200 });
  say('!ping');
  await vi.waitFor(() => expect(posts()).toHaveLength(1));
  await running.stop();
  expect(saidByBot()).toEqual(['pong']);
  expect(sandbox.feed.connections).toBe(0);
  expect(() => running.kick).toThrow(expect.objectContaining({ code: 'auth.no_account' }));
});

describe('stopping in the middle of the start', () => {
  let loaded: (() => void) | undefined;
  let unloads: number;

  @Plugin({ name: 'slow' })
  class Slow {
    onLoad() {
      return new Promise<void>((resolve) => {
        loaded = resolve;
      });
    }
    onUnload() {
      unloads += 1;
    }
  }

  beforeEach(() => {
    loaded = undefined;
    unloads = 0;
  });

  it('waits for the plugin that loads, unloads it, and joins no chat', async () => {
    bot = createBot(config({ plugins: [Slow] }), { logger });
    const starting = bot.start().catch((error: unknown) => error);
    await vi.waitFor(() => expect(loaded).toBeDefined());
    const stopping = [bot.stop(), bot.stop()];
    loaded?.();
    expect(await starting).toMatchObject({ code: 'bot.stopped' });
    await Promise.all(stopping);
    expect(unloads).toBe(1);
    expect(sandbox.feed.handshakes).toBe(0);
  });

  it.each(['GET /api/v2/channels/*', 'GET /public/v1/users'])('ends a wait for %s', async (request) => {
    sandbox.faults.next(request, { delayMs: 60_000 });
    bot = createBot(config(), { logger });
    await logIn(bot);
    const starting = bot.start().catch((error: unknown) => error);
    const [method = '', path = ''] = request.replace('*', 'streamer').split(' ');
    await vi.waitFor(() => expect(sandbox.requests.list(method, path)).toHaveLength(1));
    await bot.stop();
    expect(await starting).toMatchObject({ code: 'bot.stopped' });
  });

  it('ends a wait for the feed to confirm the channel', async () => {
    sandbox.faults.ignoreSubscriptions();
    bot = createBot(config(), { logger });
    const starting = bot.start().catch((error: unknown) => error);
    await vi.waitFor(() => expect(sandbox.feed.handshakes).toBe(1));
    await bot.stop();
    expect(await starting).toMatchObject({ code: 'bot.stopped' });
    expect(sandbox.feed.connections).toBe(0);
  });
});

it('asks Kick as the app itself, without any account', async () => {
  expect(() => createBot(config()).kickAsApp).toThrow('start() it first');
  const running = await start({ account: false });
  expect(await running.kickAsApp.channels.bySlug('streamer')).toMatchObject({ slug: 'streamer' });
});
