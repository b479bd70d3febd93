import { describe, expect, it, onTestFinished } from 'vitest';
import { feedChannelsOf } from '../../../../src/core/chat/realtime/membership.js';
import { RealtimeTransport } from '../../../../src/core/chat/realtime/realtime-transport.js';
import type { MissedSpan } from '../../../../src/core/chat/transport.js';
import type { Channel } from '../../../../src/core/events/kick-event.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { FixedRandom } from '../../../support/fixed-random.js';
import { RecordingLogger } from '../../../support/recording-logger.js';
import { channelNumbered, chatOfOne, one, two } from '../pusher/setup.js';
import { FakeSource } from './fake-feed.js';

/** A transport whose connections are the test's own, started. */
function setUp({ isLive = () => false }: { isLive?: (channel: Channel) => boolean } = {}) {
  const clock = new FakeClock();
  const logger = new RecordingLogger();
  const source = new FakeSource(clock);
  const transport = new RealtimeTransport({
    name: 'auto',
    source,
    clock,
    random: new FixedRandom(0.5),
    logger,
    isLive,
  });
  onTestFinished(() => transport.stop());
  const missed: MissedSpan[] = [];
  const frames: string[] = [];
  transport.start({
    frame: ({ event }) => void frames.push(event),
    state: () => undefined,
    missed: (span) => void missed.push(span),
  });
  /** Lets time pass in steps, and with each what promises bring about. */
  const pass = async (ms: number, stepMs = 1_000) => {
    await new Promise(setImmediate);
    for (let passed = 0; passed < ms; passed += stepMs) {
      clock.advance(Math.min(stepMs, ms - passed));
      await new Promise(setImmediate);
    }
  };
  const join = (count: number) => {
    const channels = Array.from({ length: count }, (_, index) => channelNumbered(index + 1));
    for (const channel of channels) transport.join(channel).catch(() => undefined);
    return channels;
  };
  const say = (channel = chatOfOne) => source.feed.listener.frame({ channel, event: 'said' });
  return { clock, logger, source, transport, missed, frames, pass, join, say };
}

