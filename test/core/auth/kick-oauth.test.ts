import { inspect } from 'node:util';
import fc from 'fast-check';
import { fetch } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UnusableTokensError } from '../../../src/core/auth/auth-error.js';
import { type Authorization, KickOAuth } from '../../../src/core/auth/kick-oauth.js';
import type { TokenSet } from '../../../src/core/auth/token-set.js';
import { KickbotError } from '../../../src/core/primitives/error.js';
import { SystemRandom } from '../../../src/core/primitives/random.js';
import { Secret } from '../../../src/core/primitives/secret.js';
import { FakeClock } from '../../support/fake-clock.js';
import { FixedRandom } from '../../support/fixed-random.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { HostileServer } from './hostile-server.js';

const secrets = {
  client: 'canary-client-secret',
  refresh: 'canary-refresh-token',
  access: 'canary-access-token',
  code: 'canary-code',
};
const tokens: TokenSet = {
  accessToken: new Secret(secrets.access),
  refreshToken: new Secret(secrets.refresh),
  receivedAt: 0,
  expiresIn: 7200,
  scopes: ['user:read', 'chat:write'],
};
const good = {
  access_token: 'new-access',
  refresh_token: 'new-refresh',
  token_type: 'Bearer',
  expires_in: 7200,
};

let server: HostileServer;
let clock: FakeClock;
let logger: RecordingLogger;
let oauth: KickOAuth;

const create = (options: { authUrl?: string; clientSecret?: Secret } = {}) =>
  new KickOAuth(
    { authUrl: server.url, clientId: 'my-app', userAgent: 'kickbot/1.2.3', ...options },
    fetch,
    clock,
    new SystemRandom(),
    logger,
  );

beforeEach(async () => {
  server = await HostileServer.start();
  clock = new FakeClock();
  logger = new RecordingLogger();
  oauth = create({ clientSecret: new Secret(secrets.client) });
});
afterEach(() => server.close());

const begin = (redirectUri = 'http://localhost:3000/callback') =>
  oauth.begin({ redirectUri, scopes: ['user:read', 'chat:write'] });
const callback = (login: Authorization, more: Record<string, string> = {}) =>
  new URLSearchParams({ code: secrets.code, state: login.state.reveal(), ...more });

/** The error of a call, of which no word may be a secret. */
async function errorOf(call: Promise<unknown>): Promise<KickbotError> {
  const error: unknown = await call.then(
    () => new Error('It did not fail.'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof KickbotError)) throw error;
  const shown = inspect(error, { depth: 10, showHidden: true, getters: true }) + JSON.stringify(error);
  for (const secret of Object.values(secrets)) expect(shown).not.toContain(secret);
  return error;
}

