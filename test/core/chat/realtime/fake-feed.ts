import type { Feed, FeedListener, FeedSource, Loss } from '../../../../src/core/chat/realtime/feed.js';
import type { Clock } from '../../../../src/core/primitives/clock.js';

/** One connection to a server that is none: a test says what it sends. */
export class FakeFeed implements Feed {
  readonly gone = Promise.resolve();
  readonly listener: FeedListener;
  readonly subscribed: { readonly name: string; readonly at: number }[] = [];
  readonly unsubscribed: string[] = [];
  /** What was confirmed and not taken back. */
  readonly held = new Set<string>();
  readonly openedAt: number;
  probes = 0;
  isClosed = false;
  readonly #source: FakeSource;

  constructor(listener: FeedListener, source: FakeSource) {
    this.listener = listener;
    this.#source = source;
    this.openedAt = source.clock.monotonic();
  }

  subscribe(name: string): void {
    this.subscribed.push({ name, at: this.#source.clock.monotonic() });
    if (!this.#source.answers(name)) return;
    this.held.add(name);
    this.listener.acknowledged(name);
  }

  unsubscribe(name: string): void {
    this.unsubscribed.push(name);
    this.held.delete(name);
  }

  probe(): void {
    this.probes++;
  }

  takeHeard(): boolean {
    return this.#source.isAlive;
  }

  close(): void {
    this.isClosed = true;
  }

  lose(loss: Partial<Loss> = {}): void {
    this.listener.closed({
      reason: 'by the test',
      isSlow: false,
      isOutdated: false,
      advice: undefined,
      ...loss,
    });
  }
}

/** Greets every connection by itself, unless told otherwise. */
export class FakeSource implements FeedSource {
  readonly clock: Clock;
  readonly feeds: FakeFeed[] = [];
  answers: (name: string) => boolean = () => true;
  isAlive = true;
  greets = true;
  /** What naming a server fails with. */
  failure: Error | undefined;
  outdatedCalls = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  get open(): readonly FakeFeed[] {
    return this.feeds.filter(({ isClosed }) => !isClosed);
  }

  /** The newest connection. */
  get feed(): FakeFeed {
    const feed = this.feeds.at(-1);
    if (feed === undefined) throw new Error('Nobody has connected.');
    return feed;
  }

  async server() {
    if (this.failure !== undefined) throw this.failure;
    return {
      open: (listener: FeedListener) => {
        const feed = new FakeFeed(listener, this);
        this.feeds.push(feed);
        if (this.greets) queueMicrotask(() => listener.established());
        return feed;
      },
    };
  }

  outdated(): void {
    this.outdatedCalls++;
  }
}
