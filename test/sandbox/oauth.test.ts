import { randomBytes } from 'node:crypto';
import { type Sandbox, startSandbox } from 'kickbot/sandbox';
import * as oauth from 'oauth4webapi';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const callback = 'http://localhost:3000/callback';
const insecure = { [oauth.allowInsecureRequests]: true };

let sandbox: Sandbox;
let now: number;

beforeEach(async () => {
  now = Date.UTC(2026, 10, 22);
  sandbox = await startSandbox({ clock: () => now });
  sandbox.world.createUser({ username: 'Some_Bot' });
});

afterEach(() => sandbox.close());

function server(): oauth.AuthorizationServer {
  return {
    issuer: sandbox.url,
    authorization_endpoint: `${sandbox.endpoints.auth}/oauth/authorize`,
    token_endpoint: `${sandbox.endpoints.auth}/oauth/token`,
  };
}

function client() {
  return {
    as: server(),
    client: { client_id: sandbox.app.clientId },
    auth: oauth.ClientSecretPost(sandbox.app.clientSecret),
  };
}

async function startLogin(scope = 'user:read chat:write', redirectUri = callback) {
  const verifier = oauth.generateRandomCodeVerifier();
  const url = new URL(`${sandbox.endpoints.auth}/oauth/authorize`);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: sandbox.app.clientId,
    redirect_uri: redirectUri,
    scope,
    state: 'the-state',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }).toString();
  return { url, verifier };
}

async function exchange(redirect: URL, verifier: string, redirectUri = callback) {
  const { as, client: app, auth } = client();
  const parameters = oauth.validateAuthResponse(as, app, redirect, 'the-state');
  const response = await oauth.authorizationCodeGrantRequest(
    as,
    app,
    auth,
    parameters,
    redirectUri,
    verifier,
    insecure,
  );
  return oauth.processAuthorizationCodeResponse(as, app, response);
}

async function refresh(refreshToken: string) {
  const { as, client: app, auth } = client();
  const response = await oauth.refreshTokenGrantRequest(as, app, auth, refreshToken, insecure);
  return oauth.processRefreshTokenResponse(as, app, response);
}

async function login(scope?: string) {
  const { url, verifier } = await startLogin(scope);
  return exchange(await sandbox.consent(url, { as: 'Some_Bot' }), verifier);
}

function post(path: string, body?: Record<string, string>, headers: Record<string, string> = {}) {
  return fetch(`${sandbox.url}${path}`, {
    method: 'POST',
    headers,
    ...(body && { body: new URLSearchParams(body) }),
  });
}

const introspect = async (token: string | undefined) =>
  (await post('/oauth/token/introspect', undefined, { authorization: `Bearer ${token}` })).json();

const refresher = (tokens: oauth.TokenEndpointResponse) => tokens.refresh_token ?? '';

