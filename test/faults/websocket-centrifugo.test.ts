import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { CentrifugoSource } from '../../src/core/chat/broker/centrifugo-source.js';
import { RealtimeTransport } from '../../src/core/chat/realtime/realtime-transport.js';
import type { MissedSpan } from '../../src/core/chat/transport.js';
import type { Channel } from '../../src/core/events/kick-event.js';
import type { RealtimeFrame } from '../../src/core/events/realtime-frame.js';
import { HttpClient } from '../../src/core/kick/http-client.js';
import { channelId, chatroomId, userId } from '../../src/core/primitives/ids.js';
import { type HandshakeFault, startSandbox } from '../../src/sandbox/index.js';
import { FakeClock } from '../support/fake-clock.js';
import { FixedRandom } from '../support/fixed-random.js';
import { RecordingLogger } from '../support/recording-logger.js';

/** A transport over the sandbox's broker and Centrifugo. The transport's clock stands until a test advances it. */
async function setUp() {
  const sandbox = await startSandbox();
  const { slug, ...ids } = sandbox.world.createChannel({ owner: 'streamer' });
  const channel: Channel = {
    slug,
    broadcasterUserId: userId(ids.broadcaster.id),
    channelId: channelId(ids.id),
    chatroomId: chatroomId(ids.chatroomId),
  };
  const clock = new FakeClock();
  const random = new FixedRandom(0.5);
  const logger = new RecordingLogger();
  const http = new HttpClient({ clock, random, version: '0.0.0' });
  const { endpoints } = sandbox;
  const source = new CentrifugoSource({ endpoints, channelId: () => channel.channelId, http, clock, random });
  const transport = new RealtimeTransport({ name: 'centrifugo', source, clock, random, logger });
  onTestFinished(async () => {
    await transport.stop();
    await http.close();
    await sandbox.close();
  });

  const frames: RealtimeFrame[] = [];
  const missed: MissedSpan[] = [];
  transport.start({
    frame: (frame) => void frames.push(frame),
    state: () => undefined,
    missed: (span) => void missed.push(span),
  });
  const isIn = (name: string) => vi.waitFor(() => expect(transport.state).toMatchObject({ name }));
  /** Lets the back-off pass, and the second in which no other connection is opened. */
  const nextAttempt = async () => {
    await isIn('backing off');
    if (transport.state.name === 'backing off') clock.advance(transport.state.retryInMs + 1_000);
  };
  const comesBack = async () => {
    await nextAttempt();
    await isIn('ready');
  };
  const ready = async () => {
    await transport.join(channel);
    await isIn('ready');
  };
  /** Says something in the chat and sees it arrive, once. */
  const hears = async (content: string) => {
    frames.length = 0;
    sandbox.world.say({ channel: slug, user: 'streamer', content });
    await vi.waitFor(() => expect(frames).toHaveLength(1));
    expect(frames[0]?.data).toContain(content);
  };
  return {
    sandbox,
    slug,
    clock,
    logger,
    transport,
    frames,
    missed,
    isIn,
    nextAttempt,
    comesBack,
    ready,
    hears,
  };
}

