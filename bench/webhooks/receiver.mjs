// What Kick posts to, in a process of its own: the server, the signatures, the store in an SQLite file.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebhookTransport } from '../../dist/core/chat/webhook/webhook-transport.js';
import { decodeWebhook } from '../../dist/core/events/webhook-decoder.js';
import { SystemClock } from '../../dist/core/primitives/clock.js';
import { PublicServer, webhookPath } from '../../dist/core/server/public-server.js';
import { openDatabase } from '../../dist/core/storage/database.js';
import { SilentLogger } from '../../dist/core/telemetry/logger.js';
import { channelNumber } from '../kick/chat.mjs';
import { serve } from '../processes.mjs';

const clock = new SystemClock();
const logger = new SilentLogger();
const channel = channelNumber(0);
/** Kick's side: whatever is asked for is made. */
const subscriptions = {
  list: async () => [],
  create: async ({ events }) => events.map((event) => ({ event, version: 1, id: event, error: undefined })),
  delete: async () => {},
};

let directory;
let server;
let transport;
let handled = 0;

serve({
  async open({ publicKey }) {
    directory = await mkdtemp(join(tmpdir(), 'kickbot-bench-'));
    const database = await openDatabase({ url: 'sqlite:bench.db', directory });
    const access = { app: subscriptions, owner: async () => undefined };
    transport = new WebhookTransport({
      database,
      access,
      publicKey: { get: async () => publicKey },
      clock,
      logger,
    });
    const config = { host: '127.0.0.1', port: 0 };
    server = await PublicServer.open(config, { clock, logger }, () => transport.routes());
    transport.start({
      frame(frame, of, delivery) {
        if (decodeWebhook(frame, of, delivery.sentAt).type === 'chat.message.sent') handled++;
        delivery.settled();
      },
      state: () => {},
      missed: () => {},
    });
    await transport.join(channel);
    const origin = new URL(server.addresses.publicOrigin);
    return { port: Number(origin.port), path: webhookPath, broadcaster: channel.broadcasterUserId };
  },
  counts: () => ({ ...transport.outcomes, handled }),
  async close() {
    await server.close();
    await transport.stop();
    await rm(directory, { recursive: true });
  },
});
