import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Bot, ConfigInput } from '../../src/index.js';
import { Command, createBot, Plugin } from '../../src/index.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.js';
import { freePort } from '../support/free-port.js';
import { RecordingLogger } from '../support/recording-logger.js';

@Plugin({ name: 'echo' })
class Echo {
  @Command('echo <...words>')
  echo(_: unknown, { words }: { words: string }) {
    return words;
  }
}

let sandbox: Sandbox;
let bot: Bot | undefined;
let logger: RecordingLogger;
let port: number;
let handled: string[];

beforeEach(async () => {
  logger = new RecordingLogger();
  port = await freePort();
  sandbox = await startSandbox({ webhookUrl: `http://127.0.0.1:${port}/webhooks/kick` });
  sandbox.world.createChannel({ owner: 'Streamer' });
  sandbox.world.createUser({ username: 'Kickbot' });
  sandbox.world.setRoles({ channel: 'streamer', user: 'Kickbot', moderator: true });
  sandbox.world.createUser({ username: 'viewer' });
  handled = [];
});

afterEach(async () => {
  await bot?.stop({ drainMs: 0 });
  bot = undefined;
  await sandbox.close();
});

async function start(
  transports: NonNullable<ConfigInput['chat']>['transports'],
  server: ConfigInput['server'] = {},
  hasSecret = true,
) {
  const { clientId, clientSecret } = sandbox.app;
  bot = createBot(
    {
      kick: {
        clientId,
        ...(hasSecret && { clientSecret }),
        endpoints: sandbox.endpoints,
        pusher: sandbox.pusher,
      },
      server: { port, publicUrl: `http://127.0.0.1:${port}`, ...server },
      chat: { transports },
      channels: ['streamer'],
      storage: { url: 'sqlite::memory:' },
      plugins: [Echo],
    },
    { logger },
  );
  bot.events.on('chat.message.sent', ({ content, sender }) => {
    if (sender.username === 'viewer') handled.push(content);
  });
  const { access_token, refresh_token, expires_in, scope } = sandbox.issueTokens({ as: 'Kickbot' });
  await bot.accounts.setUserToken({
    accountId: 'test',
    type: 'bot',
    accessToken: access_token,
    refreshToken: refresh_token ?? '',
    expiresIn: expires_in,
    scope: scope ?? '',
  });
  await bot.start();
  return bot;
}

const say = (content: string) => sandbox.world.say({ channel: 'streamer', user: 'viewer', content });
const saidByBot = () =>
  sandbox.world
    .channel('streamer')
    .messages.filter(({ sender }) => sender.username === 'Kickbot')
    .map(({ content }) => content);
const settled = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 20 });
const logged = () => logger.lines.map(([, message]) => message).join('\n');
const chat = () => `chatrooms.${sandbox.world.channel('streamer').chatroomId}.v2`;

describe('the transport', () => {
  it('centrifugo is the server that the broker names', async () => {
    await start(['centrifugo']);
    expect([sandbox.centrifugo.subscribers(chat()), sandbox.feed.subscribers(chat())]).toEqual([1, 0]);
    say('!echo here');
    await settled(() => expect(saidByBot()).toEqual(['here']));
  });

  it.each(['centrifugo', 'pusher'] as const)('auto goes where the broker says: %s', async (provider) => {
    sandbox.realtime.provider = provider;
    await start(['auto']);
    say('!echo here');
    await settled(() => expect(saidByBot()).toEqual(['here']));
    const isCentrifugo = provider === 'centrifugo';
    expect(sandbox.centrifugo.subscribers(chat())).toBe(isCentrifugo ? 1 : 0);
    expect(sandbox.feed.subscribers(chat())).toBe(isCentrifugo ? 0 : 1);
  });

  it('auto takes the configured Pusher while the broker turns it away', async () => {
    sandbox.faults.next('POST /api/v1/realtime/*', { status: 403 }, Number.POSITIVE_INFINITY);
    await start(['auto']);
    expect(sandbox.feed.subscribers(chat())).toBe(1);
    say('!echo here');
    await settled(() => expect(saidByBot()).toEqual(['here']));
    expect(logged()).toContain('kick.pusher');
  });

  it('webhook subscribes, tells the address for the settings of Kick, and hears of what is said', async () => {
    await start(['webhook']);
    expect(logged()).toContain(`http://127.0.0.1:${port}/webhooks/kick`);
    expect(sandbox.world.subscriptions.list({ appId: sandbox.app.id })).toHaveLength(10);
    say('!echo here');
    await settled(() => expect(saidByBot()).toEqual(['here']));
  });
});

