import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type ArgumentsOf,
  type Bot,
  Command,
  type CommandContext,
  type ConfigInput,
  createBot,
  Plugin,
} from '../../src/index.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.js';
import { RecordingLogger } from '../support/recording-logger.js';

@Plugin({ name: 'show' })
class Show {
  @Command('ping', { aliases: ['are you there'] })
  ping() {
    return 'pong';
  }

  @Command('live', { when: 'live' })
  live() {
    return 'live';
  }

  @Command('who is <who:user>')
  who(_ctx: CommandContext, { who }: ArgumentsOf<'who is <who:user>'>) {
    return `${who.username} is ${who.id}`;
  }

  @Command('mine', { allow: 'owner', cooldown: { channel: '1h' } })
  mine() {
    return 'mine';
  }

  @Command('ours', { allow: 'regular' })
  ours() {
    return 'ours';
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

  it('is for owners everywhere, for regulars in their channel, or for a stream that runs', async () => {
    sandbox.world.createUser({ username: 'ada' });
    await start({ owners: ['Ada'], channels: [{ slug: 'streamer', regulars: ['viewer'] }, 'other'] });
    const say = (channel: string, user: string, content: string) =>
      sandbox.world.say({ channel, user, content });
    for (const channel of ['streamer', 'other']) {
      say(channel, 'viewer', '!mine');
      say(channel, 'viewer', '!ours');
      say(channel, 'viewer', '!live');
      say(channel, 'ada', '!mine');
    }
    sandbox.world.goLive({ channel: 'other' });
    say('other', 'viewer', '!live');
    await vi.waitFor(
      () =>
        expect([answersIn('streamer'), answersIn('other')]).toEqual([
          ['ours', 'mine'],
          ['mine', 'live'],
        ]),
      { timeout: 8_000, interval: 10 },
    );
  });

  it('rests through a restart of the bot', async () => {
    const url = `sqlite:${join(mkdtempSync(join(tmpdir(), 'kickbot-')), 'kickbot.db')}`;
    for (const wanted of [
      ['mine', 'pong'],
      ['mine', 'pong', 'pong'],
    ]) {
      await start({ owners: ['viewer'], channels: ['streamer'], storage: { url } });
      for (const content of ['!mine', '!ping']) {
        sandbox.world.say({ channel: 'streamer', user: 'viewer', content });
      }
      await vi.waitFor(() => expect(answersIn('streamer')).toEqual(wanted), { timeout: 8_000, interval: 10 });
      await bot?.stop();
    }
  });

  it('looks up on Kick who is named and did not write', async () => {
    await start({ channels: ['streamer'] });
    const idOf = (name: string) => sandbox.world.findUser(name)?.id;
    for (const named of ['@OTHER', idOf('viewer'), idOf('Our_Bot')]) {
      sandbox.world.say({ channel: 'streamer', user: 'viewer', content: `!who is ${named}` });
    }
    const names = ['Other', 'viewer', 'Our_Bot'];
    await vi.waitFor(
      () =>
        expect(answersIn('streamer').toSorted()).toEqual(
          names.map((name) => `${name} is ${idOf(name)}`).toSorted(),
        ),
      { timeout: 8_000, interval: 10 },
    );
  });
});
