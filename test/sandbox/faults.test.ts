import { once } from 'node:events';
import { connect } from 'node:net';
import {
  type Channel,
  cloudflareBlock,
  type Sandbox,
  securityPolicyBlock,
  startSandbox,
} from 'kickbot/sandbox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PusherClient } from './pusher-client.js';

let sandbox: Sandbox;
let channel: Channel;
let token: string;

beforeEach(async () => {
  sandbox = await startSandbox();
  channel = sandbox.world.createChannel({ owner: 'streamer' });
  token = sandbox.issueTokens({ as: 'streamer' }).access_token;
});

afterEach(() => sandbox.close());

function send(signal?: AbortSignal) {
  return fetch(`${sandbox.endpoints.api}/public/v1/chat`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'user', content: 'hello', broadcaster_user_id: channel.broadcaster.id }),
    ...(signal && { signal }),
  });
}

const users = () =>
  fetch(`${sandbox.endpoints.api}/public/v1/users`, { headers: { authorization: `Bearer ${token}` } });

/** A cut connection, as fetch tells it. */
const cutOff = { message: expect.stringMatching(/fetch failed|terminated/) };

describe('a fault on requests', () => {
  it('answers 429 with Retry-After in seconds, once, and does nothing', async () => {
    sandbox.faults.next('POST /public/v1/chat', { status: 429, retryAfter: 2 });
    const reply = await send();
    expect(reply.status).toBe(429);
    expect(reply.headers.get('retry-after')).toBe('2');
    expect(await reply.json()).toEqual({ data: {}, message: 'Too many requests' });
    expect(channel.messages).toHaveLength(0);
    expect((await send()).status).toBe(200);
  });

  it('answers 429 with Retry-After as a date, or without', async () => {
    const date = new Date(Date.UTC(2026, 10, 22, 12, 0, 5));
    sandbox.faults.next('* *', { status: 429, retryAfter: date });
    sandbox.faults.next('* *', { status: 429 });
    expect((await send()).headers.get('retry-after')).toBe('Sun, 22 Nov 2026 12:00:05 GMT');
    expect((await send()).headers.get('retry-after')).toBeNull();
  });

  it.each([401, 500, 502])('answers %i as often as it is told', async (status) => {
    sandbox.faults.next('* /public/*', { status }, 2);
    expect([(await send()).status, (await users()).status, (await send()).status]).toEqual([
      status,
      status,
      200,
    ]);
  });

  it("answers Cloudflare's page", async () => {
    sandbox.faults.next('* *', cloudflareBlock);
    const reply = await send();
    expect(reply.status).toBe(403);
    expect(reply.headers.get('content-type')).toContain('text/html');
    expect(await reply.text()).toContain('Cloudflare');
  });

  it("answers the edge's security policy as JSON", async () => {
    sandbox.faults.next('POST /oauth/token', securityPolicyBlock);
    const reply = await fetch(`${sandbox.url}/oauth/token`, { method: 'POST' });
    expect(reply.status).toBe(403);
    expect(await reply.json()).toEqual({
      error: 'Request blocked by security policy.',
      reference: expect.stringMatching(/^[0-9a-f]{8}$/),
    });
  });

  it('waits before the answer, which then is as it would have been', async () => {
    sandbox.faults.next('POST *', { delayMs: 60_000 });
    sandbox.faults.next('POST *', { delayMs: 1 });
    const slow = send();
    await expect.poll(() => sandbox.requests.list()).toHaveLength(1);
    expect((await send()).status).toBe(200);
    expect(channel.messages).toHaveLength(1);
    sandbox.faults.clear();
    expect((await slow).status).toBe(200);
  });

  it('never answers until faults are cleared', async () => {
    sandbox.faults.next('* *', { delayMs: Number.POSITIVE_INFINITY }, 2);
    const aborter = new AbortController();
    const aborted = send(aborter.signal);
    const released = send();
    await expect.poll(() => sandbox.requests.list()).toHaveLength(2);
    expect(channel.messages).toHaveLength(0);
    aborter.abort();
    await expect(aborted).rejects.toThrow();
    sandbox.faults.clear();
    expect((await released).status).toBe(200);
  });

  it('lets many requests wait without a warning', async () => {
    const warnings: string[] = [];
    const warned = ({ message }: Error) => warnings.push(message);
    process.on('warning', warned);
    sandbox.faults.next('* *', { delayMs: 60_000 }, 10);
    sandbox.faults.next('* *', { delayMs: Number.POSITIVE_INFINITY }, 10);
    const waiting = Array.from({ length: 20 }, () => users());
    await expect.poll(() => sandbox.requests.list()).toHaveLength(20);
    sandbox.faults.clear();
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual(Array(20).fill(200));
    process.off('warning', warned);
    expect(warnings).toEqual([]);
  });

  it('cuts the connection before anything was done', async () => {
    sandbox.faults.next('* *', { cut: 'before' });
    await expect(send()).rejects.toMatchObject(cutOff);
    expect(channel.messages).toHaveLength(0);
    expect(sandbox.requests.list()).toMatchObject([{ body: { content: 'hello' }, status: undefined }]);
  });

  it('cuts the connection after the message was sent, so that only the reply is lost', async () => {
    sandbox.faults.next('* *', { cut: 'after' });
    await expect(send()).rejects.toMatchObject(cutOff);
    expect(channel.messages).toHaveLength(1);
    expect(sandbox.requests.list()).toMatchObject([{ status: undefined }]);
  });

  it('cuts the connection in the middle of the reply', async () => {
    sandbox.faults.next('* *', { cut: 'midway' });
    const reply = send();
    await expect(reply.then((response) => response.text())).rejects.toMatchObject(cutOff);
    expect(channel.messages).toHaveLength(1);
  });

  it('changes headers of a reply that is otherwise right', async () => {
    sandbox.faults.next('* *', { headers: { 'content-type': 'text/plain' } });
    const reply = await send();
    expect(reply.headers.get('content-type')).toBe('text/plain');
    expect(await reply.json()).toMatchObject({ data: { is_sent: true } });
  });

  it('takes a pattern literally but for its stars', async () => {
    sandbox.faults.next('GET /public.v1/users', { status: 500 });
    sandbox.faults.next('DELETE /public/v1/users', { status: 500 });
    expect((await users()).status).toBe(200);
  });
});

