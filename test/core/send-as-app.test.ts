import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Bot, Command, type CommandContext, createBot, Plugin, Secret } from '../../src/index.js';
import { type Sandbox, type Scope, startSandbox } from '../../src/sandbox/index.js';
import { RecordingLogger } from '../support/recording-logger.js';

@Plugin({ name: 'echo' })
class Echo {
  /** Says a command itself: a bot that listened to itself would never stop. */
  @Command('loop')
  loop(ctx: CommandContext) {
    return ctx.say('!loop');
  }
}

let sandbox: Sandbox;
let bot: Bot;
let logger: RecordingLogger;

beforeEach(async () => {
  logger = new RecordingLogger();
  sandbox = await startSandbox({});
  sandbox.world.createChannel({ owner: 'Streamer' });
  sandbox.world.createUser({ username: 'viewer' });
  sandbox.app.bot = sandbox.world.createUser({ username: 'AppBot', bot: true });
  const { clientId, clientSecret } = sandbox.app;
  const { endpoints, pusher } = sandbox;
  bot = createBot(
    {
      kick: { clientId, clientSecret, endpoints, pusher },
      channels: [{ slug: 'streamer', sendAs: 'app' }],
      storage: { url: 'sqlite::memory:' },
      plugins: [Echo],
    },
    { logger, secretKey: new Secret(Buffer.alloc(32, 7).toString('base64')) },
  );
});
afterEach(async () => {
  await bot.stop({ drainMs: 0 });
  await sandbox.close();
});

async function start(scopes?: Scope[]): Promise<void> {
  const {
    access_token,
    expires_in,
    scope = '',
  } = sandbox.issueTokens({
    as: 'Streamer',
    ...(scopes && { scopes }),
  });
  const token = { accountId: 'mine', accessToken: access_token, expiresIn: expires_in, scope };
  await bot.accounts.setUserToken({ type: 'channel', ...token });
  await bot.start();
}

const said = () =>
  sandbox.world.channel('streamer').messages.map(({ sender, content }) => `${sender.username}: ${content}`);
const say = (content: string, user = 'viewer') => sandbox.world.say({ channel: 'streamer', user, content });
const problems = () => logger.lines.filter(([level]) => level !== 'info').map(([, line]) => line);

it('speaks as the app’s bot with the broadcaster’s account, and does not answer it', async () => {
  await start();
  say('!loop');
  await vi.waitFor(() => expect(said()).toEqual(['viewer: !loop', 'AppBot: !loop']));
  // Other words than those on their way: Kick's answer to the last message may not have arrived yet.
  say('!loop now', 'Streamer');
  await vi.waitFor(() => expect(said()).toHaveLength(4));
  say('!loop', 'AppBot');
  say('!loop now');
  await vi.waitFor(() => expect(said()).toHaveLength(7));
  expect(said().slice(3)).toEqual(['AppBot: !loop', 'AppBot: !loop', 'viewer: !loop now', 'AppBot: !loop']);
  expect(problems()).toEqual([]);
});

it('says what is missing when the app has no bot', async () => {
  sandbox.app.bot = undefined;
  await start();
  say('!loop');
  await vi.waitFor(() =>
    expect(problems()).toContainEqual(
      expect.stringMatching(/Channel not found.*the app needs a bot.*kick\.com\/settings\/developer/),
    ),
  );
});

it('says which login is missing, and only reads', async () => {
  await bot.start();
  expect(problems()[0]).toMatch(/channel streamer.*kickbot login --type channel --account streamer/);
  say('!loop');
  await vi.waitFor(() =>
    expect(problems()).toContainEqual(expect.stringMatching(/No account to send with.*--type channel/)),
  );
  expect(said()).toEqual(['viewer: !loop']);
});

it('says which scope is missing, at the start and when it is needed', async () => {
  await start(['user:read']);
  expect(problems()).toEqual([
    expect.stringMatching(/says nothing: channel:mine was not granted chat:write/),
  ]);
  say('!loop');
  await vi.waitFor(() =>
    expect(problems()).toContainEqual(
      expect.stringMatching(/may not speak.*channel:mine was not granted chat:write/),
    ),
  );
});
