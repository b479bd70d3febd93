import { once } from 'node:events';
import { type Channel, type Sandbox, startSandbox } from 'kickbot/sandbox';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { CentrifugoClient, realtimeToken } from './centrifugo-client.js';
import { PusherClient } from './pusher-client.js';

let sandbox: Sandbox;
let channel: Channel;
let room: string;
let now: number;

beforeEach(async () => {
  now = Date.UTC(2026, 10, 22);
  sandbox = await startSandbox({ clock: () => now });
  channel = sandbox.world.createChannel({ owner: 'streamer' });
  room = `chatrooms.${channel.chatroomId}.v2`;
});

afterEach(async () => {
  vi.useRealTimers();
  await sandbox.close();
});

/** Only the server waits for anything here: sockets go on by real events. */
const holdTimers = () =>
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });

const badRequest = { code: 3501, reason: 'bad request' };

async function ending(client: CentrifugoClient) {
  return { code: await client.closed, reason: client.closeReason };
}

describe('connecting', () => {
  it('takes a token of the broker, and says how long it is good and how often it pings', async () => {
    const client = await CentrifugoClient.open(sandbox);
    const token = await realtimeToken(sandbox);
    expect(await client.command({ connect: { token, name: 'js' } })).toEqual({
      id: 1,
      connect: {
        client: expect.stringMatching(/^[0-9a-f-]{36}$/),
        version: expect.stringMatching(/^6\./),
        expires: true,
        ttl: 1800,
        ping: 25,
        pong: true,
      },
    });
  });

  it('with an expired token fails with 109, after which the socket takes nothing more', async () => {
    const token = await realtimeToken(sandbox);
    now += 1800_000;
    const client = await CentrifugoClient.open(sandbox);
    expect(await client.command({ connect: { token } })).toEqual({
      id: 1,
      error: { code: 109, message: 'token expired', temporary: false },
    });
    client.send({ id: 2, connect: { token: await realtimeToken(sandbox) } });
    expect(await ending(client)).toEqual(badRequest);
  });

  it.each([
    ['no token of the broker', async () => 'nonsense'],
    ['one for another sandbox', async () => `${(await realtimeToken(sandbox)).slice(0, -1)}*`],
  ])('with %s is closed with 3500', async (_, token) => {
    const client = await CentrifugoClient.open(sandbox);
    client.send({ id: 1, connect: { token: await token() } });
    expect(await ending(client)).toEqual({ code: 3500, reason: 'invalid token' });
  });

  it.each([
    ['without a token', [{ id: 1, connect: {} }]],
    ['without an id', [{ connect: { token: 'nonsense' } }]],
    ['after a subscription', [{ id: 1, subscribe: { channel: 'chatrooms.1.v2' } }]],
  ])('%s is closed with 3501', async (_, [frame = {}]) => {
    const client = await CentrifugoClient.open(sandbox);
    client.send(frame);
    expect(await ending(client)).toEqual(badRequest);
  });

  it('must happen within 15 seconds', async () => {
    holdTimers();
    const client = await CentrifugoClient.open(sandbox);
    vi.advanceTimersByTime(15_000);
    expect(await ending(client)).toEqual({ code: 3502, reason: 'stale' });
  });

  it('happens at the exact path only', async () => {
    const url = sandbox.url.replace('http', 'ws');
    for (const path of ['/connection/websocket/', '/connection', '//']) {
      const client = new WebSocket(`${url}${path}`);
      await once(client, 'error');
    }
    expect(sandbox.centrifugo.handshakes).toBe(0);
  });
});

