import { once } from 'node:events';
import { request } from 'node:http';
import { connect, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type LoginOptions, loginWithLoopback } from '../../../src/core/auth/login.js';
import { type Clock, SystemClock } from '../../../src/core/primitives/clock.js';
import { KickbotError } from '../../../src/core/primitives/error.js';
import { Secret } from '../../../src/core/primitives/secret.js';
import type { Database } from '../../../src/core/storage/schema.js';
import { cloudflareBlock, type Sandbox, startSandbox } from '../../../src/sandbox/index.js';
import { openTestDatabase } from '../../support/database.js';
import { FakeClock } from '../../support/fake-clock.js';
import { setUpAuth } from './auth-setup.js';

const scopes = ['user:read', 'chat:write', 'events:subscribe'];

let sandbox: Sandbox;
let database: Database;
const ended: (() => void)[] = [];

beforeEach(async () => {
  sandbox = await startSandbox();
  sandbox.world.createUser({ username: 'MyBot' });
  database = await openTestDatabase();
});
afterEach(async () => {
  for (const end of ended.splice(0)) end();
  await sandbox.close();
  await database.destroy();
});

const interfaces = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
const loopbacks = ['127.0.0.1', '::1'].filter((host) => interfaces.some(({ address }) => address === host));

/** A login up to where the person is sent to Kick. The app's redirect URL follows the port. */
async function begin(options: Partial<LoginOptions> & { clock?: Clock; clientSecret?: string } = {}) {
  const { clock = new SystemClock(), clientSecret = sandbox.app.clientSecret, ...rest } = options;
  const auth = setUpAuth({
    authUrl: sandbox.url,
    database,
    clock,
    clientId: sandbox.app.clientId,
    clientSecret: new Secret(clientSecret),
  });
  const cancelled = new AbortController();
  ended.push(() => cancelled.abort());
  let result: ReturnType<typeof loginWithLoopback> | undefined;
  const authorizeUrl = await new Promise<URL>((resolve, reject) => {
    result = loginWithLoopback(
      {
        kind: 'bot',
        identifier: 'my-bot',
        scopes,
        port: 0,
        signal: cancelled.signal,
        onAuthorizeUrl: (url) => resolve(new URL(url)),
        ...rest,
      },
      auth.parts,
    );
    result.catch(reject);
  });
  if (result === undefined) throw new Error('The login did not begin.');
  const redirectUri = authorizeUrl.searchParams.get('redirect_uri') ?? '';
  sandbox.app.redirectUris.splice(0, 1, redirectUri);
  const state = authorizeUrl.searchParams.get('state') ?? '';
  return { ...auth, result, authorizeUrl, callback: new URL(redirectUri), state };
}

const tokenRequests = () => sandbox.requests.list('POST', '/oauth/token').length;
const approve = (url: URL, consent: { deny?: boolean; scopes?: string[] } = {}) =>
  sandbox.approve(url, { as: 'MyBot', ...consent });

/** A request to the listener, whose parameters may appear twice. */
function get(callback: URL, parameters: [string, string][], init: RequestInit = {}): Promise<Response> {
  const url = new URL(callback);
  for (const [name, value] of parameters) url.searchParams.append(name, value);
  return fetch(url, { redirect: 'manual', ...init });
}

const isOpen = (port: number, host = '127.0.0.1') =>
  new Promise<boolean>((resolve) => {
    const socket = connect({ port, host, timeout: 500 });
    const end = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });

