import { type WebhookEvent, webhookEvents } from '../../kick/event-subscriptions.js';

/** What stands beside a webhook's body (https://docs.kick.com/events/webhook-security). */
export interface DeliveryHeaders {
  readonly messageId: string;
  readonly signature: Buffer;
  /** As sent: it is part of what is signed. */
  readonly timestamp: string;
  /** The same in milliseconds since 1970. */
  readonly sentAt: number;
  readonly type: string;
  readonly version: string;
}

/** Longest values: ids are 26 characters, the signature of a 2,048-bit key 344. */
const limits = {
  'kick-event-message-id': 64,
  'kick-event-signature': 1024,
  'kick-event-message-timestamp': 64,
  'kick-event-type': 64,
  'kick-event-version': 8,
} as const;

/** Undefined where one is missing, longer than it may be, or not what it should be. */
export function deliveryHeaders(header: (name: string) => string | undefined): DeliveryHeaders | undefined {
  const read = (name: keyof typeof limits): string => {
    const value = header(name) ?? '';
    return value.length <= limits[name] ? value : '';
  };
  const messageId = read('kick-event-message-id');
  const signature = read('kick-event-signature');
  const timestamp = read('kick-event-message-timestamp');
  const sentAt = Date.parse(timestamp);
  const type = read('kick-event-type');
  const version = read('kick-event-version');
  if (messageId === '' || signature === '' || Number.isNaN(sentAt) || type === '' || version === '') {
    return undefined;
  }
  return { messageId, signature: Buffer.from(signature, 'base64'), timestamp, sentAt, type, version };
}

/** The event by that name and version; undefined for one that is newer than this. */
export function knownEvent({ type, version }: DeliveryHeaders): WebhookEvent | undefined {
  return version === '1' ? webhookEvents.find((event) => event === type) : undefined;
}
