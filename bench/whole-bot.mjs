import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBot, Secret } from 'kickbot';
import { SystemClock } from '../dist/core/primitives/clock.js';
import { SilentLogger } from '../dist/core/telemetry/logger.js';
import { channelNumber } from './kick/chat.mjs';
import { commandsPlugin } from './plugins/commands.mjs';
import { start } from './processes.mjs';

/**
 * While the bot starts, a second passes in a hundredth: 10,000 channels need 121 connections, of which one a second
 * is opened.
 */
class HurriedClock extends SystemClock {
  isInHurry = true;

  schedule(delayMs, run) {
    return super.schedule(this.isInHurry && delayMs <= 1_000 ? delayMs / 100 : delayMs, run);
  }
}

/** A port of this machine nobody listens on at the moment. */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * A bot as a host program makes it, logged in and in so many channels.
 *
 * @param address Where the stub of Kick listens, `127.0.0.1:3000`.
 * @param over Its transports.
 */
export async function startBot({ address, over, channels, commands, sender }) {
  const directory = await mkdtemp(join(tmpdir(), 'kickbot-bench-'));
  const kick = `http://${address}`;
  const [host, port] = address.split(':');
  const server = { port: await freePort(), publicUrl: 'https://bot.example' };
  const config = {
    kick: {
      clientId: 'bench',
      clientSecret: 'bench',
      endpoints: { auth: kick, api: kick, website: kick, realtime: kick },
      pusher: { host, port: Number(port), tls: false },
    },
    server,
    channels: Array.from({ length: channels }, (_, number) => channelNumber(number)),
    chat: { transports: over },
    sender,
    plugins: [join(import.meta.dirname, 'plugins/rules.ts'), commandsPlugin(commands)],
    storage: { url: `sqlite:${join(directory, 'kickbot.db')}` },
  };
  const clock = new HurriedClock();
  const bot = createBot(config, {
    directory,
    clock,
    logger: new SilentLogger(),
    secretKey: new Secret(Buffer.alloc(32, 7).toString('base64')),
  });
  const stop = async () => {
    await bot.stop({ drainMs: 0 });
    await rm(directory, { recursive: true });
  };
  try {
    await bot.accounts.setUserToken({
      accountId: 'bench',
      type: 'bot',
      accessToken: 'access',
      refreshToken: 'refresh',
      expiresIn: 7_200,
      scope: 'user:read chat:write moderation:ban moderation:chat_message:manage',
    });
    await bot.start();
    while (bot.transports.some(({ state }) => state.name !== 'ready')) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    clock.isInHurry = false;
  } catch (error) {
    await stop();
    throw error;
  }
  return { bot, webhookPort: server.port, stop };
}

/** A bot that hears by Pusher, and the Kick it talks to. */
export async function startBotAndKick({ corpus, sender }) {
  const kick = start('kick/stub-kick.mjs');
  const over = ['pusher'];
  const client = 'bot';
  const { address } = await kick.ask('open', { client, corpus, over });
  const { stop } = await startBot({ address, over, ...corpus, sender });
  return {
    ask: (name, details) => kick.ask(name, { client, ...details }),
    async stop() {
      await stop();
      await kick.stop();
    },
  };
}