describe('a connection', () => {
  it('hears what Pusher’s subscribers hear, in an envelope of its own, until it unsubscribes', async () => {
    const client = await CentrifugoClient.ready(sandbox);
    const pusher = await PusherClient.ready(sandbox);
    await pusher.subscribed(room);
    expect(await client.command({ subscribe: { channel: room, flag: 1 } })).toEqual({ id: 2, subscribe: {} });
    expect(sandbox.centrifugo.subscribers(room)).toBe(1);

    sandbox.world.say({ channel, user: 'streamer', content: 'hello' });
    const { event, data } = await pusher.next();
    expect(await client.next()).toEqual({ push: { channel: room, pub: { data: { event, data } } } });
    expect(JSON.parse(String(data))).toMatchObject({ content: 'hello' });

    expect(await client.command({ unsubscribe: { channel: room } })).toEqual({ id: 3, unsubscribe: {} });
    sandbox.world.say({ channel, user: 'streamer', content: 'unheard' });
    expect(await client.command({ unsubscribe: { channel: room } })).toEqual({ id: 4, unsubscribe: {} });
  });

  it('may send several commands in a frame, and is answered in one', async () => {
    const client = await CentrifugoClient.ready(sandbox);
    const frames: string[] = [];
    client.socket.on('message', (text) => frames.push(String(text)));
    client.socket.send(
      '{"id":7,"subscribe":{"channel":"chatrooms.1.v2"}}\n{"id":8,"subscribe":{"channel":"chatrooms.2.v2"}}\n',
    );
    expect([await client.next(), await client.next()]).toEqual([
      { id: 7, subscribe: {} },
      { id: 8, subscribe: {} },
    ]);
    expect(frames).toEqual(['{"id":7,"subscribe":{}}\n{"id":8,"subscribe":{}}']);
  });

  it.each([
    [105, 'already subscribed', { subscribe: { channel: 'chatrooms.1.v2' } }],
    [102, 'unknown channel', { subscribe: { channel: 'private-chatroom_1' } }],
    [102, 'unknown channel', { subscribe: { channel: 'a b' } }],
    [108, 'not available', { history: { channel: 'chatrooms.1.v2' } }],
  ])('is told error %i, %s, and lives on', async (code, message, command) => {
    const client = await CentrifugoClient.ready(sandbox);
    await client.command({ subscribe: { channel: 'chatrooms.1.v2' } });
    expect(await client.command(command)).toEqual({ id: 3, error: { code, message, temporary: false } });
    expect(await client.command({ subscribe: { channel: 'chatrooms.2.v2' } })).toEqual({
      id: 4,
      subscribe: {},
    });
  });

  it.each([
    ['text that is no JSON', '{'],
    ['a command without an id', '{"subscribe":{"channel":"a"}}'],
    ['a command nobody knows', '{"id":2,"dance":{}}'],
    ['a channel without a name', '{"id":2,"subscribe":{"channel":""}}'],
    ['a second connect', '{"id":2,"connect":{"token":"a"}}'],
    ['a pong nobody asked for', '{}'],
    ['nothing', ''],
    ['a binary frame', Buffer.from([8, 2])],
  ])('is closed with 3501 for %s', async (_, frame) => {
    const client = await CentrifugoClient.ready(sandbox);
    client.socket.send(frame);
    expect(await ending(client)).toEqual(badRequest);
  });

  it('is answered what came before a command that closes it, and nothing after', async () => {
    const client = await CentrifugoClient.ready(sandbox);
    client.socket.send(
      '{"id":2,"subscribe":{"channel":"a"}}\n{"id":3}\n{"id":4,"subscribe":{"channel":"b"}}',
    );
    expect(await client.next()).toEqual({ id: 2, subscribe: {} });
    expect(await ending(client)).toEqual(badRequest);
    expect(sandbox.centrifugo.subscribers('b')).toBe(0);
  });

  it('is pinged every 25 seconds, and closed with 3012 when no pong comes', async () => {
    holdTimers();
    const client = await CentrifugoClient.ready(sandbox);
    for (let pings = 0; pings < 3; pings += 1) {
      vi.advanceTimersByTime(25_000);
      expect(await client.next()).toEqual({});
      client.send({});
      expect(await client.command({ unsubscribe: { channel: 'a' } })).toMatchObject({ unsubscribe: {} });
    }
    vi.advanceTimersByTime(25_000);
    expect(await client.next()).toEqual({});
    vi.advanceTimersByTime(9_000);
    expect(await ending(client)).toEqual({ code: 3012, reason: 'no pong' });
  });

  it('is pinged as often as it was steered to when it connected', async () => {
    sandbox.realtime.pingSeconds = 0.01;
    const client = await CentrifugoClient.ready(sandbox);
    expect(await client.next()).toEqual({});
  });

  it('ends 25 seconds after its token, unless it brings a new one', async () => {
    holdTimers();
    sandbox.realtime.tokenSeconds = 60;
    sandbox.realtime.pingSeconds = 3600;
    const client = await CentrifugoClient.ready(sandbox);
    vi.advanceTimersByTime(70_000);
    now += 70_000;
    expect(await client.command({ refresh: { token: await realtimeToken(sandbox) } })).toEqual({
      id: 2,
      refresh: { expires: true, ttl: 60 },
    });
    vi.advanceTimersByTime(84_000);
    expect(client.socket.readyState).toBe(client.socket.OPEN);
    vi.advanceTimersByTime(1_000);
    expect(await ending(client)).toEqual({ code: 3005, reason: 'connection expired' });
  });

  it.each([
    ['longer than a timer can wait', 30 * 24 * 3600],
    ['for ever', Number.POSITIVE_INFINITY],
  ])('lasts with a token that is good %s', async (_, seconds) => {
    holdTimers();
    sandbox.realtime.tokenSeconds = seconds;
    sandbox.realtime.pingSeconds = seconds;
    const client = await CentrifugoClient.ready(sandbox);
    vi.advanceTimersByTime(1000);
    expect(await client.command({ unsubscribe: { channel: 'a' } })).toEqual({ id: 2, unsubscribe: {} });
  });

  it.each([
    ['an expired token', 0, 3005, 'connection expired'],
    ['no token of the broker', undefined, 3500, 'invalid token'],
  ])('is closed when it refreshes with %s', async (_, tokenSeconds, code, reason) => {
    const client = await CentrifugoClient.ready(sandbox);
    if (tokenSeconds !== undefined) sandbox.realtime.tokenSeconds = tokenSeconds;
    const token = tokenSeconds === undefined ? 'nonsense' : await realtimeToken(sandbox);
    client.send({ id: 2, refresh: { token } });
    expect(await ending(client)).toEqual({ code, reason });
  });

  it('is counted while it is open', async () => {
    const client = await CentrifugoClient.ready(sandbox);
    expect(sandbox.centrifugo).toMatchObject({ connections: 1, handshakes: 1 });
    expect(sandbox.feed).toMatchObject({ connections: 0, handshakes: 0 });
    client.socket.close();
    await expect.poll(() => sandbox.centrifugo.connections).toBe(0);
  });
});

