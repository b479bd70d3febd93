import { Command, createBot, Plugin } from 'kickbot';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Bot, ConfigInput } from '../../src/index.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.js';
import { RecordingLogger } from '../support/recording-logger.js';

@Plugin({ name: 'ping' })
class Ping {
  @Command('ping')
  ping() {
    return 'pong';
  }
}

let sandbox: Sandbox;
let bot: Bot;

beforeEach(async () => {
  sandbox = await startSandbox({});
  for (const owner of ['One', 'Two']) sandbox.world.createChannel({ owner });
  sandbox.world.createUser({ username: 'Kickbot' });
  for (const username of ['viewer', 'other']) sandbox.world.createUser({ username });
  bot = createBot(config({}), { logger: new RecordingLogger() });
  const { access_token, refresh_token, expires_in, scope } = sandbox.issueTokens({ as: 'Kickbot' });
  await bot.accounts.setUserToken({
    accountId: 'test',
    type: 'bot',
    accessToken: access_token,
    ...(refresh_token !== undefined && { refreshToken: refresh_token }),
    expiresIn: expires_in,
    scope: scope ?? '',
  });
  await bot.start();
});

afterEach(async () => {
  await bot.stop({ drainMs: 0 });
  await sandbox.close();
});

const config = (rest: Partial<ConfigInput>): ConfigInput => ({
  kick: {
    clientId: sandbox.app.clientId,
    clientSecret: sandbox.app.clientSecret,
    endpoints: sandbox.endpoints,
    pusher: sandbox.pusher,
  },
  channels: ['one'],
  storage: { url: 'sqlite::memory:' },
  plugins: [Ping],
  ...rest,
});

const none = { loaded: [], replaced: [], unloaded: [], joined: [], parted: [], waiting: [], problems: [] };
const answers = (channel: string) =>
  sandbox.world.channel(channel).messages.filter(({ sender }) => sender.username === 'Kickbot').length;

it('joins a channel that was added, with a prefix of its own, and leaves one that was removed', async () => {
  expect(await bot.reload(config({}))).toEqual(none);
  const two = { slug: 'two', prefix: '?' };
  expect(await bot.reload(config({ channels: ['one', two] }))).toEqual({ ...none, joined: ['two'] });
  sandbox.world.say({ channel: 'two', user: 'viewer', content: '?ping' });
  await expect.poll(() => answers('two')).toBe(1);

  expect(await bot.reload(config({ channels: [two] }))).toEqual({ ...none, parted: ['one'] });
  sandbox.world.say({ channel: 'one', user: 'viewer', content: '!ping' });
  sandbox.world.say({ channel: 'two', user: 'other', content: '?ping' });
  await expect.poll(() => answers('two')).toBe(2);
  expect(answers('one')).toBe(0);
});

it('says what waits for a restart, and which channels there are none of', async () => {
  const changed = config({
    channels: [{ slug: 'one', prefix: '?' }, 'nowhere', { slug: 'two', sendAs: 'app' }],
    owners: ['ada'],
    sender: { limit: 10 },
    kick: { ...config({}).kick, clientSecret: 'another' },
  });
  expect(await bot.reload(changed)).toMatchObject({
    ...none,
    waiting: ['owners', 'sender.limit', 'kick.clientSecret', 'channels: one', 'channels: two'],
    problems: [{ code: 'channel.unknown' }],
  });
});

it('refuses a wrong configuration, and one that comes while it does not run', async () => {
  await expect(bot.reload({ channels: [1] } as never)).rejects.toMatchObject({ code: 'config.invalid' });
  await bot.stop({ drainMs: 0 });
  await expect(bot.reload(config({}))).rejects.toMatchObject({ code: 'bot.not_started' });
});
