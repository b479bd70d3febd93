import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { Hono } from 'hono';
import type { Delivery, MissedSpan, TransportState } from '../../../../src/core/chat/transport.js';
import type { SubscriptionCalls } from '../../../../src/core/chat/webhook/subscription-access.js';
import {
  WebhookTransport,
  type WebhookTransportOptions,
} from '../../../../src/core/chat/webhook/webhook-transport.js';
import { configSchema } from '../../../../src/core/config/schema.js';
import type { Channel } from '../../../../src/core/events/kick-event.js';
import type { RealtimeFrame } from '../../../../src/core/events/realtime-frame.js';
import type { EventSubscription } from '../../../../src/core/kick/event-subscriptions.js';
import { SystemClock } from '../../../../src/core/primitives/clock.js';
import {
  channelId,
  chatroomId,
  eventSubscriptionId,
  type UserId,
  userId,
} from '../../../../src/core/primitives/ids.js';
import {
  PublicServer,
  type ServerEnvironment,
  webhookPath,
} from '../../../../src/core/server/public-server.js';
import { openDatabase } from '../../../../src/core/storage/database.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { RecordingLogger } from '../../../support/recording-logger.js';

export function channelOf(slug: string, id: number): Channel {
  return {
    slug,
    broadcasterUserId: userId(id),
    channelId: channelId(id + 1),
    chatroomId: chatroomId(id + 2),
  };
}
export const streamer = channelOf('streamer', 1001);

export const keyPair = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const kickKeys = keyPair();

/** Kick's side of subscriptions, in memory. */
export class FakeSubscriptions implements SubscriptionCalls {
  all: EventSubscription[] = [];
  /** What was asked, `list`, `create 1001 10`, `delete 10`. */
  readonly calls: string[] = [];
  /** Thrown by the next calls instead of an answer. */
  failure: Error | undefined;
  /** Whether what exists is left out of the list. */
  isListed: (subscription: EventSubscription) => boolean = () => true;
  /** What comes instead of a subscription: an error of that one entry, or one for the whole call. */
  refuse: (event: string) => string | Error | undefined = () => undefined;
  /** What a call for that channel comes to. */
  refuseChannel: (id: number) => Error | undefined = () => undefined;
  /** Whether what exists keeps its id when it is made once more. */
  isKept = false;
  /** What the answer to a list waits for. */
  answering = async (): Promise<void> => undefined;
  #nextId = 1;

  async list(): Promise<readonly EventSubscription[]> {
    this.#called('list');
    await this.answering();
    return this.all.filter(this.isListed);
  }

  async create({ events, broadcasterUserId = userId(0) }: Parameters<SubscriptionCalls['create']>[0]) {
    this.#called(`create ${broadcasterUserId} ${events.length}`);
    for (const event of events) {
      const refusal = this.refuse(event) ?? this.refuseChannel(broadcasterUserId);
      if (refusal instanceof Error) throw refusal;
    }
    return events.map((event) => {
      const error = this.refuse(event);
      if (typeof error === 'string') return { event, version: 1, id: undefined, error };
      const known = this.all.find(
        (made) => made.broadcasterUserId === broadcasterUserId && made.event === event,
      );
      const { id } = this.isKept && known !== undefined ? known : this.add(broadcasterUserId, event);
      return { event, version: 1, id, error: undefined };
    });
  }

  async delete(ids: readonly EventSubscription['id'][]): Promise<void> {
    this.#called(`delete ${ids.length}`);
    this.all = this.all.filter(({ id }) => !ids.includes(id));
  }

  /** As if it had been made by somebody else. */
  add(broadcasterUserId: UserId, event: string): EventSubscription {
    const id = eventSubscriptionId(`01SUB${this.#nextId++}`);
    const times = { createdAt: undefined, updatedAt: undefined };
    const added = { id, appId: undefined, broadcasterUserId, event, version: 1, ...times };
    this.all.push(added);
    return added;
  }

  /** What exists, such as `1001 kicks.gifted`, sorted. */
  get names(): string[] {
    return this.all.map(({ broadcasterUserId, event }) => `${broadcasterUserId} ${event}`).toSorted();
  }

  #called(call: string): void {
    this.calls.push(call);
    if (this.failure) throw this.failure;
  }
}