describe('4.3.5 many channels', () => {
  it('are spread over sockets of at most 500 subscriptions, of which one a second is opened', async () => {
    const { source, transport, pass, join } = setUp();
    join(200);
    await pass(10_000);
    expect(source.feeds.map(({ openedAt }) => openedAt)).toEqual([0, 1_000, 2_000]);
    expect(source.feeds.map(({ subscribed }) => subscribed.length)).toEqual([498, 498, 204]);
    expect(new Set(source.feeds.flatMap(({ subscribed }) => subscribed.map(({ name }) => name))).size).toBe(
      1_200,
    );
    expect(transport.state).toEqual({ name: 'ready' });
  });

  it('are subscribed to 100 times in any second at most, the first at once and every chat before the rest', async () => {
    const { source, pass, join } = setUp();
    source.greets = false;
    join(83);
    await pass(1_500);
    source.feed.listener.established();
    await pass(6_000, 100);
    const { subscribed } = source.feed;
    expect(subscribed.filter(({ at }) => at === 1_500)).toHaveLength(100);
    for (const { at } of subscribed) {
      const inThatSecond = subscribed.filter((other) => other.at >= at && other.at < at + 1_000);
      expect(inThatSecond.length).toBeLessThanOrEqual(100);
    }
    expect(subscribed).toHaveLength(498);
    expect(subscribed.slice(0, 83).every(({ name }) => /^chatrooms\.\d+\.v2$/.test(name))).toBe(true);
  });

  it('4.3.1 are asked for again ten seconds after each was sent, not after the greeting', async () => {
    const { source, pass, join } = setUp();
    source.answers = () => false;
    join(50);
    await pass(10_000);
    expect(source.feed.unsubscribed).toEqual([]);
    await pass(1_000);
    expect(source.feed.unsubscribed).toHaveLength(100);
    await pass(2_000);
    expect(source.feed.unsubscribed).toHaveLength(300);
  });

  it('let go of a socket whose last channel was left, and use the room of the others', async () => {
    const { source, transport, pass, join } = setUp();
    const channels = join(100);
    await pass(5_000);
    for (const channel of channels.slice(83)) transport.part(channel);
    expect(source.open).toHaveLength(1);
    transport.part(one);
    await transport.join(channelNumbered(500));
    expect(source.open).toHaveLength(1);
    expect(source.feeds).toHaveLength(2);
  });

  it('cost one line when they are not confirmed, and one when all are', async () => {
    const { source, logger, transport, pass, join } = setUp();
    source.answers = (name) => !name.startsWith('predictions');
    join(200);
    await pass(110_000);
    expect(transport.state).toMatchObject({ name: 'degraded', unconfirmed: { length: 200 } });
    expect(logger.lines).toEqual([
      [
        'warn',
        "Kick's chat feed does not confirm all subscriptions of 200 channels (channel-1, channel-2, channel-3, …); some events may be missing. They are tried again each minute.",
      ],
    ]);
    source.answers = () => true;
    await pass(70_000);
    expect(logger.lines.slice(1)).toEqual([
      ['info', "Kick's chat feed has confirmed all subscriptions now."],
    ]);
  });

  it('cost one line when all their sockets are lost, and one when all are back', async () => {
    const { source, logger, transport, pass, join } = setUp();
    join(200);
    await pass(70_000);
    for (const feed of source.open) feed.lose();
    expect(transport.state).toMatchObject({ name: 'backing off', reason: 'by the test' });
    expect(transport.counts.losses).toBe(3);
    await pass(20_000);
    expect(source.open).toHaveLength(3);
    expect(logger.lines.map(([level]) => level)).toEqual(['warn', 'info']);
  });

  it('open one socket a second too when the source was slow to name a server for all of them', async () => {
    const { source, pass, join } = setUp();
    const server = source.server.bind(source);
    let answer = (): void => undefined;
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    source.server = () => answered.then(server);
    join(400);
    await pass(6_500);
    answer();
    await pass(4_000);
    expect(source.feeds.map(({ openedAt }) => openedAt)).toEqual([6_500, 7_500, 8_500, 9_500, 10_500]);
  });
});

