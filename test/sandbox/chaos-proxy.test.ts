import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { type ChaosProxy, type Sandbox, startChaosProxy, startSandbox } from 'kickbot/sandbox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PusherClient } from './pusher-client.js';

let server: Server;
let atServer: Peer[];
let proxy: ChaosProxy;
let clients: Socket[];

/** One end of a connection, and all it saw of it. */
interface Peer {
  readonly socket: Socket;
  text: string;
  how: string;
}

beforeEach(async () => {
  atServer = [];
  clients = [];
  server = createServer((socket) => {
    atServer.push(watch(socket));
    socket.on('data', (data) => socket.write(`echo ${data}`));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy = await startChaosProxy({
    target: { host: '127.0.0.1', port: (server.address() as AddressInfo).port },
  });
});

afterEach(async () => {
  for (const client of clients) client.destroy();
  await proxy.close();
  for (const { socket } of atServer) socket.destroy();
  server.close();
});

function watch(socket: Socket): Peer {
  const peer: Peer = { socket, text: '', how: 'open' };
  socket.on('data', (data) => {
    peer.text += String(data);
  });
  socket.on('end', () => {
    peer.how = 'ended';
  });
  socket.on('error', (error) => {
    peer.how = 'code' in error ? String(error.code) : error.message;
  });
  return peer;
}

/** A client, from when its connection was made or failed. */
async function open(): Promise<Peer> {
  const socket = connect(proxy.port, proxy.host);
  clients.push(socket);
  const client = watch(socket);
  await new Promise<void>((resolve) => {
    socket.once('connect', () => resolve());
    socket.once('close', () => resolve());
  });
  return client;
}

/** The same, with an answer through it. */
async function openAndTalk() {
  const client = await open();
  client.socket.write('hello');
  await expect.poll(() => client.text).toBe('echo hello');
  return client;
}

/** Another client gets an answer: whatever the proxy did before it has arrived. */
async function works() {
  const { socket } = await openAndTalk();
  socket.destroy();
}

it('forwards both ways, and counts connections and bytes', async () => {
  const client = await openAndTalk();
  expect(proxy.connections).toEqual([{ toTarget: 5, toClient: 10 }]);
  client.socket.end();
  await expect.poll(() => [client.how, proxy.connections]).toEqual(['ended', []]);
  expect(proxy.accepted).toBe(1);
});

it('forwards more than fits into a buffer, in order', async () => {
  const client = await open();
  await expect.poll(() => atServer).toHaveLength(1);
  const text = Array.from({ length: 500_000 }, (_, index) => index).join(' ');
  atServer[0]?.socket.end(text);
  await expect.poll(() => client.how).toBe('ended');
  expect(client.text === text).toBe(true);
});

describe('D47, D48', () => {
  it('resets both sides', async () => {
    const client = await openAndTalk();
    proxy.reset();
    await expect.poll(() => [client.how, atServer[0]?.how]).toEqual(['ECONNRESET', 'ECONNRESET']);
    await works();
  });

  it('ends both sides', async () => {
    const client = await openAndTalk();
    proxy.cut();
    await expect.poll(() => [client.how, atServer[0]?.how]).toEqual(['ended', 'ended']);
    await expect.poll(() => proxy.connections).toEqual([]);
    await works();
  });

  it('ends both sides where one has not read everything yet', async () => {
    const client = await open();
    client.socket.pause();
    await expect.poll(() => atServer).toHaveLength(1);
    // More than the machine buffers: the proxy comes to wait for the client.
    atServer[0]?.socket.write(Buffer.alloc(24 * 1024 * 1024, 'a'));
    let forwarded: number | undefined;
    const hasStopped = () => {
      const before = forwarded;
      forwarded = proxy.connections[0]?.toClient;
      return forwarded === before;
    };
    await expect.poll(hasStopped).toBe(true);
    proxy.cut();
    client.socket.resume();
    await expect.poll(() => [client.how, atServer[0]?.how]).toEqual(['ended', 'ended']);
    await expect.poll(() => proxy.connections).toEqual([]);
  });

  it('resets what it has just ended', async () => {
    await openAndTalk();
    proxy.cut();
    proxy.reset();
    await expect.poll(() => proxy.connections).toEqual([]);
  });

  it('hands a reset by one side on to the other', async () => {
    const client = await openAndTalk();
    atServer[0]?.socket.resetAndDestroy();
    await expect.poll(() => client.how).toBe('ECONNRESET');
  });

  it('resets the client where the target is gone', async () => {
    server.close();
    const client = await open();
    await expect.poll(() => client.how).toBe('ECONNRESET');
  });
});

describe('D49 half-open', () => {
  it('swallows everything and stays open; connections made afterwards work', async () => {
    const client = await openAndTalk();
    proxy.stall();
    client.socket.write('lost');
    atServer[0]?.socket.write('lost too');
    const during = await open();
    during.socket.write('lost');
    await expect.poll(() => proxy.connections).toEqual([{ toTarget: 9, toClient: 18 }]);
    proxy.resume();
    await works();
    expect([client.text, client.how]).toEqual(['echo hello', 'open']);
    expect([during.text, during.how]).toEqual(['', 'open']);
  });

  it('tells neither side that the other left, until it resumes', async () => {
    const client = await openAndTalk();
    proxy.stall();
    client.socket.destroy();
    const during = await open();
    during.socket.end();
    await expect.poll(() => during.how).toBe('ended');
    expect(atServer[0]?.how).toBe('open');
    proxy.resume();
    await expect.poll(() => [atServer[0]?.how, proxy.connections]).toEqual(['ECONNRESET', []]);
  });
});

describe('D50, D53 new connections', () => {
  it('are reset, while open ones go on', async () => {
    const client = await openAndTalk();
    proxy.refuse();
    const refused = await open();
    await expect.poll(() => refused.how).toBe('ECONNRESET');
    client.socket.write('!');
    await expect.poll(() => client.text).toBe('echo helloecho !');
    proxy.resume();
    await works();
  });

  it('are never answered', async () => {
    proxy.refuse('silent');
    const client = await open();
    client.socket.write('hello');
    proxy.resume();
    await works();
    expect([client.text, client.how, proxy.accepted]).toEqual(['', 'open', 2]);
  });
});

describe('a delay', () => {
  it('keeps back what is on its way', async () => {
    const client = await openAndTalk();
    proxy.delay(60_000);
    client.socket.write('slow');
    await expect.poll(() => proxy.connections[0]?.toTarget).toBe(9);
    proxy.delay(0);
    await works();
    expect(atServer[0]?.text).toBe('hello');
  });

  it('keeps back much without a warning', async () => {
    const warnings: string[] = [];
    const warned = ({ message }: Error) => warnings.push(message);
    process.on('warning', warned);
    const client = await open();
    await expect.poll(() => atServer).toHaveLength(1);
    proxy.delay(300);
    atServer[0]?.socket.write('a');
    await expect.poll(() => proxy.connections[0]?.toClient).toBe(1);
    proxy.delay(0);
    // More than the machine buffers: the proxy has to wait for the client.
    const length = 24 * 1024 * 1024;
    atServer[0]?.socket.write(Buffer.alloc(length - 1, 'a'));
    await expect.poll(() => client.text.length).toBe(length);
    process.off('warning', warned);
    expect(warnings).toEqual([]);
  });

  it('loses nothing, and nothing overtakes what waits', async () => {
    const client = await openAndTalk();
    proxy.delay(20);
    client.socket.write('slow');
    await expect.poll(() => proxy.connections[0]?.toTarget).toBe(9);
    proxy.delay(0);
    client.socket.write(' fast');
    await expect.poll(() => atServer[0]?.text).toBe('helloslow fast');
  });
});

describe('before the sandbox', () => {
  let sandbox: Sandbox;

  beforeEach(async () => {
    sandbox = await startSandbox();
  });

  afterEach(() => sandbox.close());

  it('carries requests and the feed, and the broker names the port that was asked', async () => {
    const front = await startChaosProxy({ target: sandbox.pusher });
    const reply = await fetch(`http://${front.host}:${front.port}/api/v1/realtime/connection`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        client: { id: '1', type: 'web' },
        capabilities: { accepted_providers: [{ provider: 'centrifugo' }] },
      }),
    });
    expect(await reply.text()).toContain(`"ws://127.0.0.1:${front.port}/connection/websocket"`);
    const client = await PusherClient.open({ ...sandbox, pusher: { ...sandbox.pusher, port: front.port } });
    expect(await client.next()).toMatchObject({ event: 'pusher:connection_established' });
    front.reset();
    expect(await client.closed).toBe(1006);
    await front.close();
  });
});
