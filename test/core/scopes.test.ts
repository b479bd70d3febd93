import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ConfigInput, PluginClass } from '../../src/index.js';
import {
  Bot,
  Command,
  createBot,
  Plugin,
  Rule,
  type RuleContext,
  Scope,
  Secret,
  timeout,
} from '../../src/index.js';
import { type Sandbox, type Scope as SandboxScope, startSandbox } from '../../src/sandbox/index.js';
import { RecordingLogger } from '../support/recording-logger.js';

@Plugin({ name: 'show', scopes: [Scope.UserRead, Scope.StreamkeyRead] })
class Show {
  @Command('key')
  key() {
    return 'no';
  }
}

@Plugin({ name: 'calm' })
class Calm {
  @Command('ping')
  ping() {
    return 'pong';
  }

  @Rule()
  noSpam({ message }: RuleContext) {
    return message.content.includes('spam') ? timeout('1m', 'spam') : undefined;
  }
}

let sandbox: Sandbox;
let bot: Bot;
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
  await bot.stop({ drainMs: 0 });
  await sandbox.close();
});

function create(plugins: (PluginClass | string)[], rest: Partial<ConfigInput['kick']> = {}): void {
  const { clientId, clientSecret } = sandbox.app;
  const { endpoints, pusher } = sandbox;
  bot = createBot(
    {
      kick: { clientId, clientSecret, endpoints, pusher, ...rest },
      channels: [{ slug: 'streamer', ...(plugins.includes(Show) && { plugins: { show: {} } }) }],
      storage: { url: 'sqlite::memory:' },
      plugins,
    },
    { logger, secretKey: new Secret(Buffer.alloc(32, 7).toString('base64')) },
  );
}

/** What a login asks Kick for, without anybody allowing it. */
async function asked(kind: 'bot' | 'channel', scopes?: string[]): Promise<string[]> {
  const cancelled = new AbortController();
  let url = '';
  const login = bot.accounts.login({
    kind,
    identifier: 'mine',
    port: 0,
    signal: cancelled.signal,
    onAuthorizeUrl(given) {
      url = given;
      cancelled.abort();
    },
    ...(scopes && { scopes }),
  });
  await expect(login).rejects.toMatchObject({ code: 'auth.login_cancelled' });
  return (new URL(url).searchParams.get('scope') ?? '').split(' ');
}

async function hold(type: 'bot' | 'channel', scopes: SandboxScope[]): Promise<void> {
  const as = type === 'bot' ? 'Kickbot' : 'Streamer';
  const { access_token, expires_in } = sandbox.issueTokens({ as, scopes });
  await bot.accounts.setUserToken({
    accountId: 'mine',
    type,
    accessToken: access_token,
    expiresIn: expires_in,
    scope: scopes.join(' '),
  });
}

const warnings = () => logger.lines.filter(([level]) => level === 'warn').map(([, line]) => line);
const said = () =>
  sandbox.world
    .channel('streamer')
    .messages.filter(({ removed }) => removed === undefined)
    .map(({ content }) => content);
const say = (content: string) => sandbox.world.say({ channel: 'streamer', user: 'viewer', content });

