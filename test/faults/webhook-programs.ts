import { appendFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { Hono } from 'hono';
import { LiveChannels } from '../../src/core/chat/live-channels.js';
import { Reception } from '../../src/core/chat/reception.js';
import { WebhookTransport } from '../../src/core/chat/webhook/webhook-transport.js';
import { configSchema } from '../../src/core/config/schema.js';
import { decodeWebhook } from '../../src/core/events/webhook-decoder.js';
import { SystemClock } from '../../src/core/primitives/clock.js';
import { PublicServer, type ServerEnvironment, webhookPath } from '../../src/core/server/public-server.js';
import { openDatabase } from '../../src/core/storage/database.js';
import { FakeSubscriptions, streamer } from '../core/chat/webhook/setup.js';
import { RecordingLogger } from '../support/recording-logger.js';

export interface ReceivingSettings {
  readonly directory: string;
  /** What Kick signs with. */
  readonly publicKey: string;
  /** A line for each follower a handler was told of. */
  readonly handled: string;
}

/** Receives webhooks as a bot does, until it is killed; its handler is slower than they come. Sends its address. */
export async function receiving({ directory, publicKey, handled }: ReceivingSettings): Promise<void> {
  const database = await openDatabase({ url: 'sqlite:kickbot.db', directory });
  const [clock, logger] = [new SystemClock(), new RecordingLogger()];
  const access = { app: new FakeSubscriptions(), owner: async () => undefined };
  const key = { get: async () => publicKey };
  const transport = new WebhookTransport({ database, access, publicKey: key, clock, logger });
  const reception = new Reception({
    transports: [{ transport, decode: decodeWebhook }],
    async consume(event) {
      if (event.type !== 'channel.followed') return;
      appendFileSync(handled, `${event.follower.username}\n`);
      await wait(2);
    },
    live: new LiveChannels(),
    database,
    clock,
    logger,
  });
  const { server: config } = configSchema.parse({ server: { port: 0 } });
  const server = await PublicServer.open(config, { clock, logger }, () =>
    new Hono<ServerEnvironment>().route('/', transport.routes()),
  );
  await reception.start();
  await reception.join(streamer);
  process.send?.(`${server.addresses.publicOrigin}${webhookPath}`);
}