export interface Received extends RealtimeFrame, Omit<Delivery, 'settled'> {
  readonly slug: string;
  /** How many deliveries had been accepted when its handlers were called. */
  readonly answered: number;
  settle(): void;
}

export interface DeliveryToPost {
  messageId?: string;
  type?: string;
  version?: string;
  /** Milliseconds since 1970. */
  sentAt?: number;
  body?: unknown;
  key?: KeyObject;
  /** After signing. */
  headers?: Record<string, string>;
  /** In place of the signed body. */
  sentBody?: string;
}

export interface WebhooksOptions extends Partial<WebhookTransportOptions> {
  url?: string;
  directory?: string;
  /** Whether a delivery is settled as soon as it is received. */
  settles?: boolean;
}

let nextMessage = 1;

/** A transport behind a real server, and what it received. */
export async function openWebhooks({
  url = 'sqlite::memory:',
  directory = '.',
  settles = true,
  ...given
}: WebhooksOptions = {}) {
  const clock = given.clock instanceof FakeClock ? given.clock : new FakeClock();
  const logger = new RecordingLogger();
  const subscriptions = new FakeSubscriptions();
  const database = given.database ?? (await openDatabase({ url, directory }));
  const published = { pem: pemOf(kickKeys.publicKey), asked: 0 };
  const publicKey = {
    get: async () => {
      published.asked++;
      return published.pem;
    },
  };
  const access = { app: subscriptions, owner: async () => undefined };
  const transport = new WebhookTransport({ access, publicKey, ...given, database, clock, logger });
  const { server: config } = configSchema.parse({ server: { port: 0 } });
  const server = await PublicServer.open(config, { clock: new SystemClock(), logger }, () =>
    new Hono<ServerEnvironment>().route('/', transport.routes()),
  );
  const address = `${server.addresses.publicOrigin}${webhookPath}`;
  const received: Received[] = [];
  const states: TransportState[] = [];
  const missed: MissedSpan[] = [];

  /** The request that Kick would send. */
  function request({ messageId, type = 'chat.message.sent', version = '1', ...rest }: DeliveryToPost = {}) {
    const { sentAt = clock.now(), body = chatBody(), key = kickKeys.privateKey, headers, sentBody } = rest;
    const id = messageId ?? `01MESSAGE${nextMessage++}`;
    const timestamp = new Date(sentAt).toISOString().replace(/\.\d+/, '');
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const signature = createSign('RSA-SHA256').update(`${id}.${timestamp}.${text}`).sign(key, 'base64');
    return {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'kick-event-message-id': id,
        'kick-event-subscription-id': '01SUBSCRIPTION',
        'kick-event-signature': signature,
        'kick-event-message-timestamp': timestamp,
        'kick-event-type': type,
        'kick-event-version': version,
        ...headers,
      },
      body: sentBody ?? text,
    };
  }

  return {
    transport,
    database,
    clock,
    logger,
    subscriptions,
    published,
    address,
    received,
    states,
    missed,
    request,
    start(): void {
      transport.start({
        frame: (frame, { slug }, delivery) => {
          if (delivery === undefined) throw new Error('A webhook came without its delivery.');
          const { sentAt, late } = delivery;
          const answered = transport.outcomes.accepted;
          received.push({ ...frame, slug, answered, sentAt, late, settle: () => delivery.settled() });
          if (settles) delivery.settled();
        },
        state: (state) => states.push(state),
        missed: (span) => missed.push(span),
      });
    },
    /** Posts what Kick would send; resolves with the status. */
    async deliver(delivery: DeliveryToPost = {}): Promise<number> {
      const response = await fetch(address, request(delivery));
      await response.arrayBuffer();
      return response.status;
    },
    async close(): Promise<void> {
      await server.close();
      await transport.stop();
      await database.destroy().catch(() => undefined);
    },
  };
}

export type Webhooks = Awaited<ReturnType<typeof openWebhooks>>;

export function chatBody(content = 'hello', broadcaster = 1001) {
  return {
    message_id: `message ${nextMessage++}`,
    broadcaster: { user_id: broadcaster, username: 'Streamer' },
    sender: { user_id: 3003, username: 'Viewer' },
    content,
  };
}

export function pemOf(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'pem' }).toString();
}