describe('a login', () => {
  it('stores the tokens, says who it was, shows a clean page and leaves nothing open', async () => {
    const { result, authorizeUrl, callback, store, tokens, accounts } = await begin();
    const page = await approve(authorizeUrl);
    expect(await result).toEqual({
      account: {
        id: 'bot:my-bot',
        kind: 'bot',
        identifier: 'my-bot',
        user: { userId: 42, username: 'MyBot' },
      },
      scopes,
      missingScopes: [],
    });
    expect(page.status).toBe(200);
    expect(page.url).toBe(new URL('/done', callback).href);
    const html = await page.text();
    expect(html).toContain('MyBot (bot:my-bot)');
    const token = await tokens.for('bot:my-bot').accessToken();
    expect(sandbox.tokens.find(token.reveal())?.grant?.user.username).toBe('MyBot');
    expect((await store.read('bot:my-bot'))?.tokens.scopes).toEqual(scopes);
    expect(await accounts.find('bot:my-bot')).toMatchObject({ user: { userId: 42 } });
    expect(await isOpen(Number(callback.port))).toBe(false);
  });

  it('33. 6. names the scopes that were not granted', async () => {
    const { result, authorizeUrl } = await begin();
    const page = await approve(authorizeUrl, { scopes: ['user:read', 'chat:write'] });
    expect(await result).toMatchObject({
      scopes: ['user:read', 'chat:write'],
      missingScopes: ['events:subscribe'],
    });
    expect(await page.text()).toContain('events:subscribe');
  });

  it('keeps the tokens when Kick does not say who it is, and says so', async () => {
    const auth = setUpAuth({
      authUrl: sandbox.url,
      database,
      clock: new SystemClock(),
      clientId: sandbox.app.clientId,
      clientSecret: new Secret(sandbox.app.clientSecret),
    });
    const identify = vi.fn().mockRejectedValue(new KickbotError('kick.unavailable', 'Kick answered 500.'));
    const result = await loginWithLoopback(
      {
        kind: 'bot',
        identifier: 'my-bot',
        scopes,
        port: 0,
        onAuthorizeUrl(url) {
          sandbox.app.redirectUris.splice(0, 1, new URL(url).searchParams.get('redirect_uri') ?? '');
          void approve(new URL(url));
        },
      },
      { ...auth.parts, identify },
    );
    expect(result.account).toEqual({ id: 'bot:my-bot', kind: 'bot', identifier: 'my-bot' });
    expect(auth.logger.lines).toEqual([['warn', expect.stringContaining('Kick answered 500.')]]);
    expect(await auth.tokens.for('bot:my-bot').accessToken()).toBeInstanceOf(Secret);
  });

  it('28. is not begun when its tokens could not be stored', async () => {
    const { accounts, store } = await begin();
    await accounts.add('bot', 'sealed', 1);
    await store.write(
      'bot:sealed',
      { accessToken: new Secret('a'), receivedAt: 1, expiresIn: 1, scopes: [] },
      { replaces: 0 },
    );
    await database.updateTable('tokens').set({ sealed: 'damaged' }).execute();
    await expect(begin({ identifier: 'sealed' })).rejects.toMatchObject({ code: 'auth.tokens_unreadable' });
    await expect(begin({ identifier: 'not/one' })).rejects.toMatchObject({ code: 'auth.bad_account' });
  });

  it('14. another person’s code does not log them in: the verifier is missing', async () => {
    const victim = await begin();
    const failed = expect(victim.result).rejects.toMatchObject({ code: 'auth.invalid_grant' });
    const attacker = new URL(victim.authorizeUrl);
    attacker.searchParams.set('code_challenge', 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM');
    const code = (await sandbox.consent(attacker, { as: 'MyBot' })).searchParams.get('code') ?? '';
    const page = await get(
      victim.callback,
      [
        ['code', code],
        ['state', victim.state],
      ],
      { redirect: 'follow' },
    );
    expect(await page.text()).toContain('The login did not work');
    await failed;
    expect(await victim.store.read('bot:my-bot')).toBeUndefined();
  });

  it.each([
    ['a wrong secret', 'auth.invalid_client', { clientSecret: 'wrong' }, undefined],
    ['Cloudflare', 'auth.blocked', {}, cloudflareBlock],
    ['a server in trouble', 'auth.unavailable', {}, { status: 502, body: '<html>' }],
  ] as const)('39. %s at the exchange ends it with %s, on the page too', async (_, code, options, fault) => {
    const { result, authorizeUrl } = await begin(options);
    const failed = expect(result).rejects.toMatchObject({ code });
    if (fault !== undefined) sandbox.faults.next('POST /oauth/token', fault);
    expect(await (await approve(authorizeUrl)).text()).toContain('The login did not work');
    await failed;
    expect(tokenRequests()).toBe(1);
  });

  it('22. says so when the person denies it', async () => {
    const { result, authorizeUrl, callback } = await begin();
    const failed = expect(result).rejects.toMatchObject({ code: 'auth.denied' });
    expect(await (await approve(authorizeUrl, { deny: true })).text()).toContain('Access was not granted');
    await failed;
    expect(tokenRequests()).toBe(0);
    expect(await isOpen(Number(callback.port))).toBe(false);
  });

  it('29. two at once do not mix', async () => {
    const one = await begin({ identifier: 'one' });
    const other = await begin({ identifier: 'other' });
    sandbox.app.redirectUris.push(one.callback.href);
    expect(
      (
        await get(one.callback, [
          ['code', 'x'],
          ['state', other.state],
        ])
      ).status,
    ).toBe(400);
    await approve(other.authorizeUrl);
    await approve(one.authorizeUrl);
    expect((await one.result).account.id).toBe('bot:one');
    expect((await other.result).account.id).toBe('bot:other');
  });
});

describe('the callback', () => {
  it('10. 11. 13. 20. a wrong one is refused, asks Kick nothing, and the true one still succeeds', async () => {
    const { result, authorizeUrl, callback, state } = await begin();
    const wrong: [string, string][][] = [
      [],
      [['code', 'x']],
      [
        ['code', 'x'],
        ['state', ''],
      ],
      [
        ['code', 'x'],
        ['state', 'guessed'],
      ],
      [
        ['code', 'x'],
        ['state', `${state}x`],
      ],
      [['error', 'access_denied']],
      [
        ['error', 'access_denied'],
        ['state', 'guessed'],
      ],
      [['state', state]],
      [
        ['code', ''],
        ['state', state],
      ],
      [
        ['code', 'x'],
        ['state', state],
        ['state', state],
      ],
      [
        ['code', 'x'],
        ['state', state],
        ['state', 'guessed'],
      ],
      [
        ['code', 'x'],
        ['code', 'y'],
        ['state', state],
      ],
      [
        ['error', 'access_denied'],
        ['error', 'access_denied'],
        ['state', state],
      ],
      [
        ['code', 'x'.repeat(2049)],
        ['state', state],
      ],
    ];
    for (const parameters of wrong) {
      const response = await get(callback, parameters);
      expect(response.status, JSON.stringify(parameters)).toBe(400);
      expect(response.headers.get('location')).toBeNull();
    }
    expect(tokenRequests()).toBe(0);
    await approve(authorizeUrl);
    await result;
  });

  it('12. counts once: of ten at the same time one is exchanged, the others were too late', async () => {
    const { result, authorizeUrl } = await begin();
    sandbox.faults.next('POST /oauth/token', { delayMs: 50 });
    const url = await sandbox.consent(authorizeUrl, { as: 'MyBot' });
    const responses = await Promise.all(Array.from({ length: 10 }, () => fetch(url, { redirect: 'manual' })));
    expect(responses.map(({ status }) => status).sort()).toEqual([303, ...Array(9).fill(400)]);
    const late = responses.find(({ status }) => status === 400);
    expect(await late?.text()).toContain('already used');
    const shown = responses.find(({ status }) => status === 303)?.headers.get('location');
    expect(shown).toBe('/done');
    await fetch(new URL('/done', url));
    await result;
    expect(tokenRequests()).toBe(1);
  });

  it('20. HEAD and looking ahead use nothing up; other methods and places are not served', async () => {
    const { result, authorizeUrl, callback } = await begin();
    const url = await sandbox.consent(authorizeUrl, { as: 'MyBot' });
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(204);
    expect((await fetch(url, { headers: { 'sec-purpose': 'prefetch;prerender' } })).status).toBe(503);
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
      const response = await fetch(url, { method });
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET']);
    }
    for (const path of ['/', '/done', '/callback/', '/favicon.ico', '//callback', '/%63allback%00']) {
      expect((await fetch(new URL(callback.origin + path + url.search))).status, path).toBe(404);
    }
    expect(tokenRequests()).toBe(0);
    await fetch(url);
    await result;
  });

  it('28. 16. another Host is refused before anything else, whatever it forwards', async () => {
    const { result, authorizeUrl, callback } = await begin();
    const url = await sandbox.consent(authorizeUrl, { as: 'MyBot' });
    const { port } = callback;
    const statusFor = async (host: string, path = url.pathname + url.search) => {
      const sent = request({
        host: '127.0.0.1',
        port,
        path,
        headers: { host, 'x-forwarded-host': `localhost:${port}` },
      });
      sent.end();
      const [response] = await once(sent, 'response');
      response.resume();
      return response.statusCode;
    };
    for (const host of [
      'evil.test',
      `evil.test:${port}`,
      'localhost',
      'localhost:1',
      `localhost.:${port}`,
      `LOCALHOST.evil:${port}`,
    ]) {
      expect(await statusFor(host), host).toBe(403);
      expect(await statusFor(host, '/nowhere'), host).toBe(403);
    }
    expect(tokenRequests()).toBe(0);
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`]) {
      expect(await statusFor(host, '/nowhere'), host).toBe(404);
    }
    await fetch(url);
    await result;
  });

  const corpus = [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    'javascript:alert(1)',
    '+ADw-script+AD4-alert(1)+ADw-/script+AD4-',
    '</title><svg onload=alert(1)>',
    `<b>${'x'.repeat(3000)}`,
    '\u202Egnp.exe',
  ];
  it.each(corpus)('19. escapes what came with it: %j', async (text) => {
    const { result, callback, state } = await begin();
    const failed = expect(result).rejects.toMatchObject({ code: 'auth.refused' });
    const shown = [
      await get(callback, [
        ['error', text],
        ['state', 'guessed'],
      ]),
      await get(new URL(`/${encodeURIComponent(text)}`, callback), []),
      await get(
        callback,
        [
          ['error', text.slice(0, 400)],
          ['error_description', text],
          ['error_uri', text],
          ['state', state],
        ],
        { redirect: 'follow' },
      ),
    ];
    for (const response of shown) {
      const html = await response.text();
      expect(html.length).toBeLessThan(10_000);
      expect(html).not.toMatch(/<(script|img|svg|b|a)\b|href|\u202E/i);
      expect(response.headers.get('content-type')).toBe('text/html; charset=UTF-8');
      expect(response.headers.get('content-security-policy')).toMatch(
        /^default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
      );
    }
    expect(new URL(shown[2]?.url ?? '').search).toBe('');
    await failed;
  });

  it('19. 100 kB of parameters are too much', async () => {
    const { callback, state } = await begin();
    const response = await get(callback, [
      ['error', 'x'.repeat(100_000)],
      ['state', state],
    ]);
    expect(response.status).toBe(431);
  });

  it('18. every answer keeps the address to itself', async () => {
    const { result, authorizeUrl, callback } = await begin();
    const url = await sandbox.consent(authorizeUrl, { as: 'MyBot' });
    const answers = [
      await fetch(new URL('/', callback)),
      await get(callback, []),
      await fetch(url, { redirect: 'manual' }),
    ];
    answers.push(await fetch(new URL('/done', callback)));
    for (const { headers } of answers) {
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
    await result;
  });

  it('17. goes nowhere else, wherever it is told to', async () => {
    const { result, authorizeUrl } = await begin();
    const url = await sandbox.consent(authorizeUrl, { as: 'MyBot' });
    for (const next of ['//evil.test', '/\\evil.test', 'https:evil.test'])
      url.searchParams.append('next', next);
    const response = await fetch(url, { redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/done']);
    await fetch(new URL('/done', url));
    await result;
  });
});

describe('the listener', () => {
  it('26. closes when the address could not be shown', async () => {
    const clock = new FakeClock();
    let port = 0;
    const onAuthorizeUrl = (url: string) => {
      port = Number(new URL(new URL(url).searchParams.get('redirect_uri') ?? '').port);
      throw new Error('no terminal');
    };
    await expect(begin({ clock, onAuthorizeUrl })).rejects.toThrow('no terminal');
    expect(await isOpen(port)).toBe(false);
    expect(clock.pending).toBe(0);
  });

  it('24. 25. is there for this machine only, by both its names', async () => {
    const { callback } = await begin();
    const port = Number(callback.port);
    expect(await isOpen(port)).toBe(true);
    expect(await isOpen(port, '::1')).toBe(loopbacks.includes('::1'));
    for (const { address, internal, scopeid } of interfaces) {
      if (!internal && !scopeid) expect(await isOpen(port, address), address).toBe(false);
    }
  });

  it('26. closes after the time is over', async () => {
    const clock = new FakeClock();
    const { result, callback } = await begin({ clock });
    const failed = expect(result).rejects.toMatchObject({
      code: 'auth.login_timeout',
      message: expect.stringContaining('300 seconds'),
    });
    clock.advance(5 * 60_000 - 1);
    expect(await isOpen(Number(callback.port))).toBe(true);
    clock.advance(1);
    await failed;
    expect(await isOpen(Number(callback.port))).toBe(false);
    expect(clock.pending).toBe(0);
  });

  it('4. waits ten minutes at most, whatever is asked for', async () => {
    const clock = new FakeClock();
    const { result } = await begin({ clock, timeoutMs: 24 * 3600_000 });
    const failed = expect(result).rejects.toMatchObject({ code: 'auth.login_timeout' });
    clock.advance(10 * 60_000);
    await failed;
  });

  it('26. closes on Ctrl-C, also when a browser holds a connection', async () => {
    const cancel = new AbortController();
    const { result, callback } = await begin({ signal: cancel.signal });
    const failed = expect(result).rejects.toMatchObject({ code: 'auth.login_cancelled' });
    const idle = connect({ port: Number(callback.port), host: '127.0.0.1' });
    await once(idle, 'connect');
    const over = once(idle, 'close');
    cancel.abort();
    await failed;
    await over;
    expect(await isOpen(Number(callback.port))).toBe(false);
    await expect(begin({ signal: cancel.signal })).rejects.toMatchObject({ code: 'auth.login_cancelled' });
  });

  it('26. does not wait for ever for a browser that never asks for the result', async () => {
    const clock = new FakeClock();
    const { result, authorizeUrl } = await begin({ clock });
    const url = await sandbox.consent(authorizeUrl, { as: 'MyBot' });
    expect((await fetch(url, { redirect: 'manual' })).status).toBe(303);
    // One for the result to be asked for, one for the token to be refreshed.
    await vi.waitFor(() => expect(clock.pending).toBe(2));
    clock.advance(3000);
    await result;
    expect(clock.pending).toBe(1);
  });

  it.each(loopbacks)(
    '27. a port that is in use on %s is named, and none is taken in its place',
    async (host) => {
      const holder = createServer();
      holder.listen(0, host);
      await once(holder, 'listening');
      const address = holder.address();
      const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
      try {
        await expect(begin({ port })).rejects.toMatchObject({
          code: 'auth.port_in_use',
          message: expect.stringContaining(`Port ${port} is in use`),
        });
        if (host === '::1') expect(await isOpen(port)).toBe(false);
      } finally {
        holder.close();
      }
    },
  );
});