describe('a stream that began before the bot', () => {
  it.each([
    ['the app', true],
    ['the bot account', false],
  ])('D56: is asked for once, as %s', async (_, hasSecret) => {
    await start(['pusher'], {}, hasSecret);
    const asked = () => sandbox.requests.list('GET', '/public/v1/users/livestreams');
    const owner = sandbox.world.channel('streamer').broadcaster.id;
    await settled(() =>
      expect(asked()).toMatchObject([
        { query: { user_id: String(owner) }, user: hasSecret ? undefined : 'Kickbot', status: 200 },
      ]),
    );
  });
});

describe('three transports at once', () => {
  it('D60, E67: answer each command once', async () => {
    await start(['pusher', 'centrifugo', 'webhook']);
    await settled(() =>
      expect(bot?.transports.map(({ state }) => state.name)).toEqual(['ready', 'ready', 'ready']),
    );
    for (const word of ['one', 'two', 'three']) say(`!echo ${word}`);
    await settled(() => expect(saidByBot()).toEqual(['one', 'two', 'three']));
    await settled(() => expect(bot?.transports.map(({ counts }) => counts.frames >= 6)).not.toContain(false));
    expect(handled).toEqual(['!echo one', '!echo two', '!echo three']);
    expect(saidByBot()).toEqual(['one', 'two', 'three']);
  });

  it('hear on while both feeds are away', async () => {
    await start(['pusher', 'centrifugo', 'webhook']);
    await settled(() => expect(bot?.transports.at(-1)?.state.name).toBe('ready'));
    sandbox.faults.refuseHandshakes('reset');
    sandbox.faults.dropSockets();
    await settled(() => expect(sandbox.feed.connections + sandbox.centrifugo.connections).toBe(0));
    say('!echo still');
    await settled(() => expect(saidByBot()).toEqual(['still']));
  });
});

describe('the health addresses', () => {
  const ask = async (path: string) => {
    const answer = await fetch(`http://localhost:${port}${path}`);
    return { status: answer.status, text: await answer.text() };
  };

  it('tell when every channel is received, and what is counted', async () => {
    await start(['pusher', 'webhook'], { health: true, publicUrl: 'https://bot.example' });
    expect(await ask('/healthz')).toEqual({ status: 200, text: '{"status":"ok"}' });
    expect((await ask('/readyz')).status).toBe(200);
    say('!echo counted');
    await settled(() => expect(saidByBot()).toEqual(['counted']));
    const { text } = await ask('/metrics');
    expect(text).toContain('kickbot_transport_ready{transport="pusher"} 1');
    expect(text).toContain('kickbot_messages_sent_total{account="bot:test"} 1');
    expect(text).toMatch(/kickbot_handler_calls_total\{plugin="echo"\} 1/);
    expect(text).toMatch(/kickbot_token_expires_timestamp_seconds\{account="bot:test"\} \d+/);
    expect(text).toContain('kickbot_webhook_deliveries_total{outcome="accepted"}');
  });

  it('are not found under the public address', async () => {
    await start(['webhook'], { publicUrl: 'https://bot.example' });
    for (const path of ['/healthz', '/readyz', '/metrics']) {
      const { status } = await requestAs('bot.example', path);
      expect(status).toBe(404);
    }
  });

  it('say what is not received, and that a bot that was stopped is not ready', async () => {
    const started = await start(['pusher'], { health: true });
    const served = await started.serve();
    sandbox.faults.refuseHandshakes('reset');
    sandbox.faults.dropSockets();
    await settled(async () => expect((await ask('/readyz')).status).toBe(503));
    expect((await ask('/readyz')).text).toContain('Nothing is received from streamer.');
    await started.stop({ drainMs: 0 });
    expect((await ask('/readyz')).text).toContain('The bot does not run yet.');
    await served.close();
  });
});

/** Under a `Host` that only a proxy would send. */
function requestAs(host: string, path: string): Promise<{ status: number | undefined }> {
  return new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', path, headers: { host } }, (answer) => {
      answer.resume();
      resolve({ status: answer.statusCode });
    })
      .on('error', reject)
      .end();
  });
}
