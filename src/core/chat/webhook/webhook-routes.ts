import { type Context, Hono } from 'hono';
import type { HttpEnvironment } from '../../server/http-listener.js';
import { webhookPath } from '../../server/public-server.js';
import { type DeliveryHeaders, deliveryHeaders } from './delivery-headers.js';
import { rawBody } from './raw-body.js';

/** What became of a request to the webhook address. */
export type WebhookOutcome =
  /** Stored, and on its way to the handlers. */
  | 'accepted'
  /** The same delivery came before. */
  | 'repeated'
  /** Signed by Kick and not handled: sent more than a day ago; dated in the future; of a channel that is not joined; of a kind or version unknown here; not the JSON of an event. */
  | 'too_old'
  | 'in_future'
  | 'unknown_channel'
  | 'unknown_event'
  | 'unreadable'
  /** Not from Kick: headers missing or malformed; compressed; larger than 256 kB; ended in the middle; signed by somebody else. */
  | 'bad_headers'
  | 'compressed'
  | 'too_large'
  | 'cut_off'
  | 'bad_signature'
  /** Could not be stored, or too many wait already: Kick may send it again. */
  | 'unavailable';

/**
 * What Kick signed is answered with success even where it is not handled: errors would end the subscription. Success
 * is 200 and no other 2xx: Kick's docs promised further attempts "until a 200" up to December 2025, and say nothing
 * since.
 */
const statuses = {
  accepted: 200,
  repeated: 200,
  too_old: 200,
  in_future: 200,
  unknown_channel: 200,
  unknown_event: 200,
  unreadable: 200,
  bad_headers: 400,
  compressed: 415,
  too_large: 413,
  cut_off: 400,
  bad_signature: 403,
  unavailable: 503,
} as const satisfies Record<WebhookOutcome, number>;

/** Refused with the body, or the rest of it, still on its way. */
const unread = new Set<WebhookOutcome>(['bad_headers', 'compressed', 'too_large']);

const largestBody = 256 * 1024;
const retryAfterSeconds = '10';

export type WebhookCounts = Readonly<Record<WebhookOutcome, number>>;

/** The counts at the start. */
export const noWebhooks: WebhookCounts = {
  accepted: 0,
  repeated: 0,
  too_old: 0,
  in_future: 0,
  unknown_channel: 0,
  unknown_event: 0,
  unreadable: 0,
  bad_headers: 0,
  compressed: 0,
  too_large: 0,
  cut_off: 0,
  bad_signature: 0,
  unavailable: 0,
};

/** Judges a request whose headers and body are complete. */
export type ReceiveDelivery = (headers: DeliveryHeaders, body: Buffer) => Promise<WebhookOutcome>;

/**
 * `POST /webhooks/kick`. What is cheap to refuse is refused first, the body is read last, and nothing is parsed
 * before its signature is checked. There is no limit by address: behind a tunnel or a proxy everything comes from
 * one, and to check a signature (40 µs, measured) takes less than to read and answer the request (60 µs).
 */
export function webhookRoutes(
  receive: ReceiveDelivery,
  count: (outcome: WebhookOutcome) => void,
): Hono<HttpEnvironment> {
  const routes = new Hono<HttpEnvironment>();
  routes.post(webhookPath, async (c) => {
    const outcome = await judge(c, receive);
    count(outcome);
    const status = statuses[outcome];
    if (status === 200) return c.body(null, 200);
    if (outcome === 'unavailable') c.header('retry-after', retryAfterSeconds);
    // Nobody is to send the rest of a gigabyte first, which would only be thrown away.
    if (unread.has(outcome)) c.header('connection', 'close');
    return c.text(outcome, status);
  });
  routes.all(webhookPath, (c) => {
    return c.text('Kick posts events to this address.', 405, { allow: 'POST' });
  });
  return routes;
}

async function judge(c: Context<HttpEnvironment>, receive: ReceiveDelivery): Promise<WebhookOutcome> {
  const headers = deliveryHeaders((name) => c.req.header(name));
  if (headers === undefined) return 'bad_headers';
  if ((c.req.header('content-encoding') ?? 'identity').toLowerCase() !== 'identity') return 'compressed';
  if (Number(c.req.header('content-length') ?? 0) > largestBody) return 'too_large';
  const body = await rawBody(c.env.incoming, largestBody);
  return typeof body === 'string' ? body : receive(headers, body);
}
