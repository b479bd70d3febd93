import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'kickbot';
import { afterEach, describe, expect, it } from 'vitest';
import { HttpError } from '../../../src/core/plugins/http.js';
import { isPublicAddress } from '../../../src/core/plugins/public-addresses.js';
import { PublicHttp, type PublicHttpOptions } from '../../../src/core/plugins/public-http.js';
import { FakeClock } from '../../support/fake-clock.js';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const each of undo.splice(0).reverse()) await each();
});

/** Names that stand for an address of this machine each; 127.0.0.1 plays the internet, 127.0.0.2 a private network. */
const names: Record<string, string[]> = {
  'public.test': ['127.0.0.1'],
  'private.test': ['127.0.0.2'],
  'both.test': ['127.0.0.1', '127.0.0.2'],
};

const lookup = ((name: string, _options: object, callback: (...found: unknown[]) => void) => {
  const found = names[name];
  if (found === undefined) callback(new Error(`getaddrinfo ENOTFOUND ${name}`), []);
  else
    callback(
      null,
      found.map((address) => ({ address, family: 4 })),
    );
}) as unknown as NonNullable<PublicHttpOptions['lookup']>;

/** A server on every address of this machine, and a client that may ask it on one. */
async function serving(answer: (request: IncomingMessage, response: ServerResponse, body: string) => void) {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    asked.push(`${request.method} ${request.headers.host?.split(':')[0]}${request.url}`);
    let body = '';
    for await (const chunk of request) body += chunk;
    answer(request, response, body);
  });
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  const { port } = server.address() as AddressInfo;
  const clock = new FakeClock();
  const http = new PublicHttp({
    clock,
    version: '1.2.3',
    lookup,
    allows: (address) => address === '127.0.0.1',
  });
  undo.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  undo.push(() => http.close());
  return { http, clock, asked, port, at: (host: string, path = '/') => `http://${host}:${port}${path}` };
}

/** Sends where a path says: `/to/http://…`. */
const redirecting = (status: number) => (request: IncomingMessage, response: ServerResponse) => {
  const location = request.url?.startsWith('/to/') ? request.url.slice(4) : undefined;
  if (location === undefined) response.end(`${request.method} ${JSON.stringify(request.headers)}`);
  else response.writeHead(status, { location }).end();
};

const reasonOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'fulfilled',
    (error: unknown) => (error instanceof HttpError ? `${error.code}: ${error.message}` : error),
  );

