import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { AutoSource } from '../../../../src/core/chat/broker/auto-source.js';
import { CentrifugoSource } from '../../../../src/core/chat/broker/centrifugo-source.js';
import type { PusherAddress } from '../../../../src/core/chat/pusher/pusher-library.js';
import type { FeedServer, FeedSource } from '../../../../src/core/chat/realtime/feed.js';
import { HttpClient } from '../../../../src/core/kick/http-client.js';
import { channelId } from '../../../../src/core/primitives/ids.js';
import { SystemRandom } from '../../../../src/core/primitives/random.js';
import { cloudflareBlock, startSandbox } from '../../../../src/sandbox/index.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { RecordingLogger } from '../../../support/recording-logger.js';
import { RecordingListener } from '../centrifugo/setup.js';

const configured: PusherAddress = { key: 'configured', cluster: 'us2', tls: true };
const brokerPaths = 'POST /api/v1/realtime/*';

/** The sources beside a sandbox. Only Pusher's servers are not opened. */
async function setUp() {
  const sandbox = await startSandbox();
  const channel = sandbox.world.createChannel({ owner: 'streamer' });
  const clock = new FakeClock();
  const logger = new RecordingLogger();
  const http = new HttpClient({ clock, random: new SystemRandom(), version: '0.0.0' });
  onTestFinished(async () => {
    await http.close();
    await sandbox.close();
  });
  const pusherServer = vi.fn((address: PusherAddress) => ({ address, open: vi.fn<FeedServer['open']>() }));
  const options = {
    endpoints: sandbox.endpoints,
    channelId: () => channelId(channel.id),
    http,
    clock,
    random: new SystemRandom(),
  };
  const open = async (source: FeedSource) => {
    const listener = new RecordingListener();
    const feed = (await source.server()).open(listener);
    onTestFinished(() => feed.close());
    return { feed, listener };
  };
  return {
    sandbox,
    channel,
    clock,
    logger,
    open,
    pusherServer,
    centrifugo: new CentrifugoSource(options),
    auto: new AutoSource({ ...options, logger, pusher: configured, pusherServer }),
    asked: () => sandbox.requests.list('POST').map(({ path }) => path.replace(/^.*\/realtime\//, '')),
  };
}

describe('the source of Centrifugo servers', () => {
  it("opens what Kick's broker names, and its chat arrives", async () => {
    const { sandbox, channel, centrifugo, open } = await setUp();
    const { feed, listener } = await open(centrifugo);
    await vi.waitFor(() => expect(listener.told).toEqual([['established']]));
    const chat = `chatrooms.${channel.chatroomId}.v2`;
    feed.subscribe(chat);
    await vi.waitFor(() => expect(listener.told[1]).toEqual(['acknowledged', chat]));
    sandbox.world.say({ channel, user: 'streamer', content: 'hello' });
    await vi.waitFor(() => expect(listener.frames).toHaveLength(1));
    expect(listener.frames[0]).toMatchObject({ channel: chat, data: expect.stringContaining('"hello"') });
    feed.unsubscribe(chat);
    await vi.waitFor(() => expect(sandbox.centrifugo.subscribers(chat)).toBe(0));
  });

  it('has a token for each connection, and asks for the server anew when it is outdated', async () => {
    const { centrifugo, asked } = await setUp();
    await centrifugo.server();
    await centrifugo.server();
    const negotiation = expect.stringMatching(/^channels\/\d+\/chat\/connection$/);
    expect(asked()).toEqual([negotiation, 'auth/connection', 'auth/connection']);
    centrifugo.outdated();
    await centrifugo.server();
    expect(asked().slice(3)).toEqual([negotiation, 'auth/connection']);
  });

  it('refreshes its token while it is connected', async () => {
    const { sandbox, clock, centrifugo, open, asked } = await setUp();
    const { feed, listener } = await open(centrifugo);
    await vi.waitFor(() => expect(listener.told).toEqual([['established']]));
    clock.advance(0.75 * sandbox.realtime.tokenSeconds * 1000);
    await vi.waitFor(() => expect(asked().filter((path) => path === 'auth/connection')).toHaveLength(2));
    feed.subscribe('channel_1');
    await vi.waitFor(() => expect(listener.told[1]).toEqual(['acknowledged', 'channel_1']));
    expect(listener.losses).toEqual([]);
  });

  it('is told by an expired token that it is out of date, not that it should wait', async () => {
    const { sandbox, centrifugo, open } = await setUp();
    sandbox.realtime.tokenSeconds = -10;
    const { listener } = await open(centrifugo);
    await vi.waitFor(() => expect(listener.losses).toMatchObject([{ isOutdated: true, isSlow: false }]));
  });

  it('rejects while the broker turns it away, and works the next time', async () => {
    const { sandbox, centrifugo } = await setUp();
    sandbox.faults.next(brokerPaths, cloudflareBlock);
    await expect(centrifugo.server()).rejects.toMatchObject({ code: 'broker.unavailable' });
    await centrifugo.server();
  });
});

describe('the source that follows the broker', () => {
  it('opens Centrifugo where that is named', async () => {
    const { auto, open, pusherServer, logger } = await setUp();
    const { listener } = await open(auto);
    await vi.waitFor(() => expect(listener.told).toEqual([['established']]));
    expect(pusherServer).not.toHaveBeenCalled();
    expect(logger.lines).toEqual([]);
  });

  it("opens Pusher with the app that is named, at the configuration's host", async () => {
    const { sandbox, auto } = await setUp();
    sandbox.realtime.provider = 'pusher';
    expect(await auto.server()).toMatchObject({
      address: { key: 'kicksandbox', cluster: 'local', tls: true },
    });
  });

  it('falls back to the configured app while the broker names nothing, asks again after five minutes, tells both once', async () => {
    const { sandbox, auto, clock, logger, asked } = await setUp();
    sandbox.faults.next(brokerPaths, cloudflareBlock, 2);
    const servers = await Promise.all([auto.server(), auto.server()]);
    expect(servers).toMatchObject([{ address: configured }, { address: configured }]);
    clock.advance(299_999);
    expect(await auto.server()).toMatchObject({ address: configured });
    expect(asked()).toHaveLength(1);
    clock.advance(1);
    expect(await auto.server()).toMatchObject({ address: configured });
    expect(asked()).toHaveLength(2);
    expect(logger.lines).toEqual([
      [
        'warn',
        expect.stringMatching(
          /^Kick's broker .* \(status 403\).* Meanwhile the Pusher app of the setting kick\.pusher is used\.$/,
        ),
      ],
    ]);
    clock.advance(300_000);
    expect(await auto.server()).not.toHaveProperty('address');
    expect(logger.lines.slice(1)).toEqual([
      ['info', "The realtime server that Kick's broker names is used again."],
    ]);
  });

  it.each([
    ['of nobody', { data: { connections: [{ provider: 'new', credentials: {} }] } }],
    [
      'of a stranger',
      { data: { connections: [{ provider: 'centrifugo', credentials: { url: 'wss://evil.test' } }] } },
    ],
    ['that is a page', '<title>Just a moment...</title>'],
  ])('falls back after an answer %s', async (_, body) => {
    const { sandbox, auto, logger } = await setUp();
    sandbox.faults.next(brokerPaths, { status: 200, body });
    expect(await auto.server()).toMatchObject({ address: configured });
    expect(logger.lines).toHaveLength(1);
  });

  it('falls back where Centrifugo is named and gives no token', async () => {
    const { sandbox, auto } = await setUp();
    sandbox.faults.next('POST */auth/connection', { status: 429 });
    expect(await auto.server()).toMatchObject({ address: configured });
  });

  it('falls back where Centrifugo lets no connection in three times, and only then', async () => {
    const { sandbox, auto, clock, logger, open } = await setUp();
    const refused = async () => {
      const { listener } = await open(auto);
      await vi.waitFor(() => expect(listener.losses).toHaveLength(1));
    };
    const greeted = async () => {
      const { listener } = await open(auto);
      await vi.waitFor(() => expect(listener.told).toEqual([['established']]));
    };
    sandbox.faults.refuseHandshakes({ status: 403 }, 'centrifugo');
    await refused();
    await refused();
    sandbox.faults.clear();
    await greeted();
    sandbox.faults.refuseHandshakes({ status: 403 }, 'centrifugo');
    for (let attempt = 1; attempt <= 3; attempt++) await refused();
    expect(await auto.server()).toMatchObject({ address: configured });
    expect(logger.lines).toEqual([
      ['warn', expect.stringMatching(/^No connection to 127\.0\.0\.1:\d+, which/)],
    ]);
    sandbox.faults.clear();
    clock.advance(300_000);
    await greeted();
    expect(logger.lines).toHaveLength(2);
  });

  it('stays with Centrifugo where many connections wait for its greeting at once', async () => {
    const { sandbox, auto, logger, open } = await setUp();
    sandbox.faults.refuseHandshakes('silent', 'centrifugo');
    for (let connection = 1; connection <= 5; connection++) await open(auto);
    expect(logger.lines).toEqual([]);
  });

  it('asks the broker at once for a new app when Pusher refuses the present one', async () => {
    const { sandbox, auto } = await setUp();
    sandbox.faults.next(brokerPaths, cloudflareBlock);
    expect(await auto.server()).toMatchObject({ address: configured });
    auto.outdated();
    sandbox.realtime.provider = 'pusher';
    expect(await auto.server()).toMatchObject({ address: { key: 'kicksandbox' } });
  });
});