describe('over Centrifugo, the chat comes back', () => {
  it('D47 after a reset, and tells what was missed', async () => {
    const { sandbox, missed, ready, comesBack, hears } = await setUp();
    await ready();
    await hears('before');
    sandbox.faults.dropSockets('centrifugo');
    await comesBack();
    await hears('after');
    expect(missed).toHaveLength(1);
  });

  it('D49 from a half-open connection, found within 45 s', async () => {
    const { sandbox, clock, transport, ready, isIn, hears } = await setUp();
    await ready();
    sandbox.faults.freezeSockets('centrifugo');
    clock.advance(45_000);
    expect(transport.counts.losses).toBe(1);
    await isIn('ready');
    await hears('after');
  });

  it.each([1000, 1001, 1011, 1012, 3001, 3005, 3012, 3500, 3503, 3999, 4001, 4100, 4200, 4500])(
    'D51 after a close with %i',
    async (code) => {
      const { sandbox, transport, ready, isIn, comesBack, hears } = await setUp();
      await ready();
      sandbox.faults.closeSockets(code, 'by the test', 'centrifugo');
      await isIn('backing off');
      const { state } = transport;
      const isFinal = [3503, 3999, 4500].includes(code);
      if (state.name === 'backing off') expect(state.retryInMs >= 15_000).toBe(isFinal);
      await comesBack();
      await hears('after');
    },
  );

  it('D52 slowly, at most 15 times a minute, from a server that closes every connection', async () => {
    const { sandbox, clock, logger, isIn, nextAttempt, comesBack, ready } = await setUp();
    sandbox.faults.refuseHandshakes({ close: 3000 }, 'centrifugo');
    const joined = ready();
    while (clock.monotonic() < 60_000) await nextAttempt();
    await isIn('backing off');
    expect(sandbox.centrifugo.handshakes).toBeGreaterThan(3);
    expect(sandbox.centrifugo.handshakes).toBeLessThanOrEqual(15);
    expect(logger.lines).toHaveLength(1);
    sandbox.faults.clear();
    await comesBack();
    await joined;
  });

  it('D53 from a server that never greets, given up after 10 s', async () => {
    const { sandbox, clock, transport, isIn, comesBack, ready } = await setUp();
    sandbox.faults.refuseHandshakes('silent', 'centrifugo');
    const joined = ready();
    await vi.waitFor(() => expect(sandbox.centrifugo.connections).toBe(1));
    clock.advance(9_999);
    expect(transport.state.name).toBe('connecting');
    sandbox.faults.clear();
    clock.advance(1);
    await isIn('backing off');
    await comesBack();
    await joined;
  });

  it.each<[string, HandshakeFault, string]>([
    ['403', { status: 403 }, 'status 403'],
    ['429', { status: 429 }, 'status 429'],
    ['a reset', 'reset', 'socket hang up|ECONNRESET'],
  ])('D54 from an upgrade answered with %s, which is told once', async (_, fault, words) => {
    const { sandbox, logger, nextAttempt, comesBack, isIn, ready, hears } = await setUp();
    sandbox.faults.refuseHandshakes(fault, 'centrifugo');
    const joined = ready();
    await nextAttempt();
    await nextAttempt();
    await isIn('backing off');
    expect(logger.lines).toEqual([['warn', expect.stringMatching(words)]]);
    sandbox.faults.clear();
    await comesBack();
    await joined;
    await hears('after');
  });

  it('D55 a subscription that is never answered is made again; the others are not touched', async () => {
    const { sandbox, clock, isIn, transport, hears, ready } = await setUp();
    sandbox.faults.ignoreSubscriptions((name) => name.startsWith('predictions-'), 'centrifugo');
    const joined = ready();
    await vi.waitFor(() => expect(transport.state).toMatchObject({ name: 'subscribing', confirmed: 5 }));
    await hears('meanwhile');
    sandbox.faults.clear();
    clock.advance(13_000);
    await joined;
    await isIn('ready');
  });

  it('D57 from everything that is no protocol, without having left', async () => {
    const { sandbox, transport, ready, hears } = await setUp();
    await ready();
    const corpus = [
      'not json',
      '[]',
      '42',
      'null',
      '"text"',
      '{"push":5}',
      '{"push":{"channel":5,"pub":{}}}',
      '{"push":{"channel":"c","pub":{"data":[]}}}',
      '{"__proto__":{"push":{}}}',
      '{"push":{"channel":"__proto__","pub":{"data":{"event":"constructor"}}}}',
      '{"id":99,"error":{"code":"no number"}}',
      '',
      '\n\n',
    ];
    for (const text of corpus) sandbox.faults.sendRaw(text, undefined, 'centrifugo');
    await hears('after');
    expect(transport.counts).toMatchObject({ malformed: 9, losses: 0 });
  });

  it('D58 after a frame of 5 MB', async () => {
    const { sandbox, ready, comesBack, hears } = await setUp();
    await ready();
    sandbox.faults.sendRaw('x'.repeat(5_000_000), undefined, 'centrifugo');
    await comesBack();
    await hears('after');
  });

  it('from an expired token, with a new one at once', async () => {
    const { sandbox, transport, ready, isIn, comesBack, hears } = await setUp();
    sandbox.realtime.tokenSeconds = -10;
    const joined = ready();
    await isIn('backing off');
    expect(transport.state).toMatchObject({ reason: expect.stringContaining('token expired') });
    sandbox.realtime.tokenSeconds = 1_800;
    await comesBack();
    await joined;
    await hears('after');
  });
});
