import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../src/core/primitives/secret.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.js';
import { consoleFor, password, Visitor } from './setup.js';

const publicUrl = 'https://bot.example';

let sandbox: Sandbox;
let opened: ReturnType<typeof consoleFor>;
/** Signed in once for all tests: a check of the password takes its time. */
let operator: Visitor;

beforeAll(async () => {
  sandbox = await startSandbox();
  sandbox.world.createUser({ username: 'MyBot', bot: true });
  opened = consoleFor(sandbox, { publicUrl });
  await opened.bot.operatorPassword.set(new Secret(password));
  operator = await new Visitor(opened.app, opened.origin).signIn();
});
beforeEach(() => sandbox.requests.clear());
afterEach(async () => {
  for (const { id } of await opened.bot.accounts.list()) await opened.bot.accounts.logout(id);
});
afterAll(async () => {
  await opened.bot.stop();
  await sandbox.close();
});

const tokenRequests = () => sandbox.requests.list('POST', '/oauth/token').length;
const callbackPath = '/v1/integrations/callback/kick';
const pageOf = async (visitor = operator) => (await visitor.get('/console/integrations')).text();

/** Goes to Kick's page and back to the console; the page at the end. */
async function allow(url: string, consent: { scopes?: string[]; deny?: boolean } = {}) {
  const callback = await sandbox.consent(url, { as: 'MyBot', ...consent });
  const answer = await operator.get(callback.href);
  return { callback, answer, page: await pageOf() };
}

describe('connecting', () => {
  it('9. 16. 18. leads to Kick and back to a page that says who was connected, with which scopes', async () => {
    const { bot } = opened;
    const url = await operator.connect('bot', 'my-bot');
    expect(new URL(url).searchParams.get('redirect_uri')).toBe(`${publicUrl}${callbackPath}`);
    const { answer, page } = await allow(url);
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe('/console/integrations');
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(page).toContain('Connected MyBot (bot:my-bot)');
    expect(page).toContain('Granted: user:read, chat:write');
    expect(page).toContain('data-state="connected"');
    expect(await bot.accounts.list()).toMatchObject([{ id: 'bot:my-bot', user: { username: 'MyBot' } }]);
    expect(await pageOf()).not.toContain('Connected MyBot');
  });

  it('3. 10. 11. 12. 13. 14. a wrong callback asks Kick nothing and ends no login; the right one counts once', async () => {
    const first = await operator.connect('bot', 'my-bot');
    const second = await operator.connect('channel', 'mine');
    const challenge = (url: string) => new URL(url).searchParams.get('code_challenge');
    expect(challenge(first)).not.toBe(challenge(second));
    const callback = await sandbox.consent(first, { as: 'MyBot' });
    const state = callback.searchParams.get('state') ?? '';
    const wrong = [
      '?code=x',
      '?code=x&state=',
      `?code=x&state=${'A'.repeat(43)}`,
      `?error=access_denied&state=${'A'.repeat(43)}`,
      `?code=x&state=${state}&state=${state}`,
      `?code=x&code=y&state=${state}`,
      `?error=a&error=b&state=${state}`,
      `?state=${state}`,
      `?state=${state}&code=${'x'.repeat(2049)}`,
    ];
    for (const query of wrong) {
      expect((await operator.get(`${callbackPath}${query}`)).status, query).toBe(400);
    }
    expect(tokenRequests()).toBe(0);
    expect((await operator.get(callback.href)).status).toBe(303);
    expect(await pageOf()).toContain('Connected MyBot (bot:my-bot)');
    const again = await operator.get(callback.href);
    expect([again.status, await again.text()]).toEqual([400, expect.stringContaining('already used')]);
    expect(tokenRequests()).toBe(1);

    // Somebody else's code with this login's state: the verifier does not fit.
    const stolen = new URL(await sandbox.consent(await operator.connect('bot', 'other'), { as: 'MyBot' }));
    stolen.searchParams.set('state', new URL(second).searchParams.get('state') ?? '');
    expect((await operator.get(stolen.href)).status).toBe(303);
    expect(await pageOf()).toContain('Kick refuses the code of this login');
  });

  it('9. only the browser that began a login ends it; another one uses nothing up', async () => {
    const { app, origin } = opened;
    const callback = await sandbox.consent(await operator.connect('bot', 'my-bot'), { as: 'MyBot' });
    const stranger = new Visitor(app, origin);
    expect((await stranger.get(callback.href)).status).toBe(403);
    expect((await (await stranger.signIn()).get(callback.href)).status).toBe(403);
    expect(tokenRequests()).toBe(0);
    expect((await operator.get(callback.href)).status).toBe(303);
  });

  it('4. 7. a login waits 10 minutes, and the 33rd takes the place of the oldest', async () => {
    const { clock } = opened;
    const late = await sandbox.consent(await operator.connect('bot', 'late'), { as: 'MyBot' });
    clock.advance(10 * 60_000);
    expect((await operator.get(late.href)).status).toBe(400);
    const oldest = await sandbox.consent(await operator.connect('bot', 'oldest'), { as: 'MyBot' });
    const next = await sandbox.consent(await operator.connect('bot', 'next'), { as: 'MyBot' });
    for (let login = 0; login < 31; login += 1) await operator.connect('bot', `flood-${login}`);
    expect((await operator.get(oldest.href)).status).toBe(400);
    expect((await operator.get(next.href)).status).toBe(303);
  });

  it('20. looks of link previews use nothing up, other methods are refused', async () => {
    const { app } = opened;
    const callback = await sandbox.consent(await operator.connect('bot', 'my-bot'), { as: 'MyBot' });
    expect(
      (await app.request(callback.href, { method: 'HEAD', headers: { host: callback.host } })).status,
    ).toBe(204);
    expect((await operator.get(callback.href, { 'sec-purpose': 'prefetch' })).status).toBe(503);
    expect((await operator.post(callback.pathname + callback.search, {})).status).toBe(405);
    expect((await operator.get(callback.href)).status).toBe(303);
  });

  it('16. 17. nothing in a request decides where to go', async () => {
    const { app } = opened;
    const forged = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' };
    const page = await (await operator.get('/console/integrations', forged)).text();
    const [, csrf = ''] = /name="csrf" value="([^"]+)"/.exec(page) ?? [];
    const form = { csrf, kind: 'bot', identifier: 'my-bot' };
    const begun = await operator.post('/console/integrations/connect', form, forged);
    const url = begun.headers.get('location') ?? '';
    expect(new URL(url).searchParams.get('redirect_uri')).toBe(`${publicUrl}${callbackPath}`);
    const callback = await sandbox.consent(url, { as: 'MyBot' });
    callback.searchParams.set('next', '//evil.example');
    expect((await operator.get(callback.href, forged)).headers.get('location')).toBe('/console/integrations');
    expect((await app.request(callback.href, { headers: { host: 'evil.example' } })).status).toBe(403);
  });

  it('19. 22. says why a login failed, in plain words and escaped', async () => {
    const denied = await allow(await operator.connect('bot', 'my-bot'), { deny: true });
    expect(denied.page).toContain('Access was not granted on Kick’s page');
    const url = new URL(await operator.connect('bot', 'my-bot'));
    const hostile = new URL(`${publicUrl}${callbackPath}`);
    hostile.search = String(
      new URLSearchParams({
        state: url.searchParams.get('state') ?? '',
        error: '"><img src=x onerror=alert(1)>',
        error_description: `<script>alert(1)</script>${'A'.repeat(1000)}`,
        error_uri: 'javascript:alert(1)',
      }),
    );
    await operator.get(hostile.href);
    const page = await pageOf();
    expect(page).toContain('Kick refused with a reason kickbot does not know');
    expect(page).not.toMatch(/<script|<img|javascript:|A{300}/);
  });

  it('says what is wrong with a name or the configuration, and goes nowhere', async () => {
    expect(await operator.connect('bot', '../<b>')).toBe('/console/integrations');
    expect(await pageOf()).toContain('cannot name an account');
  });

  it('6. 33. names the scopes that were not granted, and keeps showing them', async () => {
    const { page } = await allow(await operator.connect('bot', 'my-bot'), {
      scopes: ['user:read', 'chat:write'],
    });
    const missing = 'moderation:ban, moderation:chat_message:manage, events:subscribe';
    expect(page).toContain(`Not granted, so not available: ${missing}`);
    expect(await pageOf()).toContain('data-state="missing-scopes"');
  });

  it('at another address than the one Kick sends back to says where to go instead', async () => {
    const { app } = opened;
    const local = await new Visitor(app, 'http://localhost:3000').signIn();
    expect(await pageOf(local)).toContain(`${publicUrl}/console/integrations`);
    expect(await pageOf(local)).not.toContain('Connect a bot');
    expect(await pageOf()).toContain('Connect a bot');
    expect(await local.connect('bot', 'my-bot')).toBe('/console/integrations');
  });
});