describe('begin', () => {
  it('1. makes verifiers of 43 unreserved characters, and none twice', () => {
    const seen = new Set(Array.from({ length: 100_000 }, () => begin().verifier.reveal()));
    expect(seen.size).toBe(100_000);
    expect([...seen].filter((verifier) => !/^[A-Za-z0-9_-]{43}$/.test(verifier))).toEqual([]);
  });

  it('2. 3. 4. sends all that Kick requires, with S256 and a fresh state and challenge each time', () => {
    const one = new URL(begin().url);
    const other = new URL(begin().url);
    expect(one.origin + one.pathname).toBe(`${server.url}/oauth/authorize`);
    expect(Object.fromEntries(one.searchParams)).toEqual({
      response_type: 'code',
      client_id: 'my-app',
      redirect_uri: 'http://localhost:3000/callback',
      scope: 'user:read chat:write',
      state: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      code_challenge: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      code_challenge_method: 'S256',
    });
    expect(one.searchParams.get('state')).not.toBe(other.searchParams.get('state'));
    expect(one.searchParams.get('code_challenge')).not.toBe(other.searchParams.get('code_challenge'));
  });

  it('5. makes a state of chance alone, so that there is nothing in it to read or to change', () => {
    const options = { authUrl: server.url, clientId: 'my-app', userAgent: 'a' };
    const one = new KickOAuth(options, fetch, clock, new FixedRandom(0), logger);
    const other = new KickOAuth({ ...options, clientId: 'b' }, fetch, clock, new FixedRandom(0), logger);
    const state = one.begin({ redirectUri: 'http://localhost/a', scopes: ['user:read'] }).state.reveal();
    expect(other.begin({ redirectUri: 'https://b.test/', scopes: [] }).state.reveal()).toBe(state);
  });

  it('makes the challenge of RFC 7636, appendix B', () => {
    class ExampleBytes extends SystemRandom {
      override bytes(): Uint8Array {
        return Buffer.from('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk', 'base64url');
      }
    }
    const login = new KickOAuth(
      { authUrl: 'https://id.kick.com', clientId: 'a', userAgent: 'a' },
      fetch,
      clock,
      new ExampleBytes(),
      logger,
    ).begin({ redirectUri: 'http://localhost/', scopes: [] });
    expect(new URL(login.url).searchParams.get('code_challenge')).toBe(
      'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    );
  });

  it('gives Kick a 127.0.0.1 to rewrite ahead of the one in the redirect URL', () => {
    const { url } = begin('http://127.0.0.1:3000/callback');
    expect(url.replace(/127\.0\.0\.1:\d+\/oauth/, '')).toMatch(
      /[?&]redirect=127\.0\.0\.1&redirect_uri=http%3A%2F%2F127/,
    );
  });

  it.each(['http://id.kick.com', 'http://127.0.0.1.evil.test', 'ftp://localhost'])(
    '23. refuses %s as the login server',
    (authUrl) => {
      expect(() => create({ authUrl })).toThrow(expect.objectContaining({ code: 'auth.insecure_endpoint' }));
    },
  );
});

describe('exchange', () => {
  it('16. 30. 31. posts one form, with the stored redirect URL, the verifier and one way to authenticate', async () => {
    server.answer(200, { ...good, scope: 'user:read', unknown: { a: 1 } });
    const login = begin();
    const set = await oauth.exchange(login, callback(login));
    expect(server.requests).toHaveLength(1);
    const [request] = server.requests;
    expect(request).toMatchObject({
      method: 'POST',
      url: '/oauth/token',
      headers: { 'user-agent': 'kickbot/1.2.3' },
    });
    expect(request?.headers.authorization).toBeUndefined();
    expect(Object.fromEntries(request?.form ?? [])).toEqual({
      grant_type: 'authorization_code',
      client_id: 'my-app',
      client_secret: secrets.client,
      redirect_uri: 'http://localhost:3000/callback',
      code_verifier: login.verifier.reveal(),
      code: secrets.code,
    });
    expect(set).toMatchObject({ receivedAt: clock.now(), expiresIn: 7200, scopes: ['user:read'] });
    expect([set.accessToken.reveal(), set.refreshToken?.reveal()]).toEqual(['new-access', 'new-refresh']);
  });

  it('names the client alone where there is no secret', async () => {
    oauth = create();
    server.answer(200, good);
    const login = begin();
    await oauth.exchange(login, callback(login));
    expect(server.requests[0]?.form.has('client_secret')).toBe(false);
    expect(server.requests[0]?.form.get('client_id')).toBe('my-app');
  });

  it('33. takes the scopes as asked for when the answer names none', async () => {
    server.answer(200, good);
    const login = begin();
    expect((await oauth.exchange(login, callback(login))).scopes).toEqual(['user:read', 'chat:write']);
  });

  it.each([
    ['access_denied', 'auth.denied'],
    ['invalid_request', 'auth.invalid_request'],
    ['unauthorized_client', 'auth.unauthorized_client'],
    ['unsupported_response_type', 'auth.refused'],
    ['invalid_scope', 'auth.invalid_scope'],
    ['server_error', 'auth.unavailable'],
    ['temporarily_unavailable', 'auth.unavailable'],
    ['something_new', 'auth.refused'],
  ])('22. the callback error %s becomes %s and no request', async (error, code) => {
    const login = begin();
    const parameters = new URLSearchParams({
      error,
      error_description: 'Words\u0000 of\nKick’s',
      state: login.state.reveal(),
    });
    const thrown = await errorOf(oauth.exchange(login, parameters));
    expect(thrown.code).toBe(code);
    expect(thrown.message).toContain('Words of Kick’s');
    expect(server.requests).toEqual([]);
  });

  it('15. refuses the answer of another server and sends it no code', async () => {
    const login = begin();
    const thrown = await errorOf(oauth.exchange(login, callback(login, { iss: 'https://evil.test' })));
    expect(thrown.code).toBe('auth.wrong_issuer');
    expect(server.requests).toEqual([]);
  });
});

describe('refresh', () => {
  it('34. keeps the old refresh token and scopes when the answer has none', async () => {
    server.answer(200, { access_token: 'a', token_type: 'BEARER', expires_in: 60 });
    const set = await oauth.refresh(tokens);
    expect(set.refreshToken?.reveal()).toBe(secrets.refresh);
    expect(set.scopes).toEqual(tokens.scopes);
  });

  it('34. takes empty fields for absent ones', async () => {
    server.answer(200, { access_token: 'a', token_type: 'Bearer', refresh_token: '', scope: null });
    const set = await oauth.refresh(tokens);
    expect(set.accessToken.reveal()).toBe('a');
    expect(set.refreshToken?.reveal()).toBe(secrets.refresh);
    expect(set.scopes).toEqual(tokens.scopes);
  });

  it.each([
    ['a number', 7200, 7200],
    ['a numeric text', '7200', 7200],
    ['an empty text', '', 3600],
    ['a word', 'soon', 3600],
    ['nothing', undefined, 3600],
    ['less than nothing', -1, 3600],
    ['next to nothing', 1e-9, 3600],
    ['more than a year', 1e12, 3600],
    ['null', null, 3600],
    ['a list', [7200], 3600],
  ])('33. expires_in may be %s', async (_, expires_in, seconds) => {
    server.answer(200, { ...good, expires_in });
    expect((await oauth.refresh(tokens)).expiresIn).toBe(seconds);
    await oauth.refresh(tokens);
    expect(logger.lines).toHaveLength(seconds === 3600 ? 1 : 0);
  });

  it.each([
    ['a scope list', { scope: ['chat:write'] }],
    ['an empty access token', { access_token: '' }],
    ['no access token', { access_token: undefined }],
    ['a token of another type', { token_type: 'mac' }],
    ['a token bound to a key', { token_type: 'DPoP' }],
  ])('32. saves the new refresh token out of an answer with %s', async (_, wrong) => {
    server.answer(200, { ...good, ...wrong });
    const thrown = await errorOf(oauth.refresh(tokens));
    expect(thrown).toBeInstanceOf(UnusableTokensError);
    expect(thrown instanceof UnusableTokensError && thrown.rotated.reveal()).toBe('new-refresh');
    expect(inspect(thrown, { depth: 10, showHidden: true })).not.toMatch(/new-(refresh|access)/);
  });

  const oauthError = (error: string) => ({
    error,
    error_description: `no ${secrets.refresh} of ${secrets.client}`,
  });
  it.each<[string, number, string | object, string, RegExp]>([
    ['a dead grant', 400, oauthError('invalid_grant'), 'auth.invalid_grant', /kickbot login/],
    [
      'a wrong secret',
      401,
      oauthError('invalid_client'),
      'auth.invalid_client',
      /KICK_INTEGRATION_CLIENT_ID.*_SECRET.*kick\.clientId/,
    ],
    [
      'a forbidden app',
      400,
      oauthError('unauthorized_client'),
      'auth.unauthorized_client',
      /KICK_INTEGRATION_CLIENT_ID/,
    ],
    ['an invalid request', 400, oauthError('invalid_request'), 'auth.invalid_request', /redirect URL/],
    ['the documented error', 400, { error: 'Invalid request' }, 'auth.invalid_request', /redirect URL/],
    ['the envelope of the API', 400, { data: {}, message: 'Nope' }, 'auth.refused', /Nope/],
    [
      'Cloudflare’s JSON',
      403,
      { error: 'Request blocked by security policy.', reference: '0a1b' },
      'auth.blocked',
      /Cloudflare/,
    ],
    ['Cloudflare’s page', 403, '<html>Sorry</html>', 'auth.blocked', /Cloudflare/],
    ['a page', 200, '<html>Welcome</html>', 'auth.unexpected_answer', /kick\.endpoints\.auth/],
    ['half a JSON', 200, '{"access_token": "x', 'auth.unexpected_answer', /kick\.endpoints\.auth/],
    ['a JSON list', 200, '[]', 'auth.unexpected_answer', /kick\.endpoints\.auth/],
    ['an error with 200', 200, { error: 'invalid_grant' }, 'auth.unexpected_answer', /try again/],
    ['404', 404, '<html>', 'auth.unexpected_answer', /kick\.endpoints\.auth/],
    ['408', 408, '', 'auth.unavailable', /408/],
    ['425', 425, '', 'auth.unavailable', /425/],
    ['429', 429, { error: 'invalid_grant' }, 'auth.unavailable', /429/],
    ['500', 500, oauthError('server_error'), 'auth.unavailable', /500/],
    ['a 502 page', 502, '<html>', 'auth.unavailable', /502/],
  ])(
    '39. 43. %s has its own code, says what to do and tells no secret',
    async (_, status, body, code, says) => {
      server.answer(status, body);
      const thrown = await errorOf(oauth.refresh(tokens));
      expect(thrown.code).toBe(code);
      expect(thrown.message).toMatch(says);
      expect(thrown.message).not.toMatch(/\n/);
    },
  );

  it('30. follows no redirect', async () => {
    const elsewhere = await HostileServer.start();
    try {
      server.answer(307, '', { location: `${elsewhere.url}/oauth/token` });
      expect((await errorOf(oauth.refresh(tokens))).code).toBe('auth.unexpected_answer');
      expect(elsewhere.requests).toEqual([]);
    } finally {
      await elsewhere.close();
    }
  });

  it('30. reads no more than 64 kB', async () => {
    let written = 0;
    server.respond = (response) => {
      const flood = () => {
        while (!response.destroyed && written < 10_000_000) {
          written += 16_384;
          if (!response.write('x'.repeat(16_384))) return void response.once('drain', flood);
        }
        response.end();
      };
      flood();
    };
    expect((await errorOf(oauth.refresh(tokens))).code).toBe('auth.unexpected_answer');
    expect(written).toBeLessThan(10_000_000);
  });

  it('30. waits 15 seconds for an answer, and for the rest of one', async () => {
    const arrived = () =>
      new Promise<void>((resolve) => {
        server.respond = (response) => {
          response.writeHead(200).write('{');
          resolve();
        };
      });
    const request = arrived();
    const refreshed = errorOf(oauth.refresh(tokens));
    await request;
    clock.advance(15_000);
    const thrown = await refreshed;
    expect(thrown.code).toBe('auth.unreachable');
    expect(thrown.message).toContain('no answer within 15 seconds');
    expect(clock.pending).toBe(0);
  });

  it('a connection that is cut or refused names the server and the setting', async () => {
    server.respond = (response) => response.socket?.resetAndDestroy();
    const cut = await errorOf(oauth.refresh(tokens));
    expect(cut).toMatchObject({
      code: 'auth.unreachable',
      message: expect.stringContaining('kick.endpoints.auth'),
    });
    const gone = await HostileServer.start();
    await gone.close();
    const refused = await errorOf(create({ authUrl: gone.url }).refresh(tokens));
    expect(refused.message).toMatch(/server 127\.0\.0\.1:\d+ cannot be reached .*ECONNREFUSED/);
  });

  it('39. 43. whatever is answered, the error is typed and tells no secret', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 200, max: 599 }).filter((status) => ![204, 205, 304].includes(status)),
        fc.oneof(
          fc.string(),
          fc.json(),
          fc
            .constantFrom(secrets.client, secrets.refresh, secrets.access)
            .map((s) => JSON.stringify({ error: s, error_description: s, message: s })),
        ),
        async (status, body) => {
          server.answer(status, body);
          expect((await errorOf(oauth.refresh(tokens))).code).toMatch(/^auth\./);
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('revoke', () => {
  it('sends the token as Kick wants it, in the query, and names it nowhere else', async () => {
    server.answer(200, 'OK');
    await oauth.revoke(new Secret(secrets.refresh), 'refresh_token');
    expect(server.requests[0]).toMatchObject({
      method: 'POST',
      url: `/oauth/revoke?token=${secrets.refresh}&token_hint_type=refresh_token`,
    });
    server.answer(400, { error: `unknown token ${secrets.refresh}` });
    expect((await errorOf(oauth.revoke(new Secret(secrets.refresh), 'refresh_token'))).code).toBe(
      'auth.refused',
    );
    server.respond = (response) => response.destroy();
    await errorOf(oauth.revoke(new Secret(secrets.access), 'access_token'));
  });
});
