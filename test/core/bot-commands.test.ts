import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Bot, Command, type ConfigInput, createBot, Plugin } from '../../src/index.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.js';
import { RecordingLogger } from '../support/recording-logger.js';

@Plugin({ name: 'show' })
class Show {
  @Command('ping', { aliases: ['are you there'] })
  ping() {
    return 'pong';
  }
}

let sandbox: Sandbox;
let bot: Bot | undefined;

beforeEach(async () => {
  sandbox = await startSandbox({});
  sandbox.world.createChannel({ owner: 'Streamer' });
  sandbox.world.createChannel({ owner: 'Other' });
  sandbox.world.createUser({ username: 'Our_Bot' });
  sandbox.world.createUser({ username: 'viewer' });
});

afterEach(async () => {
  await bot?.stop({ drainMs: 0 });
  bot = undefined;
  await sandbox.close();
});

async function start(config: Partial<ConfigInput>) {
  bot = createBot(
    {
      kick: {
        clientId: sandbox.app.clientId,
        clientSecret: sandbox.app.clientSecret,
        endpoints: sandbox.endpoints,
        pusher: sandbox.pusher,
      },
      storage: { url: 'sqlite::memory:' },
      plugins: [Show],
      ...config,
    },
    { logger: new RecordingLogger() },
  );
  const { access_token, refresh_token, expires_in, scope } = sandbox.issueTokens({ as: 'Our_Bot' });
  await bot.accounts.setUserToken({
    accountId: 'test',
    type: 'bot',
    accessToken: access_token,
    ...(refresh_token !== undefined && { refreshToken: refresh_token }),
    expiresIn: expires_in,
    scope: scope ?? '',
  });
  await bot.start();
}

const answersIn = (channel: string) =>
  sandbox.world
    .channel(channel)
    .messages.filter(({ sender }) => sender.username === 'Our_Bot')
    .map(({ content }) => content);

describe('a command in chat', () => {
  it('has the prefix of its channel, and everywhere the name of the bot', async () => {
    await start({ chat: { prefix: '?' }, channels: ['streamer', { slug: 'other', prefix: '$' }] });
    for (const channel of ['streamer', 'other']) {
      for (const content of ['$ping', '?ping', '!ping', '@our_bot are you there']) {
        sandbox.world.say({ channel, user: 'viewer', content });
      }
    }
    await vi.waitFor(
      () => expect([...answersIn('streamer'), ...answersIn('other')].length).toBeGreaterThanOrEqual(4),
      { timeout: 8_000, interval: 10 },
    );
    // What else was to be answered would have been queued by now, and goes out first.
    await bot?.stop();
    expect([answersIn('streamer'), answersIn('other')]).toEqual([
      ['pong', 'pong'],
      ['pong', 'pong'],
    ]);
  });
});