describe('disconnecting', () => {
  it('44. revokes the tokens and forgets the account', async () => {
    const { bot } = opened;
    await allow(await operator.connect('bot', 'my-bot'));
    await operator.submit('/console/integrations/disconnect', { account: 'bot:my-bot' });
    expect(await pageOf()).toContain('Disconnected bot:my-bot');
    expect(sandbox.requests.list('POST', '/oauth/revoke').length).toBe(2);
    expect(await bot.accounts.list()).toEqual([]);
    await operator.submit('/console/integrations/disconnect', { account: 'bot:my-bot' });
    expect(await pageOf()).toContain('There is no such account');
  });
});

describe('the state of an account', () => {
  it.each([
    ['connected', { refreshToken: 'r', expiresIn: 7200, scope: 'all' }, 'Connected'],
    ['expiring', { expiresIn: 7200, scope: 'all' }, 'cannot be renewed'],
    ['login-needed', { expiresIn: 0, scope: 'all' }, 'connect it again'],
    ['missing-scopes', { refreshToken: 'r', expiresIn: 7200, scope: 'user:read' }, 'chat:write'],
  ])('is %s', async (state, { scope, ...token }, words) => {
    const { bot } = opened;
    const scopes = 'user:read chat:write moderation:ban moderation:chat_message:manage events:subscribe';
    await bot.accounts.setUserToken({
      accountId: 'my-bot',
      type: 'bot',
      accessToken: 'canary',
      ...token,
      scope: scope === 'all' ? scopes : scope,
    });
    const page = await pageOf();
    expect(page).toContain(`data-state="${state}"`);
    expect(page).toContain(words);
    expect(page).not.toContain('canary');
  });
});
