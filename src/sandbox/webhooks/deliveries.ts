import { Agent, request } from 'undici';
import type { App, Apps } from '../oauth/apps.js';
import { pause } from '../pause.js';
import type { EventSubscriptions, SubscribableEvent } from '../world/event-subscriptions.js';
import { ulid } from '../world/ulid.js';
import type { WorldEvent } from '../world/world-event.js';
import { webhookOf, wholeSecondsZ } from './payloads.js';
import type { SigningKey } from './signing-key.js';

const KEPT_DELIVERIES = 1000;
const PARALLEL_REQUESTS = 16;
const ANSWER_WITHIN_MS = 10_000;

/** What goes wrong with webhooks. The parts combine; all that is left out goes well. */
export interface WebhookFault {
  /** Delivers this much later, in real time, with the event's own time in the headers. */
  delayMs?: number;
  /** How often each is delivered, under one message id. */
  copies?: number;
  /** Keeps everything back until the fault is over, and then delivers it at once. */
  hold?: boolean;
  /** Never delivers anything. */
  drop?: boolean;
  /** How much older than they are the headers say the events are. Negative: from the future. */
  backdateMs?: number;
}

/** One request to an app's webhook URL. */
export interface Delivery {
  /** When it was sent, by the sandbox's clock. */
  readonly at: number;
  readonly event: string;
  /** The same in each attempt and copy. */
  readonly messageId: string;
  /** From 1. */
  readonly attempt: number;
  /** Absent while there is no answer, and for ever where none came. */
  status: number | undefined;
}

/** What a delivery by hand has otherwise than Kick would send it. */
export interface DeliveryOverrides {
  /** These three are signed as they are. */
  messageId?: string;
  /** The header's text. */
  timestamp?: string;
  subscriptionId?: string;
  /** After signing: headers to replace, to add, or with `null` to leave out. */
  headers?: Record<string, string | null>;
  /** After signing: what is sent in place of the body. */
  sentBody?: string | Buffer;
}

/** A delivery ready to be posted. */
export interface WebhookRequest {
  readonly headers: Record<string, string>;
  readonly body: string | Buffer;
}

interface Outgoing extends WebhookRequest {
  readonly app: App;
  readonly event: string;
  readonly messageId: string;
}

interface WebhooksParts {
  apps: Apps;
  /** Whose deliveries by hand are. */
  app: App;
  subscriptions: EventSubscriptions;
  signingKey: SigningKey;
  now: () => number;
  log: (line: string) => void;
}

/**
 * Posts what happens to the apps that subscribed to it and have a webhook URL. In no particular order, as on Kick:
 * several requests are under way at once.
 */
