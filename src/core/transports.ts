import type { Accounts } from './accounts.js';
import { AutoSource } from './chat/broker/auto-source.js';
import { CentrifugoSource } from './chat/broker/centrifugo-source.js';
import { pusherServer, pusherSource } from './chat/pusher/pusher-feed.js';
import type { FeedSource } from './chat/realtime/feed.js';
import { RealtimeTransport } from './chat/realtime/realtime-transport.js';
import type { ReceptionSource } from './chat/reception.js';
import { WebhookTransport } from './chat/webhook/webhook-transport.js';
import type { Config } from './config/schema.js';
import type { Channel } from './events/kick-event.js';
import { decodeRealtimeFrame } from './events/realtime-decoder.js';
import { decodeWebhook } from './events/webhook-decoder.js';
import type { HttpClient } from './kick/http-client.js';
import { KickPublicKey } from './kick/public-key.js';
import type { Clock } from './primitives/clock.js';
import type { Random } from './primitives/random.js';
import type { Database } from './storage/schema.js';
import type { Logger } from './telemetry/logger.js';
import { webhookAccess } from './webhook-access.js';

export interface TransportsParts {
  readonly config: Config;
  readonly accounts: Accounts;
  readonly channels: readonly Channel[];
  readonly isLive: (channel: Channel) => boolean;
  readonly database: Database;
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** The ways that `chat.transports` names, and how each one's frames are read. */
export interface Transports {
  readonly sources: readonly ReceptionSource[];
  /** Needs an address that Kick can reach. */
  readonly webhook: WebhookTransport | undefined;
}

/** A Centrifugo takes 128 of a client unless told otherwise (`client_channel_limit`); what Kick's takes is not known. */
const centrifugoSubscriptions = 126;

export function createTransports(parts: TransportsParts): Transports {
  const { config, database, clock, random, logger, isLive } = parts;
  let webhook: WebhookTransport | undefined;
  const sources = config.chat.transports.map((name): ReceptionSource => {
    if (name !== 'webhook') {
      // Of several, each tells of its own outages.
      const own = config.chat.transports.length > 1 ? logger.named(name) : logger;
      const source = feedSource(name, { ...parts, logger: own });
      const transport = new RealtimeTransport({
        ...{ name, source, isLive, clock, random, logger: own },
        ...(name !== 'pusher' && { subscriptionsPerSocket: centrifugoSubscriptions }),
      });
      return { transport, decode: decodeRealtimeFrame };
    }
    const access = webhookAccess(config, parts.accounts);
    const publicKey = new KickPublicKey({ apiUrl: config.kick.endpoints.api, http: parts.http });
    webhook = new WebhookTransport({ database, access, publicKey, clock, logger });
    return { transport: webhook, decode: decodeWebhook };
  });
  return { sources, webhook };
}

function feedSource(
  name: 'auto' | 'pusher' | 'centrifugo',
  { config, channels, http, clock, random, logger }: TransportsParts,
): FeedSource {
  const { pusher, endpoints } = config.kick;
  if (name === 'pusher') return pusherSource(pusher);
  const broker = { endpoints, channelId: () => channels[0]?.channelId, http, clock, random };
  return name === 'centrifugo'
    ? new CentrifugoSource(broker)
    : new AutoSource({ ...broker, pusher, pusherServer, logger });
}