describe('what was missed', () => {
  it('is told for each channel from the last sign of life until its chat is confirmed again', async () => {
    const { source, clock, transport, missed, pass } = setUp();
    await Promise.all([transport.join(one), transport.join(two)]);
    const start = clock.now();
    expect(transport.receivedSince(one)).toBe(start);
    await pass(62_000);
    source.answers = (name) => name !== chatOfOne;
    source.feed.lose({ reason: 'cut' });
    expect(transport.receivedSince(one)).toBeUndefined();
    await pass(5_000);
    const [span] = missed;
    expect(missed).toEqual([{ channel: two, from: start + 60_000, to: span?.to, reason: 'cut' }]);
    expect(transport.receivedSince(one)).toBeUndefined();
    expect(transport.receivedSince(two)).toBe(span?.to);
    source.feed.listener.acknowledged(chatOfOne);
    expect(missed[1]).toEqual({ channel: one, from: start + 60_000, to: clock.now(), reason: 'cut' });
  });

  it('reaches back to when a half-open connection was heard last', async () => {
    const { source, clock, transport, missed, pass } = setUp();
    await transport.join(one);
    await pass(100_000);
    const heardAt = clock.now();
    source.isAlive = false;
    await pass(40_000);
    source.isAlive = true;
    await pass(5_000);
    expect(missed).toHaveLength(1);
    expect(missed[0]).toMatchObject({ channel: one, reason: 'the connection has gone silent' });
    expect(missed[0]?.from).toBeGreaterThanOrEqual(heardAt - 5_000);
    expect(missed[0]?.from).toBeLessThanOrEqual(heardAt);
    expect(missed[0]?.to).toBeGreaterThanOrEqual(heardAt + 35_000);
  });

  it('D64 includes the time in which the machine was suspended, although the peer still answers', async () => {
    const { source, clock, transport, missed, pass } = setUp();
    await transport.join(one);
    await pass(20_000);
    const before = clock.now();
    clock.stepWall(3_600_000);
    source.isAlive = false;
    await pass(5_000);
    expect(source.feed.probes).toBe(1);
    expect(transport.receivedSince(one)).toBeUndefined();
    source.isAlive = true;
    await pass(5_000);
    expect(source.feeds).toHaveLength(1);
    expect(missed).toEqual([
      {
        channel: one,
        from: before - 5_000,
        to: clock.now(),
        reason: 'the machine stood still for 3605 s',
      },
    ]);
  });

  it.each([
    ['long before', 20_000, 0],
    ['right before', 0, 0],
    ['meanwhile', 0, 30_000],
  ])('is as long as it lasted, where the wall clock was set back %s', async (_, before, meanwhile) => {
    const { source, clock, transport, missed, pass } = setUp();
    await transport.join(one);
    await pass(20_000);
    if (meanwhile === 0) clock.stepWall(-3_600_000);
    await pass(before);
    expect(transport.receivedSince(one)).toBe(clock.now() - 20_000 - before);
    source.failure = new Error('away');
    source.feed.lose();
    await pass(meanwhile);
    if (meanwhile > 0) clock.stepWall(-3_600_000);
    await pass(60_000 - meanwhile);
    const lostAt = clock.now() - 60_000;
    source.failure = undefined;
    await pass(30_000);
    const [span] = missed;
    expect(missed).toHaveLength(1);
    expect(span?.to).toBe(transport.receivedSince(one));
    expect(span?.from).toBeLessThanOrEqual(lostAt);
    expect(span?.from).toBeGreaterThanOrEqual(lostAt - 5_000);
  });

  it('is nothing before the first confirmation, nor of a channel that was left', async () => {
    const { source, transport, missed, pass } = setUp();
    source.answers = () => false;
    transport.join(one).catch(() => undefined);
    await pass(2_000);
    source.feed.lose();
    source.answers = () => true;
    await pass(5_000);
    expect(transport.receivedSince(one)).toBeDefined();
    source.feed.lose();
    transport.part(one);
    await pass(5_000);
    expect(missed).toEqual([]);
  });

  it('D55 includes the time without a subscription that the server ended by itself', async () => {
    const { source, clock, transport, missed, pass } = setUp();
    await Promise.all([transport.join(one), transport.join(two)]);
    const from = clock.now();
    source.feed.listener.refused(chatOfOne, '2500 "expired"');
    expect(transport.state).toEqual({ name: 'subscribing', confirmed: 11, wanted: 12 });
    expect(transport.receivedSince(two)).toBeDefined();
    await pass(12_000);
    expect(transport.state).toEqual({ name: 'ready' });
    const reason = 'the server ended its subscription (2500 "expired")';
    expect(missed).toEqual([{ channel: one, from, to: from + 11_000, reason }]);
  });
});

describe('4.3.8 a channel that is silent', () => {
  it('D56 is subscribed to anew once, when it is live and others are heard, and told when it speaks', async () => {
    const { source, clock, logger, transport, missed, pass, say } = setUp({ isLive: () => true });
    await Promise.all([transport.join(one), transport.join(two)]);
    const start = clock.now();
    for (let minute = 1; minute <= 20; minute++) {
      say('channel_2');
      await pass(60_000);
    }
    expect(source.feed.unsubscribed).toEqual(feedChannelsOf(one));
    expect(logger.lines).toEqual([
      ['warn', 'Nothing was heard for 10 minutes, although live: channel-1. Subscriptions are made anew.'],
    ]);
    expect(missed).toEqual([
      {
        channel: one,
        from: start,
        to: start + 600_000,
        reason: 'nothing of it was heard, so that it was subscribed to anew',
      },
    ]);
    say();
    await pass(60_000);
    expect(logger.lines[1]).toEqual(['info', 'Heard again: channel-1.']);
    expect(logger.lines).toHaveLength(2);
  });

  it('D56 is left alone while it is not live, or nothing at all is heard', async () => {
    const { source, transport, pass, say } = setUp({ isLive: ({ slug }) => slug === 'channel-1' });
    await Promise.all([transport.join(one), transport.join(two)]);
    await pass(1_200_000, 60_000);
    for (let minute = 1; minute <= 20; minute++) {
      say();
      await pass(60_000);
    }
    expect(source.feed.unsubscribed).toEqual([]);
  });

  it('is subscribed to anew for whoever asks', async () => {
    const { source, transport, missed } = setUp();
    await transport.join(one);
    transport.renew(one);
    transport.renew(two);
    expect(source.feed.unsubscribed).toEqual(feedChannelsOf(one));
    expect(source.feed.subscribed).toHaveLength(12);
    expect(missed).toHaveLength(1);
    expect(transport.state).toEqual({ name: 'ready' });
  });
});

