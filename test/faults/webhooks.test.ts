import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  chatBody,
  keyPair,
  openWebhooks,
  pemOf,
  streamer,
  type Webhooks,
  type WebhooksOptions,
} from '../core/chat/webhook/setup.js';

const opened: Webhooks[] = [];
const directories: string[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const webhooks of opened.splice(0)) await webhooks.close();
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

async function open(options?: WebhooksOptions) {
  const webhooks = await openWebhooks(options);
  opened.push(webhooks);
  webhooks.start();
  await webhooks.transport.join(streamer);
  return webhooks;
}

function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'kickbot-webhooks-'));
  directories.push(directory);
  return directory;
}

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

describe('webhooks under faults', () => {
  it('E65 a flipped bit, another key, no signature: 403, and nothing is parsed', async () => {
    const { request, address, transport, received } = await open();
    const post = async (change: (given: ReturnType<typeof request>) => ReturnType<typeof request>) => {
      return (await fetch(address, change(request()))).status;
    };
    const withHeader = (name: string, to: (value: string) => string) =>
      post((given) => {
        const value = Object.entries(given.headers).find(([key]) => key === name)?.[1] ?? '';
        return { ...given, headers: { ...given.headers, [name]: to(value) } };
      });
    const flipped = (base64: string) => {
      const bytes = Buffer.from(base64, 'base64');
      bytes.writeUInt8(bytes.readUInt8(7) ^ 1, 7);
      return bytes.toString('base64');
    };
    expect(await post((given) => ({ ...given, body: given.body.replace('hello', 'hellp') }))).toBe(403);
    expect(await withHeader('kick-event-signature', flipped)).toBe(403);
    expect(await withHeader('kick-event-signature', (text) => text.slice(0, 40))).toBe(403);
    expect(await withHeader('kick-event-signature', () => '====')).toBe(403);
    expect(await withHeader('kick-event-message-timestamp', (text) => text.replace(/.Z$/, '9Z'))).toBe(403);
    expect(await withHeader('kick-event-message-id', (id) => `${id}x`)).toBe(403);
    expect(await post(() => request({ key: keyPair().privateKey }))).toBe(403);
    expect(await post(() => request({ key: keyPair().privateKey, body: '{' }))).toBe(403);
    expect(await withHeader('kick-event-signature', () => '')).toBe(400);
    expect(transport.outcomes).toMatchObject({
      bad_signature: 8,
      bad_headers: 1,
      accepted: 0,
      unreadable: 0,
    });
    expect(received).toEqual([]);
  });

  it('E66 the same JSON written otherwise is not what was signed', async () => {
    const { deliver, received } = await open();
    const body = `{"cost": 1.0, "name": "\\u0041", ${JSON.stringify(chatBody()).slice(1)}`;
    expect(await deliver({ body, sentBody: JSON.stringify(JSON.parse(body)) })).toBe(403);
    expect(await deliver({ body })).toBe(200);
    await vi.waitFor(() => expect(received).toHaveLength(1));
  });

  it('E67 ten copies at the same instant, and more after a restart, are handled once', async () => {
    const directory = newDirectory();
    const url = 'sqlite:webhooks.db';
    const first = await open({ url, directory });
    const same = { messageId: '01SAME', body: chatBody(), sentAt: first.clock.now() };
    const statuses = await Promise.all(Array.from({ length: 10 }, () => first.deliver(same)));
    expect(statuses).toEqual(Array(10).fill(200));
    await vi.waitFor(() => expect(first.received).toHaveLength(1));
    expect(first.transport.outcomes).toMatchObject({ accepted: 1, repeated: 9 });
    await first.close();

    const second = await open({ url, directory });
    expect(await second.deliver(same)).toBe(200);
    expect(second.transport.outcomes).toMatchObject({ accepted: 0, repeated: 1 });
    // Its id is known for longer than a repetition is accepted.
    second.clock.advance(24 * hour - minute);
    expect(await second.deliver(same)).toBe(200);
    second.clock.advance(2 * hour);
    expect(await second.deliver(same)).toBe(200);
    expect(second.transport.outcomes).toMatchObject({ accepted: 0, repeated: 2, too_old: 1 });
    expect(second.received).toEqual([]);
    expect(await second.database.selectFrom('webhook_deliveries').selectAll().execute()).toEqual([]);
  });

  it('E67 what was stored and not handled when the process ended is handled after the next start, as late', async () => {
    const directory = newDirectory();
    const url = 'sqlite:webhooks.db';
    const first = await open({ url, directory, settles: false });
    const sentAt = first.clock.now();
    for (const content of ['settled', 'waiting 1', 'waiting 2']) {
      expect(await first.deliver({ body: chatBody(content) })).toBe(200);
    }
    await vi.waitFor(() => expect(first.received).toHaveLength(3));
    first.received[0]?.settle();
    await first.close();

    const { clock } = first;
    clock.advance(2 * minute);
    const second = await open({ url, directory, clock });
    await vi.waitFor(() => {
      expect(second.received).toMatchObject([
        { data: { content: 'waiting 1' }, sentAt, late: true, slug: 'streamer' },
        { data: { content: 'waiting 2' }, sentAt, late: true },
      ]);
    });
    await second.close();

    const third = await open({ url, directory, clock });
    expect(await third.deliver()).toBe(200);
    await vi.waitFor(() => expect(third.received).toMatchObject([{ data: { content: 'hello' } }]));
  });

  it('E67 what ends the process is handed on after two starts and no more, and keeps nothing else waiting', async () => {
    const directory = newDirectory();
    const url = 'sqlite:webhooks.db';
    const first = await open({ url, directory, settles: false });
    const { clock } = first;
    for (const content of ['deadly', 'harmless']) {
      expect(await first.deliver({ body: chatBody(content) })).toBe(200);
    }
    await vi.waitFor(() => expect(first.received).toHaveLength(2));
    await first.close();

    for (let start = 1; start <= 2; start++) {
      // Its handlers do not get as far as to begin, and those behind it wait for that.
      const next = await open({ url, directory, clock, settles: false });
      await vi.waitFor(() => expect(next.received).toMatchObject([{ data: { content: 'deadly' } }]));
      await next.close();
    }
    const last = await open({ url, directory, clock });
    await vi.waitFor(() => expect(last.received).toMatchObject([{ data: { content: 'harmless' } }]));
    expect(last.logger.lines.filter(([level]) => level === 'error')).toEqual([
      ['error', expect.stringContaining('chat.message.sent of streamer')],
    ]);
  });

  it('E68 4 minutes, 20 minutes, 3 hours old: handled, as late; 25 hours old or 10 minutes ahead: not handled', async () => {
    const { deliver, received, clock, transport, logger } = await open();
    const ages = [0, 50 * second, 4 * minute, 20 * minute, 3 * hour, 25 * hour, -10 * minute, -4 * minute];
    for (const age of ages) expect(await deliver({ sentAt: clock.now() - age })).toBe(200);
    await vi.waitFor(() => expect(received).toHaveLength(6));
    expect(received.map(({ late }) => late)).toEqual([false, false, true, true, true, false]);
    expect(transport.outcomes).toMatchObject({ accepted: 6, too_old: 1, in_future: 1 });
    const aboutClock = logger.lines.filter(([, line]) => line.includes('clock'));
    expect(aboutClock.map(([level]) => level)).toEqual(['warn', 'info']);
  });

  it('E68 the log says once that webhooks come late, whichever clock is wrong, and once that they come in time', async () => {
    const { deliver, clock, logger } = await open();
    const send = async (count: number, ageMs: number) => {
      for (let sent = 0; sent < count; sent++) {
        expect(await deliver({ sentAt: clock.now() - ageMs })).toBe(200);
      }
    };
    const told = () => logger.lines.filter(([, line]) => line.startsWith('Webhooks come'));
    await send(19, 2 * minute);
    await send(1, 0);
    await send(19, 2 * minute);
    expect(told()).toEqual([]);
    await send(30, 2 * minute);
    await send(10, 30 * hour);
    await send(19, 0);
    expect(told().map(([level]) => level)).toEqual(['warn']);
    await send(30, 0);
    expect(told().map(([level]) => level)).toEqual(['warn', 'info']);
  });

  it('E69 five hundred sockets that send a byte now and then keep no event out', async () => {
    const { deliver, address, received } = await open();
    const port = Number(new URL(address).port);
    const head = 'POST /webhooks/kick HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n';
    await Promise.all(
      Array.from({ length: 500 }, async (_, index) => {
        const socket = connect({ port, host: '127.0.0.1' });
        sockets.push(socket);
        socket.on('error', () => undefined);
        await once(socket, 'connect');
        // Some never end their headers, some never their body.
        socket.write(index % 2 === 0 ? head : `${head.replace('localhost', `localhost:${port}`)}\r\n{`);
      }),
    );
    expect(await deliver()).toBe(200);
    await vi.waitFor(() => expect(received).toHaveLength(1));
    expect(sockets.filter(({ destroyed }) => destroyed)).toEqual([]);
  });

  it('E70 a gigabyte, a body without an end, a compressed one: 413, 413, 415, and the rest is not even read', async () => {
    const { address, request, transport, received } = await open();
    const { host, port } = new URL(address);
    const mebibyte = Buffer.alloc(1024 * 1024, 'x');
    const offered = 64;
    /** The answer, which comes after the first of it, and whether all of it was taken off the sender. */
    const push = async (headers: Record<string, string>, chunk = mebibyte) => {
      const lines = Object.entries({ host, ...headers }).map(([name, value]) => `${name}: ${value}`);
      const socket = connect({ port: Number(port), host: '127.0.0.1' });
      sockets.push(socket);
      socket.on('error', () => undefined);
      const isClosed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
      socket.write(`POST /webhooks/kick HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
      socket.write(chunk);
      const [answer] = await once(socket, 'data');
      let taken = 1;
      for (; taken < offered && !socket.destroyed; taken++) {
        if (!socket.write(chunk)) {
          await Promise.race([isClosed, new Promise((resolve) => socket.once('drain', resolve))]);
        }
      }
      socket.end();
      await isClosed;
      return { answer: String(answer).split('\r\n')[0], isReadToTheEnd: taken === offered };
    };
    const { headers } = request();
    const gigabyte = { ...headers, 'content-length': String(1024 ** 3) };
    const chunked = Buffer.concat([Buffer.from('100000\r\n'), mebibyte, Buffer.from('\r\n')]);
    expect(await push(gigabyte)).toEqual({
      answer: 'HTTP/1.1 413 Payload Too Large',
      isReadToTheEnd: false,
    });
    expect(await push({ ...headers, 'transfer-encoding': 'chunked' }, chunked)).toEqual({
      answer: 'HTTP/1.1 413 Payload Too Large',
      isReadToTheEnd: false,
    });
    expect(await push({ ...gigabyte, 'content-encoding': 'gzip' })).toEqual({
      answer: 'HTTP/1.1 415 Unsupported Media Type',
      isReadToTheEnd: false,
    });
    expect(await push({ ...gigabyte, 'kick-event-signature': '' })).toEqual({
      answer: 'HTTP/1.1 400 Bad Request',
      isReadToTheEnd: false,
    });
    expect(transport.outcomes).toMatchObject({ too_large: 2, compressed: 1, bad_headers: 1 });
    expect(received).toEqual([]);
  });

  it('E71 the answer waits for no handler', async () => {
    const { deliver, received } = await open({ settles: false });
    // Not settled: whatever handles them is still at work.
    expect(await deliver()).toBe(200);
    expect(await deliver()).toBe(200);
    await vi.waitFor(() => expect(received).toHaveLength(2));
    // What was decided before a handler could take its time.
    expect(received.map(({ answered }) => answered)).toEqual([1, 2]);
  });

  it('E72 what cannot be stored is answered 503 and handled once when Kick sends it again', async () => {
    const directory = newDirectory();
    const { deliver, database, received, transport, logger, address, request } = await open({
      url: 'sqlite:webhooks.db',
      directory,
    });
    const same = { messageId: '01AGAIN', body: chatBody() };
    await database.schema.alterTable('webhook_deliveries').renameTo('away').execute();
    const refused = await fetch(address, request(same));
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '10']);
    expect(await deliver()).toBe(503);
    await database.schema.alterTable('away').renameTo('webhook_deliveries').execute();
    expect(await deliver(same)).toBe(200);
    expect(await deliver(same)).toBe(200);
    await vi.waitFor(() => expect(received).toHaveLength(1));
    expect(transport.outcomes).toMatchObject({ unavailable: 2, accepted: 1, repeated: 1 });
    const told = logger.lines.filter(([, line]) => line.includes('stored'));
    expect(told.map(([level]) => level)).toEqual(['error', 'info']);
  });

  it('E73 a new key is taken after one question to Kick; junk has it asked once in ten minutes', async () => {
    const { deliver, published, clock, transport, received } = await open();
    expect(await deliver()).toBe(200);
    expect(published.asked).toBe(1);
    const newer = keyPair();
    published.pem = pemOf(newer.publicKey);
    const both = await Promise.all([deliver({ key: newer.privateKey }), deliver({ key: newer.privateKey })]);
    expect(both).toEqual([200, 200]);
    expect(published.asked).toBe(2);
    // One signed before the change may still be on its way.
    expect(await deliver()).toBe(200);
    await vi.waitFor(() => expect(received).toHaveLength(4));

    const junk = { key: keyPair().privateKey, messageId: '01JUNK' };
    const flood = async () => {
      for (let count = 0; count < 100; count++) expect(await deliver(junk)).toBe(403);
    };
    await flood();
    expect(published.asked).toBe(2);
    clock.advance(10 * minute);
    await flood();
    expect(published.asked).toBe(3);
    expect(transport.outcomes.bad_signature).toBe(200);
  });

  it('E73 Kick out of reach: the key known before is used, the log says it once, and Kick is asked again', async () => {
    const asked: number[] = [];
    const publicKey = {
      get: async () => {
        asked.push(1);
        throw new Error('Kick is away.');
      },
    };
    const { deliver, clock, logger } = await open({ publicKey });
    expect(await deliver()).toBe(403);
    clock.advance(10 * minute);
    expect(await deliver()).toBe(403);
    expect(asked.length).toBe(4);
    expect(logger.lines.filter(([, line]) => line.includes('could not be fetched'))).toHaveLength(1);
  });

  it('E75 an event or a version that is newer than this is not handled, and more fields change nothing', async () => {
    const { deliver, transport, received } = await open();
    expect(await deliver({ type: 'chat.message.edited' })).toBe(200);
    expect(await deliver({ type: '__proto__' })).toBe(200);
    expect(await deliver({ version: '2' })).toBe(200);
    expect(transport.outcomes).toMatchObject({ unknown_event: 3, accepted: 0 });
    expect(await deliver({ body: { ...chatBody(), invented: { deep: [1] } } })).toBe(200);
    expect(await deliver({ body: { broadcaster: { user_id: 1001 }, sender: null } })).toBe(200);
    await vi.waitFor(() => expect(received).toHaveLength(2));
  });
});
