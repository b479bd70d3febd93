import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBot, Secret } from 'kickbot';
import { SystemClock } from '../dist/core/primitives/clock.js';
import { SilentLogger } from '../dist/core/telemetry/logger.js';
import { channelNumber } from './kick/chat.mjs';
import { commandsPlugin } from './plugins/commands.mjs';
import { start } from './processes.mjs';

const client = 'bot';

/** While the bot starts a second passes at once: 10,000 channels need 121 connections, of which one a second is opened. */
class HurriedClock extends SystemClock {
  isHurried = true;

  schedule(delayMs, run) {
    return super.schedule(this.isHurried && delayMs === 1_000 ? 0 : delayMs, run);
  }
}

/** A bot as a host program makes it, logged in and in all the channels of the corpus, and the Kick it talks to. */
export async function startBot({ corpus, sender }) {
  const directory = await mkdtemp(join(tmpdir(), 'kickbot-bench-'));
  const kick = start('kick/stub-kick.mjs', { arguments: [JSON.stringify(corpus)] });
  const { host, port } = await kick.ask('address');
  const api = `http://${host}:${port}`;
  const config = {
    kick: {
      endpoints: { auth: api, api, website: api, realtime: api },
      pusher: { key: client, host, port, tls: false },
    },
    channels: Array.from({ length: corpus.channels }, (_, number) => channelNumber(number)),
    sender,
    plugins: [join(import.meta.dirname, 'plugins/rules.ts'), commandsPlugin(corpus.commands)],
    storage: { url: `sqlite:${join(directory, 'kickbot.db')}` },
  };
  const clock = new HurriedClock();
  const bot = createBot(config, {
    directory,
    logger: new SilentLogger(),
    clock,
    secretKey: new Secret(Buffer.alloc(32, 7).toString('base64')),
  });
  const stop = async () => {
    await bot.stop({ drainMs: 0 });
    await kick.stop();
    await rm(directory, { recursive: true });
  };
  try {
    await bot.accounts.setUserToken({
      accountId: 'bench',
      type: 'bot',
      accessToken: 'access',
      refreshToken: 'refresh',
      expiresIn: 7_200,
      scope: 'user:read chat:write',
    });
    await bot.start();
    clock.isHurried = false;
  } catch (error) {
    await stop();
    throw error;
  }
  return { ask: (name, details) => kick.ask(name, { client, ...details }), stop };
}