describe('faults', () => {
  it('strike one feed or both', async () => {
    const { faults } = sandbox;
    const [pusher, first] = [await PusherClient.ready(sandbox), await CentrifugoClient.ready(sandbox)];
    faults.closeSockets(3001, 'shutdown', 'centrifugo');
    expect(await ending(first)).toEqual({ code: 3001, reason: 'shutdown' });
    expect(await pusher.ping()).toMatchObject({ event: 'pusher:pong' });

    const second = await CentrifugoClient.ready(sandbox);
    faults.dropSockets();
    expect([await second.closed, await pusher.closed]).toEqual([1006, 1006]);

    faults.refuseHandshakes({ status: 503 }, 'centrifugo');
    expect(await new CentrifugoClient(sandbox).closed).toBe(1006);
    await PusherClient.ready(sandbox);
    faults.clear();
    await CentrifugoClient.ready(sandbox);
    expect(sandbox.centrifugo.handshakes).toBe(4);
  });

  it('open sockets that never answer, leave subscriptions unanswered, and send what they are told', async () => {
    const { faults } = sandbox;
    const client = await CentrifugoClient.ready(sandbox);
    faults.ignoreSubscriptions((name) => name === room, 'centrifugo');
    client.send({ id: 2, subscribe: { channel: room } });
    expect(await client.command({ unsubscribe: { channel: room } })).toMatchObject({ unsubscribe: {} });

    faults.refuseHandshakes('silent', 'centrifugo');
    const silent = await CentrifugoClient.open(sandbox);
    silent.send({ id: 1, connect: { token: await realtimeToken(sandbox) } });
    faults.sendRaw('{"raw":true}\n{"raw":false}', undefined, 'centrifugo');
    expect([await silent.next(), await silent.next()]).toEqual([{ raw: true }, { raw: false }]);
  });

  it('leave sockets half-open: no push, no ping, no close', async () => {
    holdTimers();
    const frozen = await CentrifugoClient.ready(sandbox);
    await frozen.command({ subscribe: { channel: room } });
    sandbox.faults.freezeSockets('centrifugo');
    const heard: string[] = [];
    frozen.socket.on('message', (text) => heard.push(String(text)));
    sandbox.world.say({ channel, user: 'streamer', content: 'unheard' });
    vi.advanceTimersByTime(3600_000);
    const other = await CentrifugoClient.ready(sandbox);
    expect(await other.command({ unsubscribe: { channel: room } })).toMatchObject({ unsubscribe: {} });
    expect(heard).toEqual([]);
    expect(frozen.socket.readyState).toBe(frozen.socket.OPEN);
    frozen.socket.terminate();
  });
});
