import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { Hono } from 'hono';
import { afterEach, describe, expect, it } from 'vitest';
import { configSchema } from '../../../src/core/config/schema.js';
import { SystemClock } from '../../../src/core/primitives/clock.js';
import { PublicServer, type ServerEnvironment } from '../../../src/core/server/public-server.js';
import { freePort } from '../../support/free-port.js';
import { RecordingLogger } from '../../support/recording-logger.js';

const logger = new RecordingLogger();
const servers: PublicServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function open(settings: { port?: number; publicUrl?: string } = {}) {
  const { server: config } = configSchema.parse({ server: { port: 0, ...settings } });
  const server = await PublicServer.open(config, { clock: new SystemClock(), logger }, () => {
    const routes = new Hono<ServerEnvironment>();
    routes.get('/', (c) => c.text(c.get('origin')));
    routes.post('/', async (c) => c.text(String((await c.req.text()).length)));
    routes.get('/broken/*', () => {
      throw new Error('canary');
    });
    return routes;
  });
  servers.push(server);
  return server;
}

/** A request under a `Host` of one's own choosing. */
async function ask(
  port: number,
  { host = `localhost:${port}`, address = '127.0.0.1', path = '/', body = '' } = {},
): Promise<{ status: number | undefined; text: string }> {
  const asked = request({
    port,
    host: address,
    path,
    method: body === '' ? 'GET' : 'POST',
    headers: { host },
  });
  asked.end(body);
  const [answer] = await once(asked, 'response');
  let text = '';
  for await (const part of answer) text += part;
  return { status: answer.statusCode, text };
}

const portOf = ({ addresses }: PublicServer) => Number(new URL(addresses.publicOrigin).port);

describe('the public server', () => {
  it('28. answers under its own addresses alone, whatever the case', async () => {
    const port = await freePort();
    await open({ port, publicUrl: 'https://Bot.example/' });
    const known = {
      'bot.example': 'https://bot.example',
      'BOT.example': 'https://bot.example',
      [`localhost:${port}`]: `http://localhost:${port}`,
      [`127.0.0.1:${port}`]: `http://127.0.0.1:${port}`,
      [`[::1]:${port}`]: `http://[::1]:${port}`,
    };
    for (const [host, origin] of Object.entries(known)) {
      expect(await ask(port, { host })).toEqual({ status: 200, text: origin });
    }
    const others = [
      'evil.example',
      'localhost',
      `bot.example:${port}`,
      `localhost.evil:${port}`,
      '127.0.0.1:1',
    ];
    for (const host of others) {
      expect((await ask(port, { host })).status, host).toBe(403);
      expect((await ask(port, { host, path: '/broken' })).status, host).toBe(403);
    }
  });

  it('24. 25. listens on this machine alone unless told otherwise, for both kinds of addresses', async () => {
    const port = portOf(await open());
    const interfaces = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
    const answered = await Promise.all(
      interfaces.map(
        ({ address }) =>
          new Promise<[string, boolean]>((resolve) => {
            const socket = connect({ port, host: address, timeout: 1000 });
            const end = (open: boolean) => {
              socket.destroy();
              resolve([address, open]);
            };
            socket.once('connect', () => end(true));
            socket.once('error', () => end(false));
            socket.once('timeout', () => end(false));
          }),
      ),
    );
    expect(Object.fromEntries(answered)).toEqual(
      Object.fromEntries(interfaces.map(({ address, internal }) => [address, internal])),
    );
  });

  it('27. a port that is in use is an error that names it', async () => {
    const port = portOf(await open());
    await expect(open({ port })).rejects.toMatchObject({
      code: 'server.port_in_use',
      message: expect.stringContaining(`Port ${port}`),
    });
  });

  it('23. is reached from outside by https alone, at an address without a path', () => {
    for (const publicUrl of [
      'http://bot.example',
      'ftp://bot.example',
      'https://bot.example/kickbot',
      'bot.example',
    ]) {
      expect(configSchema.safeParse({ server: { publicUrl } }).success, publicUrl).toBe(false);
    }
    expect(configSchema.safeParse({ server: { publicUrl: 'https://bot.example/' } }).success).toBe(true);
  });

  it('takes bodies of at most 64 kB', async () => {
    const port = portOf(await open());
    expect(await ask(port, { body: 'x'.repeat(64 * 1024) })).toEqual({ status: 200, text: '65536' });
    expect((await ask(port, { body: 'x'.repeat(64 * 1024 + 1) })).status).toBe(413);
  });

  it('is no way into the log for a stranger', async () => {
    const server = await open();
    const port = portOf(server);
    logger.lines.length = 0;
    expect((await ask(port, { path: `http://a:b@localhost:${port}/` })).status).toBe(403);
    const cutOff = connect({ port, host: '127.0.0.1' });
    cutOff.end(`POST / HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Length: 9\r\n\r\nhalf`);
    await once(cutOff.resume(), 'close');
    expect((await ask(port, { path: '/broken/%0aerror%20forged%1b[31m' })).status).toBe(500);
    const about = ([level, line]: readonly [string, string]) => level === 'error' && line;
    expect(logger.lines.map(about).filter(Boolean)).toEqual([
      'A request to /broken/ error forged [31m failed: canary',
    ]);
  });

  it('tells a stranger nothing of an error, and the log all', async () => {
    const port = portOf(await open());
    const { status, text } = await ask(port, { path: '/broken' });
    expect([status, text]).toEqual([500, expect.not.stringContaining('canary')]);
    expect(logger.lines).toContainEqual(['error', expect.stringContaining('canary')]);
    expect((await ask(port, { path: '/nothing' })).status).toBe(404);
  });
});