describe('asking a server', () => {
  it('gives status, headers and text, and sends what it is told', async () => {
    const { http, at } = await serving((request, response, body) => {
      response.writeHead(201, { 'x-one': 'two' });
      response.end(`${request.method} ${request.headers['user-agent']} ${request.headers.accept} ${body}`);
    });
    const response = await http.fetch(at('public.test', '/path?key=secret'), {
      method: 'POST',
      headers: { Accept: 'text/plain' },
      json: { a: 1 },
    });
    expect(response).toMatchObject({
      address: at('public.test', '/path'),
      status: 201,
      isOk: true,
      text: 'POST kickbot/1.2.3 (chat bot framework) text/plain {"a":1}',
    });
    expect(response.headers.get('x-one')).toBe('two');
  });

  it('gives JSON that fits, and says what does not', async () => {
    const { http, at } = await serving(({ url }, response) => {
      response.writeHead(url === '/missing' ? 404 : 200).end(url === '/text' ? 'text' : '{"joke":"ha"}');
    });
    const joke = z.object({ joke: z.string() });
    expect(await http.json(at('public.test'), joke)).toEqual({ joke: 'ha' });
    expect(await reasonOf(http.json(at('public.test', '/text'), joke))).toMatch(
      /^http.not_json: .*\/text does not/,
    );
    expect(await reasonOf(http.json(at('public.test'), z.object({ pun: z.string() })))).toContain('pun');
    expect(await reasonOf(http.json(at('public.test', '/missing'), joke))).toContain('http.refused');
    expect(await http.fetch(at('public.test', '/missing'))).toMatchObject({ status: 404, isOk: false });
  });

  it.each([
    ['by address', '127.0.0.2'],
    ['by address in another notation', '0x7f.2'],
    ['by an IPv6 address', '[::1]'],
    ['by an IPv4 address within an IPv6 one', '[::ffff:127.0.0.2]'],
    ['by a name', 'private.test'],
    ['by a name with several addresses', 'both.test'],
  ])('asks nothing of a private network, %s', async (_how, host) => {
    const { http, at, asked } = await serving(redirecting(302));
    expect(await reasonOf(http.fetch(at(host)))).toContain('http.private_address');
    expect(await reasonOf(http.fetch(at('public.test', `/to/${at(host)}`)))).toContain(
      'http.private_address',
    );
    expect(asked).toHaveLength(1);
  });

  it.each([
    ['file:///etc/passwd', 'begins with https:// or http://'],
    ['data:text/plain,hello', 'begins with https:// or http://'],
    ['//public.test/', 'this is no address'],
    ['http://name:word@public.test/', 'belong into a header'],
  ])('does not ask for %s, nor is led there', async (address, problem) => {
    const { http, at } = await serving(redirecting(302));
    expect(await reasonOf(http.fetch(address))).toContain(problem);
    const led = await reasonOf(http.fetch(at('public.test', `/to/${address}`)));
    if (!address.startsWith('//')) expect(led).toContain(problem);
  });

  it('follows five redirects, takes nothing private to another server, and no more', async () => {
    const { http, at, asked } = await serving(redirecting(302));
    const to = (times: number): string =>
      times === 0 ? at('127.0.0.1') : at('127.0.0.1', `/to/${to(times - 1)}`);
    const options = {
      method: 'POST',
      body: 'secret',
      headers: { Authorization: 'secret', 'x-kept': 'yes' },
    } as const;
    const { text } = await http.fetch(at('public.test', `/to/${to(4)}`), options);
    expect(text).toMatch(/^GET /);
    expect(text).toContain('"x-kept":"yes"');
    expect(text).not.toContain('secret');
    expect(asked).toHaveLength(6);
    expect(await reasonOf(http.fetch(to(6)))).toContain('http.too_many_redirects');
  });

  it('keeps method and body where a redirect says so', async () => {
    const { http, at } = await serving((request, response, body) => {
      if (request.url === '/') response.writeHead(307, { location: '/other' }).end();
      else response.end(`${request.method} ${body} ${request.headers.authorization}`);
    });
    const options = { method: 'PUT', body: 'body', headers: { authorization: 'mine' } } as const;
    expect((await http.fetch(at('public.test'), options)).text).toBe('PUT body mine');
  });

  it('gives up after 5 s, at whatever stage', async () => {
    const { http, clock, at, asked } = await serving((request, response) => {
      if (request.url === '/begun') response.write('begun');
    });
    for (const path of ['/', '/begun']) {
      const reason = reasonOf(http.fetch(at('public.test', path)));
      await expect.poll(() => asked).toContain(`GET public.test${path}`);
      clock.advance(5_000);
      expect(await reason).toContain('http.too_late');
    }
    expect(clock.pending).toBe(0);
  });

  it('ends when its signal aborts', async () => {
    const { http, at, asked } = await serving(() => {});
    const controller = new AbortController();
    const request = http.fetch(at('public.test'), { signal: controller.signal });
    const reason = request.catch((error: unknown) => error);
    await expect.poll(() => asked).toHaveLength(1);
    controller.abort(new Error('mine'));
    expect(await reason).toEqual(new Error('mine'));
    await expect(http.fetch(at('public.test'), { signal: controller.signal })).rejects.toThrow('mine');
    expect(asked).toHaveLength(1);
  });

  it('reads at most 1 MiB', async () => {
    const { http, at } = await serving(({ url }, response) => {
      response.end(Buffer.alloc(1_048_576 + (url === '/more' ? 1 : 0), 97));
    });
    expect((await http.fetch(at('public.test'))).text).toHaveLength(1_048_576);
    expect(await reasonOf(http.fetch(at('public.test', '/more')))).toContain('http.too_large');
  });

  it('says that a server cannot be reached, and keeps what may be secret to itself', async () => {
    const { http, at } = await serving((_request, response) => response.destroy());
    const reason = await reasonOf(http.fetch(at('public.test', '/path?key=secret')));
    expect(reason).toContain(`http.unreachable: ${at('public.test', '/path')} cannot be reached`);
    expect(reason).not.toContain('secret');
    expect(await reasonOf(http.fetch('https://nowhere.test/'))).toContain('ENOTFOUND nowhere.test');
  });
});

it.each([
  ['93.184.216.34', true],
  ['8.8.8.8', true],
  ['2606:4700:4700::1111', true],
  ['10.1.2.3', false],
  ['100.64.0.1', false],
  ['127.0.0.1', false],
  ['169.254.169.254', false],
  ['172.31.255.255', false],
  ['172.32.0.0', true],
  ['192.168.1.1', false],
  ['198.19.0.1', false],
  ['224.0.0.1', false],
  ['255.255.255.255', false],
  ['0.0.0.0', false],
  ['::', false],
  ['::1', false],
  ['::ffff:8.8.8.8', false],
  ['64:ff9b::7f00:1', false],
  ['fc00::1', false],
  ['fd12::1', false],
  ['fe80::1', false],
  ['ff02::1', false],
  ['2001:db8::1', false],
  ['2001:0:7f00:1::', false],
  ['2002:7f00:1::', false],
  ['no address', false],
])('knows whether %s is an address of the internet: %s', (address, isPublic) => {
  expect(isPublicAddress(address)).toBe(isPublic);
});
