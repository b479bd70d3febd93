import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { Inbox } from '../../src/core/chat/inbox.js';
import { closed } from '../../src/core/chat/pusher/close-codes.js';
import { feedChannelsOf } from '../../src/core/chat/realtime/membership.js';
import { RealtimeTransport } from '../../src/core/chat/realtime/realtime-transport.js';
import type { KickEvent } from '../../src/core/events/kick-event.js';
import { decodeRealtimeFrame } from '../../src/core/events/realtime-decoder.js';
import { Random } from '../../src/core/primitives/random.js';
import { SilentLogger } from '../../src/core/telemetry/logger.js';
import { FakePusher } from '../core/chat/pusher/fake-pusher.js';
import { channelNumbered, chatOfOne, one, setUp, two, until } from '../core/chat/pusher/setup.js';
import { FakeSource } from '../core/chat/realtime/fake-feed.js';
import { TimerWheel } from '../support/timer-wheel.js';

const Pusher: { instances: unknown[] } = createRequire(import.meta.url)('pusher-js');
const three = channelNumbered(3);
const good = (id: string) => JSON.stringify({ event: 'good', channel: chatOfOne, data: id });

describe('a realtime transport comes back', () => {
  it.each([
    ['D47 RST', (socket) => socket._socket.resetAndDestroy()],
    ['D48 FIN', (socket) => socket._socket.end()],
    ...[1000, 1001, 1006, 1011, 1012, 4000, 4001, 4004, 4009, 4100, 4200, 4201, 4301, 4500].map((code) => [
      `D51 close ${code}`,
      (socket: RawSocket) => (code === 1006 ? socket.terminate() : socket.close(code, 'by the test')),
    ]),
  ] as [string, (socket: RawSocket) => void][])('after %s, with every subscription', async (_, misdeed) => {
    const { server, frames, ready, comesBack } = await setUp();
    await ready(one);
    misdeed(server.peer.socket as unknown as RawSocket);
    await comesBack();
    expect(server.peers).toHaveLength(2);
    expect([...server.peer.subscribed].sort()).toEqual([...feedChannelsOf(one)].sort());
    server.publish(chatOfOne, 'good', {});
    await until(() => frames.length === 1, 'the frame after the reconnect');
  });

  it.each([
    ['a minute', 60],
    ['an hour', 3_600],
  ])('D50 after its server was away for %s, within one longest back-off', async (_, awaySeconds) => {
    const { server, clock, logger, transport, isIn, nextAttempt, comesBack, ready } = await setUp();
    await ready(one);
    const { port } = server;
    await server.close();
    while (clock.monotonic() < awaySeconds * 1_000) await nextAttempt();
    await isIn('backing off');
    expect(transport.state).toMatchObject({ reason: expect.stringContaining('ECONNREFUSED') });
    const again = await FakePusher.listen(port);
    const since = clock.monotonic();
    await comesBack();
    expect(clock.monotonic() - since).toBeLessThanOrEqual(30_000);
    expect(again.peer.subscribed.size).toBe(6);
    clock.advance(5_000);
    expect(logger.lines.map(([level]) => level)).toEqual(['warn', 'info']);
    const told = /^Connected to Kick's chat feed again after (\d+) s\.$/.exec(logger.lines[1]?.[1] ?? '');
    expect(Number(told?.[1])).toBeGreaterThanOrEqual(awaySeconds);
    expect(Number(told?.[1])).toBeLessThanOrEqual(awaySeconds + 60);
    await transport.stop();
    await again.close();
  });

  it('D52 slowly, at most 15 times in the minute, from a server that closes with 4200 every time', async () => {
    const { server, clock, logger, start, nextAttempt } = await setUp();
    server.misdeeds.greeting = { close: 4200 };
    start();
    while (clock.monotonic() < 60_000) await nextAttempt();
    expect(server.peers.length).toBeGreaterThan(3);
    expect(server.peers.length).toBeLessThanOrEqual(15);
    expect(logger.lines).toHaveLength(1);
  });

  it('D53 from a server that never greets, after 10 s', async () => {
    const { server, clock, transport, start, comesBack } = await setUp();
    server.misdeeds.greeting = 'none';
    start();
    await until(() => server.peers.length === 1, 'the connection');
    clock.advance(9_999);
    expect(transport.state.name).toBe('connecting');
    clock.advance(1);
    expect(transport.state).toMatchObject({ name: 'backing off', reason: 'no greeting within 10 s' });
    server.misdeeds.greeting = undefined;
    await comesBack();
  });

  it.each([
    [
      'without activity_timeout',
      '{"event":"pusher:connection_established","data":"{\\"socket_id\\":\\"1.1\\"}"}',
    ],
    ['with data that is no JSON', '{"event":"pusher:connection_established","data":"hello"}'],
    ['with no data', '{"event":"pusher:connection_established"}'],
    ['with an error instead', '{"event":"pusher:error","data":{"code":4100,"message":"Over capacity"}}'],
    ['with an error that is nothing', '{"event":"pusher:error","data":null}'],
  ])('from a server that greets %s', async (_, text) => {
    const { server, transport, start, comesBack } = await setUp();
    server.misdeeds.greeting = { text };
    start();
    await until(() => transport.state.name === 'backing off', 'the refusal');
    server.misdeeds.greeting = undefined;
    await comesBack();
  });

  it.each([
    [403, 15_000, 'A firewall or proxy refuses this machine'],
    [429, 15_000, 'Too many connections come from this address'],
    [200, 15_000, 'A firewall or proxy refuses this machine'],
    [503, 500, 'It is tried again until it works.'],
  ])('D54 from an upgrade that is answered with %i and a page', async (status, shortest, advice) => {
    const { server, transport, logger, start, comesBack, isIn } = await setUp();
    server.refuseUpgrades = status;
    start();
    await isIn('backing off');
    const reason = `the connection was refused with status ${status} and a page`;
    const { state } = transport;
    expect(state).toMatchObject({ reason });
    expect(state.name === 'backing off' && state.retryInMs).toBeGreaterThanOrEqual(shortest);
    expect(logger.lines).toEqual([['warn', expect.stringContaining(advice)]]);
    server.refuseUpgrades = undefined;
    await comesBack();
  });

  it.each([
    // A name that is too long is not even asked for.
    ['of a host that is not found', { host: `${'x'.repeat(64)}.invalid` }, /ENOTFOUND|EAI_AGAIN/, 500],
    ['of a server without TLS', { tls: true }, /wrong version number|packet length|EPROTO/i, 15_000],
  ])('D54 later, having told what is wrong, %s', async (_, address, reason, shortest) => {
    const { transport, logger, start, isIn } = await setUp(address);
    start();
    await isIn('backing off');
    const { state } = transport;
    expect(state.name === 'backing off' && state.retryInMs).toBeGreaterThanOrEqual(shortest);
    expect(logger.lines).toEqual([['warn', expect.stringMatching(reason)]]);
  });

  it('D49 from a silent peer that is found within 40 s', async () => {
    const { server, clock, transport, ready, comesBack } = await setUp();
    await ready(one);
    server.misdeeds.silent = true;
    clock.advance(30_000);
    await until(() => server.peer.received.some(({ event }) => event === 'pusher:ping'), 'a ping');
    clock.advance(10_000);
    expect(transport.state).toMatchObject({ name: 'backing off', reason: 'the connection has gone silent' });
    server.misdeeds.silent = false;
    await comesBack();
  });

  it('D64 from a suspended machine only if the peer does not answer any more', async () => {
    const { server, clock, frames, transport, ready } = await setUp();
    await ready(one);
    const pings = () => server.peer.received.filter(({ event }) => event === 'pusher:ping').length;
    clock.stepWall(3_600_000);
    clock.advance(5_000);
    await until(() => pings() === 1, 'a ping');
    // What follows the pong shows that the pong has arrived.
    server.write(good('after the pong'));
    await until(() => frames.length === 1, 'the pong');
    clock.advance(5_000);
    expect(transport.state.name).toBe('ready');
    server.misdeeds.silent = true;
    clock.stepWall(3_600_000);
    clock.advance(5_000);
    await until(() => pings() === 2, 'a second ping');
    clock.advance(30_000);
    expect(transport.state.name).toBe('backing off');
  });

  it('D58 after a frame of 5 MB', async () => {
    const { server, ready, comesBack } = await setUp();
    await ready(one);
    server.write(JSON.stringify({ event: 'big', channel: chatOfOne, data: 'x'.repeat(5_000_000) }));
    await comesBack();
    expect(server.peers).toHaveLength(2);
  });

  it('again and again on the same instance of pusher-js', async () => {
    const { server, ready, comesBack } = await setUp();
    await ready(one);
    const instances = Pusher.instances.length;
    for (let round = 0; round < 5; round++) {
      server.peer.socket.terminate();
      await comesBack();
    }
    expect(Pusher.instances).toHaveLength(instances);
    expect(instances).toBeGreaterThan(0);
  });
});