describe('a fault on the feed', () => {
  it('resets every TCP connection: no close frame reaches the client', async () => {
    const client = await PusherClient.ready(sandbox);
    sandbox.faults.dropSockets();
    expect(await client.closed).toBe(1006);
  });

  it('closes every socket with a code', async () => {
    const client = await PusherClient.ready(sandbox);
    sandbox.faults.closeSockets(4100, 'Over capacity');
    expect(await client.closed).toBe(4100);
  });

  it('refuses handshakes by status, by close code and by reset, until it is lifted', async () => {
    sandbox.faults.refuseHandshakes({ status: 503 });
    expect(await new PusherClient(sandbox).closed).toBe(1006);
    sandbox.faults.refuseHandshakes({ close: 4200 });
    expect(await new PusherClient(sandbox).closed).toBe(4200);
    sandbox.faults.refuseHandshakes('reset');
    expect(await new PusherClient(sandbox).closed).toBe(1006);
    sandbox.faults.refuseHandshakes(undefined);
    expect(await (await PusherClient.open(sandbox)).next()).toMatchObject({
      event: 'pusher:connection_established',
    });
    expect(sandbox.feed.handshakes).toBe(4);
  });

  it('refuses no handshake with a code that no close frame may carry', () => {
    for (const close of [999, 1005, 1006, 1015, 2000, 5000, Number.NaN]) {
      expect(() => sandbox.faults.refuseHandshakes({ close })).toThrow(RangeError);
    }
  });

  it('opens sockets that never say anything', async () => {
    sandbox.faults.refuseHandshakes('silent');
    const client = await PusherClient.open(sandbox);
    client.send({ event: 'pusher:ping' });
    sandbox.faults.sendRaw('{"event":"first"}');
    expect(await client.next()).toEqual({ event: 'first' });
  });

  it('never answers subscriptions, to some channels or to all', async () => {
    const client = await PusherClient.ready(sandbox);
    sandbox.faults.ignoreSubscriptions((name) => name === 'chatrooms.1.v2');
    client.subscribe('chatrooms.1.v2');
    client.subscribe('chatrooms.2.v2');
    expect(await client.next()).toMatchObject({ channel: 'chatrooms.2.v2' });
    sandbox.faults.ignoreSubscriptions();
    client.subscribe('chatrooms.3.v2');
    expect(await client.ping()).toMatchObject({ event: 'pusher:pong' });
    sandbox.faults.clear();
    client.subscribe('chatrooms.3.v2');
    expect(await client.next()).toMatchObject({ channel: 'chatrooms.3.v2' });
    expect(sandbox.feed.subscribers('chatrooms.1.v2')).toBe(0);
  });

  it('sends a raw text to all sockets, or to those on a channel', async () => {
    const inside = await PusherClient.ready(sandbox);
    const outside = await PusherClient.ready(sandbox);
    await inside.subscribed('chatrooms.1.v2');
    sandbox.faults.sendRaw('{"event":"inside"}', 'chatrooms.1.v2');
    sandbox.faults.sendRaw('{"event":"all"}');
    expect(await inside.next()).toEqual({ event: 'inside' });
    expect(await outside.next()).toEqual({ event: 'all' });
  });

  it('leaves sockets half-open: they hear nothing, not even a pong, and are not closed', async () => {
    const frozen = await PusherClient.ready(sandbox);
    const room = `chatrooms.${channel.chatroomId}.v2`;
    await frozen.subscribed(room);
    sandbox.faults.freezeSockets();
    const pongs: unknown[] = [];
    frozen.socket.on('pong', () => pongs.push('protocol'));
    frozen.socket.on('message', () => pongs.push('message'));
    frozen.send({ event: 'pusher:ping' });
    frozen.socket.ping();
    sandbox.world.say({ channel, user: 'streamer', content: 'unheard' });
    sandbox.faults.sendRaw('{"event":"unheard"}');
    sandbox.faults.closeSockets(1000);
    const other = await PusherClient.ready(sandbox);
    expect(await other.ping()).toMatchObject({ event: 'pusher:pong' });
    expect(pongs).toEqual([]);
    expect(frozen.socket.readyState).toBe(frozen.socket.OPEN);
    frozen.socket.terminate();
  });
});

describe('the end of a sandbox', () => {
  it('closes waiting requests and open sockets, and may be asked for twice', async () => {
    sandbox.faults.next('* *', { delayMs: Number.POSITIVE_INFINITY });
    const client = await PusherClient.ready(sandbox);
    sandbox.faults.refuseHandshakes('silent');
    const silent = await PusherClient.open(sandbox);
    const waiting = expect(users()).rejects.toThrow();
    await expect.poll(() => sandbox.requests.list()).toHaveLength(1);
    await sandbox.close();
    await sandbox.close();
    expect([await client.closed, await silent.closed]).toEqual([1006, 1006]);
    await waiting;
    await expect(fetch(sandbox.url)).rejects.toThrow();
  });

  it('does not wait for a refused client that never says goodbye', async () => {
    const { host, port, key } = sandbox.pusher;
    const client = connect(port, host);
    client.write(
      `GET /app/${key} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
    await once(client, 'data');
    await sandbox.close();
    client.destroy();
  });
});

it('a port that is taken is told with Node’s own error', async () => {
  const port = Number(new URL(sandbox.url).port);
  await expect(startSandbox({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
