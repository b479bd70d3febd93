import fc from 'fast-check';
import { expect, it } from 'vitest';
import { feedChannelsOf } from '../../../../src/core/chat/realtime/membership.js';
import { RealtimeTransport } from '../../../../src/core/chat/realtime/realtime-transport.js';
import type { MissedSpan } from '../../../../src/core/chat/transport.js';
import type { Channel } from '../../../../src/core/events/kick-event.js';
import { Random } from '../../../../src/core/primitives/random.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { RecordingLogger } from '../../../support/recording-logger.js';
import { channelNumbered } from '../pusher/setup.js';
import { FakeSource } from './fake-feed.js';

const channels = Array.from({ length: 6 }, (_, index) => channelNumbered(index + 1));
const chatOf = (channel: Channel) => feedChannelsOf(channel)[0] ?? '';

/** Different each time, and the same in each run. */
class CountingRandom extends Random {
  #calls = 0;
  fraction = () => (this.#calls++ * 0.618) % 1;
  bytes = (length: number) => new Uint8Array(length);
}

/** One transport that things happen to, in an order that chance decides, and what is to be true of it meanwhile. */
class Model {
  readonly clock = new FakeClock();
  readonly source = new FakeSource(this.clock);
  readonly missed: MissedSpan[] = [];
  readonly #joins: Promise<unknown>[] = [];
  readonly #wanted = new Set<Channel>();
  /** Times at which each channel was seen not to be received, once it had been. Wall clock in milliseconds. */
  readonly #unreceived = new Map<Channel, number[]>();
  readonly #transport = new RealtimeTransport({
    name: 'auto',
    source: this.source,
    clock: this.clock,
    random: new CountingRandom(),
    logger: new RecordingLogger(),
    subscriptionsPerSocket: 12,
  });
  #unanswered = new Set<string>();
  #isUnnamed = false;
  readonly #unnamed: (() => void)[] = [];
  /** How many connections were opened before the last start. */
  #formerFeeds = 0;

  constructor() {
    const { source } = this;
    source.answers = (name) => !this.#unanswered.has(name);
    const server = source.server.bind(source);
    source.server = async () => {
      if (this.#isUnnamed) await new Promise<void>((resolve) => this.#unnamed.push(resolve));
      return server();
    };
    this.#start();
  }

  get transport(): RealtimeTransport {
    return this.#transport;
  }

  #start(): void {
    this.#transport.start({
      frame: () => undefined,
      state: () => undefined,
      missed: (span) => {
        expect(span.from).toBeLessThanOrEqual(span.to);
        expect(span.to).toBe(this.clock.now());
        expect(this.#wanted).toContain(span.channel);
        this.missed.push(span);
      },
    });
  }

  join(channel: Channel): void {
    this.#wanted.add(channel);
    const joined = this.#transport.join(channel);
    this.#joins.push(
      joined.catch((error: unknown) => expect(error).toMatchObject({ code: 'channel.parted' })),
    );
  }

  part(channel: Channel): void {
    this.#wanted.delete(channel);
    this.#unreceived.delete(channel);
    this.missed.splice(0, Infinity, ...this.missed.filter((span) => span.channel !== channel));
    this.#transport.part(channel);
  }

  lose(isRestart: boolean): void {
    this.source.open.at(0)?.lose({ isRestart });
  }

  /** An old connection says something after all. */
  late(channel: Channel): void {
    for (const feed of this.source.feeds.filter(({ isClosed }) => isClosed)) {
      feed.listener.established();
      feed.listener.acknowledged(chatOf(channel));
      feed.listener.refused(chatOf(channel), 'late');
      feed.lose();
    }
  }

  revoke(channel: Channel): void {
    const name = chatOf(channel);
    const feed = this.source.open.find(({ held }) => held.has(name));
    feed?.held.delete(name);
    feed?.listener.refused(name, 'by the test');
  }

  setAnswered(channel: Channel, isAnswered: boolean): void {
    for (const name of feedChannelsOf(channel)) {
      if (isAnswered) this.#unanswered.delete(name);
      else this.#unanswered.add(name);
    }
  }

  /** Whoever asked for a server meanwhile is answered when there is one again, however late. */
  setNamed(isNamed: boolean): void {
    this.#isUnnamed = !isNamed;
    if (isNamed) for (const answer of this.#unnamed.splice(0)) answer();
  }

  heal(): void {
    this.#unanswered = new Set();
    this.setNamed(true);
    this.source.greets = true;
    this.source.failure = undefined;
    this.source.isAlive = true;
  }

  async pass(seconds: number): Promise<void> {
    for (let passed = 0; passed < seconds; passed++) {
      this.#look();
      this.clock.advance(1_000);
      for (let turn = 0; turn < 8; turn++) await Promise.resolve();
    }
  }

  async stop(): Promise<void> {
    await this.#transport.stop();
    this.#wanted.clear();
    this.#unreceived.clear();
    this.missed.length = 0;
    expect(this.clock.pending).toBe(0);
    expect(this.source.open).toEqual([]);
    await Promise.all(this.#joins.splice(0));
  }

  async restart(): Promise<void> {
    await this.stop();
    this.#formerFeeds = this.source.feeds.length;
    this.#start();
  }

  #look(): void {
    for (const channel of this.#wanted) {
      const isReceived = this.source.open.some(({ held }) => held.has(chatOf(channel)));
      const seen = this.#unreceived.get(channel);
      if (isReceived) this.#unreceived.set(channel, seen ?? []);
      else seen?.push(this.clock.now());
    }
  }

  /** Once nothing has been wrong for long enough. */
  async verify(): Promise<void> {
    const { open } = this.source;
    expect(this.#transport.state).toEqual({ name: 'ready' });
    const held = open.flatMap(({ held }) => [...held]);
    expect(held.sort()).toEqual([...this.#wanted].flatMap(feedChannelsOf).sort());
    for (const feed of open) expect(feed.held.size).toBeGreaterThan(0);
    const openings = this.source.feeds.slice(this.#formerFeeds).map(({ openedAt }) => openedAt);
    for (const [index, at] of openings.slice(1).entries()) {
      expect(at - (openings[index] ?? 0)).toBeGreaterThanOrEqual(1_000);
    }
    for (const channel of this.#wanted) {
      expect(this.#transport.receivedSince(channel)).toBeLessThanOrEqual(this.clock.now());
      this.#verifySpans(channel);
    }
    await Promise.all(this.#joins.splice(0));
  }

  /** They do not overlap, and whenever the channel was seen not to be received, that was in one of them. */
  #verifySpans(channel: Channel): void {
    const spans = this.missed.filter((span) => span.channel === channel);
    for (const [index, { from }] of spans.entries()) {
      expect(from).toBeGreaterThanOrEqual(spans[index - 1]?.to ?? -Infinity);
    }
    for (const at of this.#unreceived.get(channel) ?? []) {
      expect(spans.some(({ from, to }) => from <= at && at <= to)).toBe(true);
    }
  }
}

const channel = fc.constantFrom(...channels);
const action = fc.oneof(
  channel.map((channel) => (model: Model) => model.join(channel)),
  channel.map((channel) => (model: Model) => model.part(channel)),
  channel.map((channel) => (model: Model) => model.transport.renew(channel)),
  channel.map((channel) => (model: Model) => model.revoke(channel)),
  channel.map((channel) => (model: Model) => model.late(channel)),
  fc.tuple(channel, fc.boolean()).map(([channel, isAnswered]) => (model: Model) => {
    model.setAnswered(channel, isAnswered);
  }),
  fc.boolean().map((isRestart) => (model: Model) => model.lose(isRestart)),
  fc.boolean().map((isNamed) => (model: Model) => model.setNamed(isNamed)),
  fc.boolean().map((isAlive) => (model: Model) => {
    model.source.isAlive = isAlive;
  }),
  fc.boolean().map((greets) => (model: Model) => {
    model.source.greets = greets;
  }),
  fc.boolean().map((isAway) => (model: Model) => {
    model.source.failure = isAway ? new Error('away') : undefined;
  }),
  fc.constant((model: Model) => model.heal()),
  fc.constant((model: Model) => model.clock.stepWall(3_600_000)),
  fc.constant((model: Model) => model.restart()),
);
const actions = fc.array(fc.tuple(action, fc.constantFrom(0, 0, 1, 5, 15, 90)), {
  maxLength: 60,
  size: 'max',
});

it('whatever happens in whatever order, has what is wanted in the end, tells what was missed, and leaves nothing', async () => {
  await fc.assert(
    fc.asyncProperty(actions, async (actions) => {
      const model = new Model();
      for (const [act, seconds] of actions) {
        await act(model);
        await model.pass(seconds);
      }
      model.heal();
      await model.pass(200);
      await model.verify();
      await model.stop();
    }),
    { numRuns: 200 },
  );
}, 60_000);