describe('a realtime transport, when the app key is refused', () => {
  it('D51 names the setting once and tries again at a slow pace', async () => {
    const { server, logger, transport, start, isIn, nextAttempt } = await setUp();
    server.misdeeds.greeting = { close: 4001 };
    start();
    for (let attempts = 0; attempts < 5; attempts++) {
      await isIn('backing off');
      const { state } = transport;
      expect(state.name === 'backing off' && state.retryInMs).toBeGreaterThanOrEqual(15_000);
      await nextAttempt();
    }
    expect(logger.lines).toEqual([
      [
        'warn',
        `No connection to Kick's chat feed (closed with 4001 "refused by the test"). Kick seems to have changed its app key: set kick.pusher.key to the one kick.com's pages use now. It is tried again meanwhile.`,
      ],
    ]);
  });
});

describe('a subscription that is never confirmed', () => {
  it('D55 is tried five times, then its channel alone is degraded and tried each minute', async () => {
    const { server, clock, frames, logger, transport, listener, isIn } = await setUp();
    server.misdeeds.unanswered.add('channel_1');
    transport.start(listener);
    const joined = transport.join(one);
    await transport.join(two);
    await until(
      () => transport.state.name === 'subscribing' && transport.state.confirmed === 11,
      'the other eleven subscriptions',
    );
    const tries = () =>
      server.peer.received.filter(
        ({ event, channel }) => event === 'pusher:subscribe' && channel === 'channel_1',
      );
    for (let round = 2; round <= 5; round++) {
      // Anything that arrives shows that the peer lives.
      server.write(good('alive'));
      await until(() => frames.length === round - 1, 'a sign of life');
      clock.advance(12_000);
      await until(() => tries().length === round, `try ${round}`);
    }
    expect(transport.state.name).toBe('subscribing');
    server.write(good('alive'));
    await until(() => frames.length === 5, 'a sign of life');
    clock.advance(12_000);
    expect(transport.state).toEqual({ name: 'degraded', unconfirmed: ['channel_1'] });
    // Its chat is received: nobody waits any longer for it to be joined.
    await joined;
    await until(() => tries().length === 6, 'the sixth try');
    server.misdeeds.unanswered.clear();
    for (let minute = 0; minute < 62; minute += 2) {
      server.write(good('alive'));
      await until(() => frames.length === 6 + minute / 2, 'a sign of life');
      clock.advance(2_000);
    }
    await isIn('ready');
    expect(tries()).toHaveLength(7);
    expect(logger.lines).toEqual([
      ['warn', expect.stringContaining('does not confirm all subscriptions of channel-1;')],
      ['info', "Kick's chat feed has confirmed all subscriptions now."],
    ]);
  });

  it('is cured by a new connection', async () => {
    const { server, transport, listener, isIn, comesBack } = await setUp();
    server.misdeeds.unanswered.add('channel_1');
    transport.start(listener);
    const joined = transport.join(one);
    await isIn('subscribing');
    server.misdeeds.unanswered.clear();
    server.peer.socket.terminate();
    await comesBack();
    await joined;
  });
});

