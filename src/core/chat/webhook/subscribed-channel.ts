import type { Channel } from '../../events/kick-event.js';
import { type EventSubscription, type WebhookEvent, webhookEvents } from '../../kick/event-subscriptions.js';
import type { Clock } from '../../primitives/clock.js';
import { KickbotError } from '../../primitives/error.js';
import type { EventSubscriptionId } from '../../primitives/ids.js';
import type { MissedSpan } from '../transport.js';

/** Kick's list may leave out for a while what it has just made. */
const unlistedMs = 2 * 60_000;

/** A channel that is joined, and which of its ten subscriptions exist. */
export class SubscribedChannel {
  /** Resolves when its chat is subscribed, or Kick has refused what waiting will not mend. */
  readonly joined: Promise<void>;
  missing: readonly WebhookEvent[] = webhookEvents;
  /** What exists is to be made anew. */
  isStale = false;
  /** Wall clock in milliseconds: since when its chat is subscribed without a break; undefined while it is not. */
  receivedSince: number | undefined;
  /** When each was known to exist last. Wall clock in milliseconds. */
  readonly #existedAt = new Map<WebhookEvent, number>();
  /** Found missing since they were judged. */
  readonly #gone = new Set<string>();
  readonly #ids = new Map<string, EventSubscriptionId>();
  /** Made, and in no list yet: monotonic milliseconds of the last sign that it exists. */
  readonly #unlisted = new Map<string, number>();
  #resolve = (): void => undefined;
  #reject = (_: KickbotError): void => undefined;

  constructor(
    readonly channel: Channel,
    private readonly clock: Clock,
    private readonly missed: (span: MissedSpan) => void,
  ) {
    this.joined = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Whoever joined may not be waiting any more when the channel is left.
    this.joined.catch(() => undefined);
  }

  /** Takes over what Kick lists. Returns what is there twice. */
  see(listed: readonly EventSubscription[]): readonly EventSubscription[] {
    const names = new Set<string>();
    const doubled = listed.filter(({ event }) => names.size === names.add(event).size);
    for (const name of names) this.#unlisted.delete(name);
    const now = this.clock.monotonic();
    this.#setMissing((event) => {
      const seenAt = this.#unlisted.get(event);
      return !names.has(event) && (seenAt === undefined || now - seenAt >= unlistedMs);
    });
    return doubled;
  }

  /** Kick says that it exists now. */
  made(event: string, id: EventSubscriptionId): void {
    this.#unlisted.set(event, this.clock.monotonic());
    this.missing = this.missing.filter((name) => name !== event);
    // The same as before: it was in no list, and existed all the same.
    if (this.#ids.get(event) === id) this.#gone.delete(event);
    this.#ids.set(event, id);
  }

  /** An event of it came, so it exists. */
  heard(event: string): void {
    if (this.#unlisted.has(event)) this.#unlisted.set(event, this.clock.monotonic());
  }

  /** What existed was taken away. */
  renewed(): void {
    this.isStale = false;
    this.#unlisted.clear();
    this.#setMissing(() => true);
  }

  /** All that Kick would make is made. */
  judge(): void {
    const now = this.clock.now();
    let from = now;
    for (const event of webhookEvents) {
      if (this.missing.includes(event)) continue;
      if (this.#gone.delete(event)) from = Math.min(from, this.#existedAt.get(event) ?? now);
      this.#existedAt.set(event, now);
    }
    if (!this.missing.includes('chat.message.sent')) this.receivedSince ??= now;
    if (from < now) {
      this.missed({ channel: this.channel, from, to: now, reason: 'its webhook subscriptions were gone' });
    }
    this.#resolve();
  }

  /** Nothing can be made, however long one waits. */
  refused(): void {
    this.#resolve();
  }

  parted(): void {
    this.#reject(
      new KickbotError(
        'channel.parted',
        `${this.channel.slug} was left before its webhooks were subscribed.`,
      ),
    );
  }

  #setMissing(isMissing: (event: WebhookEvent) => boolean): void {
    this.missing = webhookEvents.filter(isMissing);
    for (const event of this.missing) this.#gone.add(event);
    if (this.missing.includes('chat.message.sent')) this.receivedSince = undefined;
  }
}
