import type { Channel } from '../../events/kick-event.js';
import { type EventSubscription, type WebhookEvent, webhookEvents } from '../../kick/event-subscriptions.js';
import type { Clock } from '../../primitives/clock.js';
import { KickbotError } from '../../primitives/error.js';
import type { MissedSpan } from '../transport.js';

/** Kick's list may leave out for a while what it has just made. */
const unlistedMs = 2 * 60_000;

/** A channel that is joined, and which of its ten subscriptions exist. */
export class SubscribedChannel {
  /** Resolves when all ten exist for the first time. */
  readonly joined: Promise<void>;
  missing: readonly WebhookEvent[] = webhookEvents;
  /** What exists is to be made anew. */
  isStale = false;
  /** Wall clock in milliseconds: since when all ten exist; undefined while one is missing. */
  completeSince: number | undefined;
  #lastCompleteAt: number | undefined;
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
  made(event: string): void {
    this.#unlisted.set(event, this.clock.monotonic());
    this.missing = this.missing.filter((name) => name !== event);
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

  /** All that could be made is made. */
  judge(): void {
    if (this.missing.length > 0) return;
    const now = this.clock.now();
    if (this.completeSince === undefined) {
      this.completeSince = now;
      const from = this.#lastCompleteAt;
      if (from !== undefined) {
        this.missed({ channel: this.channel, from, to: now, reason: 'its webhook subscriptions were gone' });
      }
      this.#resolve();
    }
    this.#lastCompleteAt = now;
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
    if (this.missing.length > 0) this.completeSince = undefined;
  }
}