export class Webhooks {
  /**
   * How long to wait before each further attempt, where the answer is not 2xx or none comes within 10 s; `[]` for one
   * attempt only. Kick's docs promised three attempts until 2025-12-08 and say nothing since.
   */
  retryPausesMs: readonly number[] = [1000, 5000];
  /** How many may be under way at once, held and late ones included; what comes on top is never sent. */
  maxUnderWay = 20_000;
  readonly #deliveries: Delivery[] = [];
  readonly #agent = new Agent({
    connections: PARALLEL_REQUESTS,
    connectTimeout: ANSWER_WITHIN_MS,
    headersTimeout: ANSWER_WITHIN_MS,
    bodyTimeout: ANSWER_WITHIN_MS,
  });
  readonly #closing = new AbortController();
  readonly #held: (() => void)[] = [];
  #fault: WebhookFault = {};
  #underWay = 0;

  constructor(private readonly parts: WebhooksParts) {}

  /** The newest requests, in the order they were sent. */
  get deliveries(): readonly Delivery[] {
    return this.#deliveries;
  }

  /** From now on this goes wrong and nothing else; what was held goes out unless it holds on. */
  setFault(fault: WebhookFault): void {
    this.#fault = fault;
    if (!fault.hold) for (const release of this.#held.splice(0)) release();
  }

  /** From now on signs with a new key, which `GET /public/v1/public-key` gives. */
  rotateKey(): void {
    this.parts.signingKey.rotate();
  }

  /** Ends the app's subscriptions (to one event), as Kick does after a day of failures and never tells. */
  unsubscribeAll(event?: SubscribableEvent): void {
    const { subscriptions, app } = this.parts;
    subscriptions.unsubscribeAll({ appId: app.id, ...(event && { event }) });
  }

  /** Tells the apps that want to know. */
  publish(event: WorldEvent): void {
    const apps = this.parts.apps.list().filter(({ webhookUrl }) => webhookUrl !== undefined);
    const payload = apps.length > 0 && webhookOf(event);
    if (!payload || this.#fault.drop) return;
    const body = JSON.stringify(payload.body);
    for (const app of apps) {
      const subscription = this.parts.subscriptions.find({
        appId: app.id,
        broadcasterId: event.channel.broadcaster.id,
        event: payload.event,
      });
      if (!subscription) continue;
      if (this.#underWay < this.maxUnderWay) void this.#send(app, payload.event, body, subscription.id);
      else this.parts.log(`webhook ${payload.event} not sent: ${this.#underWay} are under way`);
    }
  }

  /**
   * Posts one delivery by hand, once, whatever goes wrong with the others, and returns how it went. A text or bytes
   * are the body as it is; anything else becomes JSON.
   *
   * @throws when the app has no webhook URL.
   * @example
   * const { status } = await sandbox.webhooks.deliver('channel.followed', body, { sentBody: '{}' });
   */
  async deliver(event: string, body: unknown, overrides: DeliveryOverrides = {}): Promise<Delivery> {
    const { app } = this.parts;
    if (app.webhookUrl === undefined) throw new Error('Set sandbox.app.webhookUrl before delivering to it.');
    const messageId = overrides.messageId ?? ulid(this.parts.now());
    const prepared = await this.prepare(event, body, { ...overrides, messageId });
    return this.#post({ ...prepared, app, event, messageId }, 1);
  }

  /** What `deliver` would send, for those who bring their own socket. */
  async prepare(event: string, body: unknown, overrides: DeliveryOverrides = {}): Promise<WebhookRequest> {
    const at = this.parts.now();
    const { messageId = ulid(at), timestamp = wholeSecondsZ(at), subscriptionId = ulid(at) } = overrides;
    const content = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const signed = Buffer.concat([Buffer.from(`${messageId}.${timestamp}.`), Buffer.from(content)]);
    const headers = {
      'User-Agent': 'Go-http-client/1.1',
      Accept: 'application/json',
      'Accept-Encoding': 'gzip',
      'Content-Type': 'application/json',
      'Kick-Event-Message-Id': messageId,
      'Kick-Event-Subscription-Id': subscriptionId,
      'Kick-Event-Signature': await this.parts.signingKey.sign(signed),
      'Kick-Event-Message-Timestamp': timestamp,
      'Kick-Event-Type': event,
      'Kick-Event-Version': '1',
    };
    return { headers: changed(headers, overrides.headers ?? {}), body: overrides.sentBody ?? content };
  }

  /** Nothing is sent any more, and what is under way ends. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.setFault({});
    await this.#agent.destroy();
  }

  async #send(app: App, event: SubscribableEvent, body: string, subscriptionId: string): Promise<void> {
    const { delayMs = 0, copies = 1, hold, backdateMs = 0 } = this.#fault;
    this.#underWay += 1;
    const at = this.parts.now();
    const messageId = ulid(at);
    const timestamp = wholeSecondsZ(at - backdateMs);
    const prepared = await this.prepare(event, body, { messageId, timestamp, subscriptionId });
    if (hold && this.#fault.hold) await new Promise<void>((resolve) => this.#held.push(resolve));
    if (delayMs > 0) await pause(delayMs, this.#closing.signal);
    const outgoing = { ...prepared, app, event, messageId };
    await Promise.all(Array.from({ length: copies }, () => this.#untilTaken(outgoing)));
    this.#underWay -= 1;
  }

  async #untilTaken(outgoing: Outgoing): Promise<void> {
    const pauses = this.retryPausesMs;
    for (let attempt = 1; !this.#closing.signal.aborted; attempt += 1) {
      const { status } = await this.#post(outgoing, attempt);
      const pauseMs = pauses[attempt - 1];
      if ((status !== undefined && status >= 200 && status < 300) || pauseMs === undefined) return;
      await pause(pauseMs, this.#closing.signal);
    }
  }

  /** Never rejects. */
  async #post({ app, event, messageId, headers, body }: Outgoing, attempt: number): Promise<Delivery> {
    const delivery: Delivery = { at: this.parts.now(), event, messageId, attempt, status: undefined };
    this.#deliveries.push(delivery);
    if (this.#deliveries.length > KEPT_DELIVERIES) this.#deliveries.shift();
    try {
      const reply = await request(app.webhookUrl ?? '', {
        method: 'POST',
        headers,
        body,
        dispatcher: this.#agent,
      });
      await reply.body.dump();
      delivery.status = reply.statusCode;
      this.parts.log(`webhook ${event} ${reply.statusCode}`);
    } catch (error) {
      if (!this.#closing.signal.aborted) this.parts.log(`webhook ${event} failed: ${String(error)}`);
    }
    return delivery;
  }
}

function changed(headers: Record<string, string>, changes: Record<string, string | null>) {
  const kept = new Map(Object.entries(headers));
  const names = new Map([...kept.keys()].map((name) => [name.toLowerCase(), name]));
  for (const [name, value] of Object.entries(changes)) {
    const known = names.get(name.toLowerCase()) ?? name;
    if (value === null) kept.delete(known);
    else kept.set(known, value);
  }
  return Object.fromEntries(kept);
}