describe('a connection', () => {
  it('that breaks time and again costs a line or three, not one each time', async () => {
    const { source, logger, pass, join } = setUp();
    join(1);
    await pass(1_000);
    for (let round = 0; round < 200; round++) {
      source.feed.lose();
      await pass(40_000);
      expect(source.feeds).toHaveLength(round + 2);
    }
    expect(logger.lines.length).toBeLessThanOrEqual(10);
    await pass(600_000);
    expect(logger.lines.at(-1)).toEqual(['info', expect.stringMatching(/again after \d{4} s\.$/)]);
    await pass(600_000);
    source.feed.lose();
    await pass(7_000);
    expect(logger.lines.at(-1)).toEqual(['info', "Connected to Kick's chat feed again after 1 s."]);
  });

  it('is not called back when its last channel was left meanwhile', async () => {
    const { source, logger, transport, pass, join } = setUp();
    join(1);
    await pass(1_000);
    source.feed.lose();
    transport.part(one);
    await pass(60_000);
    expect(logger.lines.map(([level]) => level)).toEqual(['warn']);
  });

  it.each([1, 2])(
    'is not opened for whoever stops on hearing for the %i. time that it begins',
    async (time) => {
      const { source, clock, transport, pass } = setUp();
      await transport.stop();
      let heard = 0;
      transport.join(one).catch(() => undefined);
      transport.start({
        frame: () => undefined,
        state: ({ name }) => {
          if (name === 'connecting' && ++heard === time) void transport.stop();
        },
        missed: () => undefined,
      });
      await pass(1_000);
      for (const feed of source.open) feed.lose();
      await pass(60_000);
      expect(heard).toBe(time);
      expect(source.open).toEqual([]);
      expect(clock.pending).toBe(0);
    },
  );

  it('is tried again when no server could be named, and when naming one takes for ever', async () => {
    const { source, transport, pass, join } = setUp();
    source.failure = new Error('the broker is away');
    join(1);
    await pass(500);
    expect(transport.state).toMatchObject({ name: 'backing off', reason: 'the broker is away' });
    source.failure = undefined;
    await pass(3_000);
    expect(transport.state).toEqual({ name: 'ready' });
    source.server = () => new Promise(() => undefined);
    source.feed.lose();
    await pass(31_000);
    expect(transport.state).toMatchObject({ reason: 'no server was named within 30 s' });
  });

  it('asks the source anew after a loss that says so, and for the rest slowly', async () => {
    const { source, transport, pass, join } = setUp();
    join(1);
    await pass(1_000);
    source.feed.lose({ isOutdated: true, isSlow: true });
    expect(source.outdatedCalls).toBe(1);
    expect(transport.state).toMatchObject({ name: 'backing off', retryInMs: 22_500 });
  });

  it('D61 is not listened to any more once another took its place', async () => {
    const { source, transport, frames, pass, join } = setUp();
    join(1);
    await pass(1_000);
    const old = source.feed;
    old.lose();
    await pass(5_000);
    old.listener.frame({ channel: chatOfOne, event: 'late' });
    old.listener.refused(chatOfOne, 'late');
    old.lose();
    expect(transport.state).toEqual({ name: 'ready' });
    expect(transport.counts).toEqual({ losses: 1, malformed: 0, frames: 0 });
    expect(frames).toEqual([]);
  });

  it('is not opened for what was stopped while its server was being named', async () => {
    const { source, clock, transport, join } = setUp();
    join(1);
    await transport.stop();
    await new Promise(setImmediate);
    expect(source.feeds).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});