describe('the authorization code flow', () => {
  it('gives oauth4webapi tokens for a consented code (OAuth 2.1, PKCE S256)', async () => {
    const tokens = await login();
    expect(tokens).toMatchObject({ token_type: 'bearer', expires_in: 7200, scope: 'user:read chat:write' });
    expect(tokens.access_token).toHaveLength(48);
    expect(tokens.refresh_token).toHaveLength(48);
  });

  it('goes back to the app and returns what it answers', async () => {
    const { createServer } = await import('node:http');
    const app = createServer((request, response) => response.end(`got ${request.url?.split('?')[0]}`));
    await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
    const address = app.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const own = `http://localhost:${port}/callback`;
    sandbox.app.redirectUris.push(own);
    const { url } = await startLogin('user:read', own);
    const answer = await sandbox.approve(url, { as: 'Some_Bot' });
    expect(await answer.text()).toBe('got /callback');
    app.closeAllConnections();
    app.close();
  });

  it('uses a code once', async () => {
    const { url, verifier } = await startLogin();
    const redirect = await sandbox.consent(url, { as: 'Some_Bot' });
    await exchange(redirect, verifier);
    await expect(exchange(redirect, verifier)).rejects.toMatchObject({ error: 'invalid_grant', status: 400 });
  });

  it('lets a code run out after a minute', async () => {
    const { url, verifier } = await startLogin();
    const redirect = await sandbox.consent(url, { as: 'Some_Bot' });
    now += 61_000;
    await expect(exchange(redirect, verifier)).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  it('refuses another verifier, and burns the code', async () => {
    const { url, verifier } = await startLogin();
    const redirect = await sandbox.consent(url, { as: 'Some_Bot' });
    await expect(exchange(redirect, oauth.generateRandomCodeVerifier())).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    await expect(exchange(redirect, verifier)).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  it('refuses another redirect URI at the exchange', async () => {
    sandbox.app.redirectUris.push(`${callback}/`);
    const { url, verifier } = await startLogin();
    const redirect = await sandbox.consent(url, { as: 'Some_Bot' });
    await expect(exchange(redirect, verifier, `${callback}/`)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });

  it('sends a denial back as access_denied', async () => {
    const { url } = await startLogin();
    const redirect = await sandbox.consent(url, { as: 'Some_Bot', deny: true });
    expect(redirect.searchParams.get('error')).toBe('access_denied');
    expect(redirect.searchParams.get('state')).toBe('the-state');
  });

  it('has no page for a user who does not exist', async () => {
    const { url } = await startLogin();
    await expect(sandbox.consent(url, { as: 'nobody' })).rejects.toThrow('knows no user nobody');
    url.searchParams.delete('state');
    await expect(sandbox.consent(url, { as: 'Some_Bot' })).rejects.toThrow('answered 404');
  });

  it('grants the ticked scopes only', async () => {
    const { url, verifier } = await startLogin('user:read chat:write moderation:ban');
    const redirect = await sandbox.consent(url, { as: 'Some_Bot', scopes: ['chat:write', 'kicks:read'] });
    expect((await exchange(redirect, verifier)).scope).toBe('chat:write');
  });
});

describe('GET /oauth/authorize', () => {
  it.each([
    ['client_id', null],
    ['response_type', 'token'],
    ['redirect_uri', 'http://localhost:3000/callback/'],
    ['state', null],
    ['scope', null],
    ['scope', 'chat:read'],
    ['code_challenge', null],
    ['code_challenge_method', 'plain'],
  ])('redirects to the bare root, a 404, when %s is %s', async (name, value) => {
    const { url } = await startLogin();
    if (value === null) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
    const redirect = await fetch(url, { redirect: 'manual' });
    expect(redirect.headers.get('location')).toBe('/');
    expect((await fetch(url)).status).toBe(404);
  });

  it('falls into the 127.0.0.1 trap unless a decoy parameter came first', async () => {
    const own = 'http://127.0.0.1:4000/callback';
    sandbox.app.redirectUris.push(own);
    const { url } = await startLogin('user:read', own);
    expect((await fetch(url)).status).toBe(404);
    const withDecoy = `${url.origin}${url.pathname}?redirect=127.0.0.1&${url.search.slice(1)}`;
    expect((await fetch(withDecoy)).status).toBe(200);
  });

  it('escapes what it shows, under a policy that forbids scripts', async () => {
    sandbox.world.createUser({ username: '"><img src=x onerror=alert(1)>' });
    const { url } = await startLogin();
    const page = await fetch(url);
    expect(await page.text()).not.toContain('<img');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.headers.get('content-security-policy')).toContain("form-action 'self' http://localhost:3000");
  });
});

describe('POST /oauth/token', () => {
  it('keeps a used refresh token alive by default, beside the new one', async () => {
    const first = await login();
    const second = await refresh(refresher(first));
    expect(second.scope).toBe(first.scope);
    expect(second.refresh_token).not.toBe(first.refresh_token);
    await expect(refresh(refresher(first))).resolves.toHaveProperty('access_token');
  });

  it('burns refresh tokens when they rotate, and ends the grant when a burnt one is used', async () => {
    sandbox.tokens.refreshPolicy = 'rotating';
    const first = await login();
    const second = await refresh(refresher(first));
    await expect(refresh(refresher(first))).rejects.toMatchObject({ error: 'invalid_grant' });
    await expect(refresh(refresher(second))).rejects.toMatchObject({ error: 'invalid_grant' });
    expect(await introspect(second.access_token)).toEqual({ data: { active: false }, message: 'OK' });
  });

  it('gives an app a token without refresh token and scope', async () => {
    const { as, client: app, auth } = client();
    const response = await oauth.clientCredentialsGrantRequest(as, app, auth, {}, insecure);
    const reply: unknown = await response.clone().json();
    const tokens = await oauth.processClientCredentialsResponse(as, app, response);
    expect(reply).toEqual({ access_token: tokens.access_token, token_type: 'Bearer', expires_in: 5_184_000 });
  });

  it('answers 401 invalid_client to a wrong secret', async () => {
    const body = {
      grant_type: 'client_credentials',
      client_id: sandbox.app.clientId,
      client_secret: 'wrong',
    };
    const reply = await post('/oauth/token', body);
    expect(reply.status).toBe(401);
    expect(await reply.json()).toEqual({
      error: 'invalid_client',
      error_description: 'Client authentication failed',
    });
  });

  it('refuses HTTP Basic, JSON and unknown grants with 400 Invalid request', async () => {
    const { clientId, clientSecret } = sandbox.app;
    const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
    const secrets = { client_id: clientId, client_secret: clientSecret };
    for (const reply of [
      await post('/oauth/token', { grant_type: 'client_credentials' }, { authorization: basic }),
      await post(
        '/oauth/token',
        { ...secrets, grant_type: 'client_credentials' },
        { 'content-type': 'application/json' },
      ),
      await post('/oauth/token', { ...secrets, grant_type: 'password' }),
      await post('/oauth/token', { ...secrets, grant_type: 'constructor' }),
      await post('/oauth/token', { ...secrets, grant_type: '__proto__' }),
      await post('/oauth/token', { ...secrets, grant_type: 'refresh_token' }),
    ]) {
      expect(reply.status).toBe(400);
      expect(await reply.json()).toEqual({ error: 'Invalid request' });
    }
  });

  it("does not take another app's refresh token", async () => {
    const { refresh_token: foreign = '' } = sandbox.issueTokens({
      as: 'Some_Bot',
      app: sandbox.registerApp({ redirectUris: [] }),
    });
    await expect(refresh(foreign)).rejects.toMatchObject({ error: 'invalid_grant' });
  });
});

describe('the life of a token', () => {
  it('is told by introspection until it ends by the clock', async () => {
    const { access_token: token } = await login();
    expect(await introspect(token)).toEqual({
      data: {
        active: true,
        client_id: sandbox.app.clientId,
        token_type: 'user',
        scope: 'user:read chat:write',
        exp: now / 1000 + 7200,
      },
      message: 'OK',
    });
    now += 7200_000;
    expect(await introspect(token)).toEqual({ data: { active: false }, message: 'OK' });
  });

  it('ends by revocation, with the token in the query', async () => {
    const tokens = await login();
    const reply = await post(`/oauth/revoke?token=${tokens.access_token}&token_hint_type=access_token`);
    expect(await reply.text()).toBe('OK');
    expect(await introspect(tokens.access_token)).toMatchObject({ data: { active: false } });
    await expect(refresh(refresher(tokens))).resolves.toHaveProperty('access_token');
  });

  it('ends for the whole grant when its refresh token is revoked', async () => {
    const tokens = await login();
    await post(`/oauth/revoke?token=${tokens.refresh_token}&token_hint_type=refresh_token`);
    expect(await introspect(tokens.access_token)).toMatchObject({ data: { active: false } });
    await expect(refresh(refresher(tokens))).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  it('needs the token in the query: a body alone is refused', async () => {
    const reply = await post('/oauth/revoke', { token: randomBytes(8).toString('hex') });
    expect(reply.status).toBe(400);
  });

  it('ends on order: for access tokens, and for a user who disconnects the app', async () => {
    const tokens = await login();
    sandbox.tokens.expireAccessTokens();
    expect(await introspect(tokens.access_token)).toMatchObject({ data: { active: false } });
    await refresh(refresher(tokens));
    sandbox.tokens.disconnect(sandbox.world.user('Some_Bot'));
    await expect(refresh(refresher(tokens))).rejects.toMatchObject({ error: 'invalid_grant' });
  });
});