describe('frames that are not what they should be', () => {
  /** Each but the last few would end the process if it reached pusher-js. */
  const malformed = [
    '{}',
    '[]',
    '42',
    'null',
    'true',
    '""',
    '"text"',
    '',
    'not json',
    '{"event":5}',
    '{"event":null,"channel":"x"}',
    '{"event":{},"data":"{}"}',
    '{"event":["a"]}',
    '{"data":"{}"}',
    '{"event":"x"}',
    '{"event":"x","channel":7}',
    '{"event":"x","channel":{"toString":1}}',
    '{"__proto__":{"event":"x"}}',
    '[{"event":"x","channel":"y"}]',
    `${'['.repeat(100_000)}`,
    `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
  ];
  const wellFormedButStrange = [
    '{"event":"__proto__","channel":"__proto__"}',
    '{"event":"constructor","channel":"constructor","data":"{}"}',
    '{"event":"x","channel":"toString"}',
    '{"event":"x","channel":"chatrooms.999.v2"}',
    '{"event":"pusher_internal:subscription_succeeded","channel":"__proto__"}',
    '{"event":"pusher_internal:subscription_succeeded","channel":"constructor","data":"{}"}',
    '{"event":"pusher_internal:subscription_succeeded"}',
    '{"event":"pusher_internal:subscription_succeeded","channel":"chatrooms.101.v2","data":null}',
    '{"event":"pusher_internal:subscription_count","channel":"chatrooms.101.v2","data":null}',
    '{"event":"pusher:error","data":null}',
    '{"event":"pusher:error","data":"{\\"code\\":4301}"}',
    '{"event":"pusher:connection_established","data":"{}"}',
    '{"event":"pusher:signin_success","data":null}',
    '{"event":"pusher_internal:watchlist_events","data":null}',
    '{"event":"pusher:pong"}',
    '{"event":"pusher:ping","data":5}',
    '{"event":"pusher:unheard_of","data":null}',
  ];

  it('D57 are left out, and the next good one is handled', async () => {
    const { server, frames, logger, transport, ready } = await setUp();
    await ready(one);
    for (const [index, text] of [...malformed, ...wellFormedButStrange].entries()) {
      server.write(text);
      server.write(good(String(index)));
    }
    server.write(Buffer.from(good('binary')));
    server.write(good('last'));
    const expected = [...malformed, ...wellFormedButStrange].map((_, index) => String(index));
    await until(() => frames.at(-1)?.frame.data === 'last', 'the last frame');
    expect(frames.map(({ frame }) => frame.data)).toEqual([...expected, 'last']);
    expect(transport.counts.malformed).toBe(malformed.length + 1);
    expect(transport.state).toEqual({ name: 'ready' });
    expect(server.peers).toHaveLength(1);
    expect(logger.lines).toHaveLength(1);
  });

  it('do no harm before the greeting', async () => {
    const { server, start, isIn } = await setUp();
    server.misdeeds.greeting = { text: '{"event":"pusher:ping"}' };
    start();
    await until(() => server.peers.length === 1, 'the connection');
    for (const text of malformed) server.write(text);
    const data = JSON.stringify({ socket_id: '1.1', activity_timeout: 120 });
    server.write(JSON.stringify({ event: 'pusher:connection_established', data }));
    await isIn('ready');
  });

  it('D59 and a listener that throws cost no other frame, in one segment or split into many', async () => {
    const { server, transport, logger } = await setUp();
    const seen: unknown[] = [];
    transport.start({
      frame: ({ data }) => {
        seen.push(data);
        if (data === '1') throw new Error('by the test');
      },
      state: () => undefined,
      missed: () => undefined,
    });
    await transport.join(one);
    const raw = (server.peer.socket as unknown as RawSocket)._socket;
    raw.cork();
    for (const id of ['0', '1', '2']) server.write(good(id));
    raw.uncork();
    const { socket } = server.peer;
    const text = good('3');
    for (let at = 0; at < text.length; at += 10) {
      socket.send(text.slice(at, at + 10), { fin: at + 10 >= text.length });
    }
    server.write(good('4'));
    await until(() => seen.length === 5, 'all five frames');
    expect(seen).toEqual(['0', '1', '2', '3', '4']);
    expect(logger.lines).toEqual([['error', 'Handling a frame of the chat feed failed.']]);
  });
});

describe('a channel that is silent although it is live', () => {
  it('D56 is subscribed to anew after ten minutes, while others are heard', async () => {
    const { server, clock, frames, logger, missed, ready, isIn } = await setUp();
    await ready(one, two);
    const unsubscribed = () =>
      server.peer.received
        .filter(({ event }) => event === 'pusher:unsubscribe')
        .map(({ channel }) => channel);
    for (let round = 1; round <= 30; round++) {
      expect(unsubscribed()).toEqual([]);
      server.publish('chatrooms.102.v2', 'good', {});
      await until(() => frames.length === round, 'a frame of the other channel');
      clock.advance(20_000);
    }
    await until(() => unsubscribed().length === 6, 'the six being taken back');
    expect(unsubscribed()).toEqual(feedChannelsOf(one));
    await isIn('ready');
    expect(missed).toMatchObject([{ channel: one }]);
    server.publish(chatOfOne, 'good', {});
    await until(() => frames.at(-1)?.channel === one, 'its first frame');
    clock.advance(20_000);
    server.publish(chatOfOne, 'good', {});
    await until(() => frames.length === 32, 'a sign of life');
    clock.advance(20_000);
    server.publish(chatOfOne, 'good', {});
    await until(() => frames.length === 33, 'a sign of life');
    clock.advance(20_000);
    expect(logger.lines).toEqual([
      ['warn', expect.stringMatching(/^Nothing was heard for 10 minutes, although live: channel-1\./)],
      ['info', 'Heard again: channel-1.'],
    ]);
  });
});

describe('the same message on two sockets', () => {
  it('D60 is handled once', async () => {
    const [first, second] = [await setUp(), await setUp()];
    const handled: KickEvent[] = [];
    const inbox = new Inbox({ logger: first.logger, consume: (event) => void handled.push(event) });
    let frames = 0;
    for (const { transport, clock } of [first, second]) {
      transport.start({
        frame: (frame, channel) => {
          frames++;
          const event = decodeRealtimeFrame(frame, channel, clock.now());
          if (event) inbox.accept(event);
        },
        state: () => undefined,
        missed: () => undefined,
      });
      await transport.join(one);
    }
    const sender = { id: 7, username: 'fan', slug: 'fan', identity: { color: '#75FD46', badges: [] } };
    const created_at = '2026-01-01T00:00:00+00:00';
    for (const id of ['a', 'b']) {
      const message = { id, chatroom_id: 101, content: 'hi', type: 'message', created_at, sender };
      for (const { server } of [first, second]) {
        server.publish(chatOfOne, 'App\\Events\\ChatMessageEvent', message);
      }
    }
    await until(() => frames === 4, 'all four frames');
    expect(handled.map((event) => event.type === 'chat.message.sent' && event.messageId).sort()).toEqual([
      'a',
      'b',
    ]);
  });
});

describe('1,000 clients of a server that restarts', () => {
  it.each([0, 10])(
    'D63 come back spread, %i s later: in no second more than a tenth of them',
    async (away) => {
      const clock = new TimerWheel();
      const clients = Array.from({ length: 1_000 }, (_, number) => {
        const source = new FakeSource(clock);
        const random = new SpreadRandom(number / 1_000);
        const logger = new SilentLogger();
        const transport = new RealtimeTransport({ name: 'pusher', source, clock, random, logger });
        transport.start({ frame: () => undefined, state: () => undefined, missed: () => undefined });
        transport.join(one).catch(() => undefined);
        return { source, transport };
      });
      await clock.advance(60_001);
      for (const { source } of clients) {
        source.feed.listener.closed(closed('restart', 1012));
        source.failure = new Error('away');
      }
      await clock.advance(away * 1_000);
      for (const { source } of clients) source.failure = undefined;
      await clock.advance(31_000);
      const perSecond = new Map<number, number>();
      for (const { source, transport } of clients) {
        expect(source.feeds).toHaveLength(2);
        const second = Math.floor(source.feed.openedAt / 1_000);
        perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
        await transport.stop();
      }
      expect(Math.max(...perSecond.values())).toBeLessThanOrEqual(100);
    },
  );
});

describe('joining and parting while the connection is away', () => {
  it('D62 ends with what is wanted, and no ghosts', async () => {
    const { server, transport, ready, isIn, comesBack } = await setUp();
    await ready(one, two);
    server.peer.socket.terminate();
    await isIn('backing off');
    transport.part(one);
    const joined = transport.join(three);
    await comesBack();
    await joined;
    const wanted = [...feedChannelsOf(two), ...feedChannelsOf(three)];
    expect([...server.peer.subscribed].sort()).toEqual(wanted.sort());
  });

  it('D62 leaves no ghost of a channel that was parted before it was confirmed', async () => {
    const { server, transport, ready, comesBack } = await setUp();
    await ready(one);
    server.misdeeds.silent = true;
    transport.join(two).catch(() => undefined);
    await until(() => server.peer.received.length === 12, 'the subscriptions');
    transport.part(two);
    server.misdeeds.silent = false;
    server.peer.socket.terminate();
    await comesBack();
    expect([...server.peer.subscribed].sort()).toEqual([...feedChannelsOf(one)].sort());
  });

  it('takes a channel back that was parted a moment ago', async () => {
    const { server, transport, ready, isIn } = await setUp();
    await ready(one, two);
    transport.part(one);
    await transport.join(one);
    await isIn('ready');
    expect(server.peers).toHaveLength(1);
    const wanted = [...feedChannelsOf(one), ...feedChannelsOf(two)];
    expect([...server.peer.subscribed].sort()).toEqual(wanted.sort());
  });
});

describe('an old socket', () => {
  it('D61 changes nothing any more, whatever it still sends and however it closes', async () => {
    const { server, clock, frames, transport, ready, comesBack } = await setUp();
    await ready(one);
    const old = server.peer.socket;
    server.misdeeds.silent = true;
    clock.advance(40_000);
    expect(transport.state.name).toBe('backing off');
    old.send(good('late'));
    server.misdeeds.silent = false;
    await comesBack();
    old.close(4001, 'late');
    await until(() => old.readyState === old.CLOSED, 'the end of the old socket');
    server.write(good('new'));
    await until(() => frames.length === 1, 'a frame');
    expect(frames[0]?.frame.data).toBe('new');
    expect(transport.state).toEqual({ name: 'ready' });
    expect(server.peers).toHaveLength(2);
  });
});

/** Evenly spread, with another start for each client. */
class SpreadRandom extends Random {
  constructor(private next: number) {
    super();
  }

  fraction(): number {
    const { next } = this;
    this.next = (next * 1_103 + 0.618) % 1;
    return next;
  }

  bytes(length: number): Uint8Array {
    return new Uint8Array(length);
  }
}

/** What the `ws` package keeps to itself. */
interface RawSocket {
  _socket: { resetAndDestroy(): void; end(): void; cork(): void; uncork(): void };
  terminate(): void;
  close(code: number, reason: string): void;
}