describe('the scopes of a login', () => {
  it('are the documented defaults', async () => {
    create([]);
    expect(await asked('bot')).toEqual([
      'user:read',
      'chat:write',
      'moderation:ban',
      'moderation:chat_message:manage',
      'events:subscribe',
    ]);
    expect(await asked('channel')).toEqual([
      'user:read',
      'channel:read',
      'channel:write',
      'channel:rewards:read',
      'channel:rewards:write',
      'events:subscribe',
      'kicks:read',
    ]);
  });

  it('leave out what older guides list and Kick does not have, with one warning', async () => {
    create([], { scopes: { bot: ['user:read', 'chat:read', 'subscribers:read', 'user:read'] } });
    expect(await asked('bot')).toEqual(['user:read']);
    expect(await asked('bot')).toEqual(['user:read']);
    expect(warnings()).toEqual([expect.stringMatching(/chat:read.*subscribers:read.*kick\.scopes\.bot/)]);
  });

  it('include what plugins declare, each asked of the account that can allow it', async () => {
    create([Show], { scopes: { bot: ['chat:write'], channel: ['channel:read'] } });
    expect(await asked('bot')).toEqual(['chat:write', 'user:read']);
    expect(await asked('channel')).toEqual(['channel:read', 'streamkey:read']);
  });

  it('run no plugin again for the next login', async () => {
    create(['./nowhere.ts']);
    await asked('bot');
    await asked('channel');
    expect(warnings()).toEqual([expect.stringContaining('nowhere.ts does not exist')]);
  });

  it('are just those given, whatever is configured', async () => {
    create([Show]);
    expect(await asked('bot', ['kicks:read', 'chat:read'])).toEqual(['kicks:read', 'chat:read']);
  });
});

describe('a scope that was not granted', () => {
  it.each([
    [[], /Plugin show is off: .*streamkey:read.*kickbot login --type channel/],
    [
      ['user:read'],
      /Plugin show is off: channel:mine.*streamkey:read.*kickbot login --type channel --account mine/,
    ],
  ] as [SandboxScope[], RegExp][])(
    'leaves out the plugin that needs it (channel: %j)',
    async (channel, line) => {
      create([Show, Calm]);
      await hold('bot', ['user:read', 'chat:write']);
      if (channel.length > 0) await hold('channel', channel);
      await bot.start();
      expect(warnings()).toEqual([expect.stringMatching(line)]);
      say('!ping');
      await vi.waitFor(() => expect(said()).toContain('pong'));
      expect(said()).not.toContain('no');
    },
  );

  it('leaves the plugin in where everything was granted', async () => {
    create([Show]);
    await hold('bot', ['user:read', 'chat:write']);
    await hold('channel', ['streamkey:read']);
    await bot.start();
    expect(warnings()).toEqual([]);
    say('!key');
    await vi.waitFor(() => expect(said()).toContain('no'));
  });

  it('turns off what rules do with it, told once', async () => {
    create([Calm]);
    await hold('bot', ['user:read', 'chat:write', 'moderation:chat_message:manage']);
    await bot.start();
    say('spam');
    say('more spam');
    say('!ping');
    await vi.waitFor(() => expect(said()).toContain('pong'));
    await vi.waitFor(() => expect(said()).not.toContain('more spam'));
    expect(logger.lines.filter(([level]) => level === 'error')).toEqual([
      ['error', expect.stringMatching(/could not be timed out: bot:mine.*moderation:ban.*kickbot login/)],
    ]);
    expect(sandbox.requests.list('POST', '/public/v1/moderation/bans')).toEqual([]);
  });

  it('keeps the bot from speaking, with the scope in the reason', async () => {
    create([Calm]);
    await hold('bot', ['user:read']);
    await bot.start();
    say('!ping');
    await vi.waitFor(() =>
      expect(warnings()).toContainEqual(
        expect.stringMatching(/may not speak.*bot:mine was not granted chat:write/),
      ),
    );
    expect(sandbox.requests.list('POST', '/public/v1/chat')).toEqual([]);
  });

  it('keeps the bot from starting when Kick may not say who it is', async () => {
    create([Calm]);
    await hold('bot', ['chat:write']);
    await expect(bot.start()).rejects.toMatchObject({
      code: 'auth.unidentified',
      message: expect.stringMatching(/kickbot login --type bot --account mine' and allow user:read/),
    });
  });

  it('is a mistake of the plugin when Kick has no such scope', async () => {
    const declared: Scope[] = JSON.parse('["chat:read"]');
    @Plugin({ name: 'old', scopes: declared })
    class Old {}
    create([Old]);
    await expect(bot.start()).rejects.toMatchObject({
      code: 'plugin.invalid',
      message: expect.stringMatching(/old.*'chat:read'.*chat:write/),
    });
  });
});
