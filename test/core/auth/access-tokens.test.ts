import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TokenSource } from '../../../src/core/kick/token-source.js';
import { Secret } from '../../../src/core/primitives/secret.js';
import type { Database } from '../../../src/core/storage/schema.js';
import { cloudflareBlock, type Sandbox, startSandbox } from '../../../src/sandbox/index.js';
import { openTestDatabase } from '../../support/database.js';
import { FakeClock } from '../../support/fake-clock.js';
import { setUpAuth } from './auth-setup.js';

const id = 'bot:my-bot';
const life = 7200_000;
const tokenPath = 'POST /oauth/token';

let clock: FakeClock;
let sandbox: Sandbox;
let database: Database;
let bot: ReturnType<typeof setUpAuth>;
const started: ReturnType<typeof setUpAuth>[] = [];

/** Another process on the same database, or this one after a restart. */
function startProcess(options: { clientId?: string } = {}) {
  const { clientId, clientSecret } = sandbox.app;
  const setup = setUpAuth({
    authUrl: sandbox.url,
    database,
    clock,
    clientId: options.clientId ?? clientId,
    clientSecret: new Secret(clientSecret),
  });
  started.push(setup);
  return setup;
}

beforeEach(async () => {
  clock = new FakeClock();
  sandbox = await startSandbox({ clock: () => clock.now(), refreshTokens: 'rotating' });
  sandbox.world.createUser({ username: 'MyBot' });
  database = await openTestDatabase();
  bot = startProcess();
});
afterEach(async () => {
  for (const { tokens } of started.splice(0)) await tokens.stop();
  await sandbox.close();
  await database.destroy();
});

/** A login, without its pages. */
async function logIn(setup = bot) {
  const { access_token, refresh_token = '', expires_in, scope = '' } = sandbox.issueTokens({ as: 'MyBot' });
  await setup.tokens.setUserToken({
    accountId: 'my-bot',
    type: 'bot',
    accessToken: access_token,
    refreshToken: refresh_token,
    expiresIn: expires_in,
    scope,
  });
  return access_token;
}

const source = (setup = bot): TokenSource => setup.tokens.for(id);
const current = async (setup = bot) => (await source(setup).accessToken()).reveal();
const refreshes = () => sandbox.requests.list('POST', '/oauth/token').length;
const isGood = (token: string) => sandbox.tokens.find(token) !== undefined;
const stored = async () => (await bot.store.read(id))?.tokens.accessToken.reveal();
/** Lets time pass while requests are on their way, for what waits in between. */
const passing = async <T>(result: Promise<T>, stepMs: () => number): Promise<T> => {
  let done = false;
  const settled = result.finally(() => {
    done = true;
  });
  settled.catch(() => undefined);
  while (!done) {
    await new Promise((resolve) => setTimeout(resolve, 2));
    clock.advance(stepMs());
  }
  return settled;
};

describe('AccessTokens', () => {
  it('hands out the stored token, also after a restart, and asks Kick nothing', async () => {
    const token = await logIn();
    expect(await current()).toBe(token);
    expect(await current(startProcess())).toBe(token);
    expect(refreshes()).toBe(0);
    expect(await bot.accounts.list()).toMatchObject([{ id, kind: 'bot', identifier: 'my-bot' }]);
  });

  it('says how to log in where nobody did', async () => {
    await expect(current()).rejects.toMatchObject({
      code: 'auth.login_needed',
      message: expect.stringContaining('kickbot login --type bot --account my-bot'),
    });
    await logIn(startProcess());
    await expect(current()).resolves.toHaveLength(48);
  });

  it('37. 100 callers at expiry cause one refresh, and all get its token', async () => {
    await logIn();
    sandbox.faults.next(tokenPath, { delayMs: 20 });
    const other = startProcess();
    await bot.tokens.stop();
    clock.advance(life);
    const all = await Promise.all(Array.from({ length: 100 }, () => current(other)));
    expect(new Set(all).size).toBe(1);
    expect(isGood(all[0] ?? '')).toBe(true);
    expect(refreshes()).toBe(1);
  });

  it('37. 100 parallel refusals cause one refresh, and late ones none', async () => {
    const stale = new Secret(await logIn());
    sandbox.tokens.expireAccessTokens();
    const all = await Promise.all(Array.from({ length: 100 }, () => source().replaceRefused(stale)));
    const late = await source().replaceRefused(stale);
    expect(new Set([...all, late].map((token) => token.reveal())).size).toBe(1);
    expect(isGood(late.reveal())).toBe(true);
    expect(refreshes()).toBe(1);
  });

  it('a fresh token that is refused again is not refreshed over and over', async () => {
    let token = new Secret(await logIn());
    token = await source().replaceRefused(token);
    await expect(source().replaceRefused(token)).rejects.toMatchObject({ code: 'auth.token_refused' });
    expect(refreshes()).toBe(1);
    clock.advance(30_000);
    await source().replaceRefused(token);
    expect(refreshes()).toBe(2);
  });

  it('41. refreshes by itself at a random point in the last 10 to 20 % of life', async () => {
    const token = await logIn();
    clock.advance(life * 0.8 - 1);
    expect(refreshes()).toBe(0);
    expect(await current()).toBe(token);
    clock.advance(life * 0.1 + 1);
    await vi.waitFor(async () => expect(await stored()).not.toBe(token));
    expect(refreshes()).toBe(1);
    expect(isGood(await current())).toBe(true);
  });

  it('41. refreshes the tokens of every account, used or not, after a restart and once a day at least', async () => {
    const { access_token, refresh_token = '' } = sandbox.issueTokens({ as: 'MyBot' });
    const monthly = {
      accessToken: access_token,
      refreshToken: refresh_token,
      expiresIn: 30 * 86_400,
      scope: '',
    };
    await bot.tokens.setUserToken({ accountId: 'my-bot', type: 'bot', ...monthly });
    await bot.tokens.stop();
    await startProcess().tokens.start();
    clock.advance(86_400_000);
    await vi.waitFor(async () => expect(await stored()).not.toBe(access_token));
    expect(refreshes()).toBe(1);
  });

  it('38. nobody gets a new token before it is in the database', async () => {
    await logIn();
    const write = bot.store.write.bind(bot.store);
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const writing = vi.spyOn(bot.store, 'write').mockImplementationOnce(async (...parameters) => {
      await held;
      return write(...parameters);
    });
    clock.advance(life);
    let given: string | undefined;
    const asked = current().then(async (token) => {
      given = token;
      expect(await stored()).toBe(token);
    });
    await vi.waitFor(() => expect(writing).toHaveBeenCalledOnce());
    await new Promise((resolve) => setImmediate(resolve));
    expect(given).toBeUndefined();
    release();
    await asked;
    expect(isGood(given ?? '')).toBe(true);
  });

  it('38. 25. tokens that cannot be written are used, told of, and written as soon as that works', async () => {
    const stale = new Secret(await logIn());
    const write = vi.spyOn(bot.store, 'write').mockRejectedValueOnce(new Error('database or disk is full'));
    const fresh = await source().replaceRefused(stale);
    expect(isGood(fresh.reveal())).toBe(true);
    expect(await stored()).toBe(stale.reveal());
    expect(bot.logger.lines).toContainEqual(['error', expect.stringMatching(/disk is full.*make room/)]);
    clock.advance(300_000);
    await vi.waitFor(async () => expect(await stored()).toBe(fresh.reveal()));
    expect(refreshes()).toBe(1);
    write.mockRestore();
  });

  it('38. a stop writes what could not be written before', async () => {
    const stale = new Secret(await logIn());
    vi.spyOn(bot.store, 'write').mockRejectedValueOnce(new Error('database or disk is full'));
    const fresh = await source().replaceRefused(stale);
    expect(await stored()).toBe(stale.reveal());
    await bot.tokens.stop();
    expect(await stored()).toBe(fresh.reveal());
    expect(clock.pending).toBe(0);
  });

  it('38. a stop waits for the refresh on its way', async () => {
    const stale = new Secret(await logIn());
    sandbox.faults.next(tokenPath, { delayMs: 30 });
    const refreshed = source().replaceRefused(stale);
    await new Promise((resolve) => setImmediate(resolve));
    await bot.tokens.stop();
    expect(await stored()).not.toBe(stale.reveal());
    expect(await stored()).toBe((await refreshed).reveal());
    expect(clock.pending).toBe(0);
  });

  it('38. a stopped bot asks for no tokens it could not store', async () => {
    await logIn();
    await bot.tokens.stop();
    clock.advance(life);
    await expect(current()).rejects.toMatchObject({ code: 'auth.stopped' });
    expect(refreshes()).toBe(0);
  });

  it('38. tokens that could not be written are not given up for the older ones in the database', async () => {
    const stale = new Secret(await logIn());
    const write = vi.spyOn(bot.store, 'write').mockRejectedValue(new Error('database or disk is full'));
    const fresh = await source().replaceRefused(stale);
    sandbox.faults.next(tokenPath, { status: 401, body: { error: 'invalid_client' } });
    clock.advance(life * 0.9);
    await current();
    const isStopped = expect.stringContaining('does not know this app');
    await vi.waitFor(() => expect(bot.logger.lines).toContainEqual(['error', isStopped]));
    expect(await current()).toBe(fresh.reveal());
    write.mockRestore();
    clock.advance(300_000);
    await vi.waitFor(async () => expect(await stored()).toBe(fresh.reveal()));
  });

  it.each([
    ['a lost connection', { cut: 'before' }],
    ['429', { status: 429, retryAfter: 1 }],
    ['500', { status: 500 }],
    ['Cloudflare', cloudflareBlock],
    ['a page', { status: 200, body: '<html>' }],
    ['half an answer', { status: 200, body: { access_token: 'x' }, cut: 'midway' }],
  ] as const)(
    '39. %s keeps the tokens, serves the old one while it lives, and backs off',
    async (_, fault) => {
      const token = await logIn();
      sandbox.faults.next(tokenPath, fault, 2);
      clock.advance(life * 0.9);
      await vi.waitFor(() => expect(bot.logger.lines).toHaveLength(1));
      expect(await current()).toBe(token);
      expect(refreshes()).toBe(1);
      clock.advance(1000);
      await vi.waitFor(() => expect(bot.logger.lines).toHaveLength(2));
      clock.advance(2000);
      await vi.waitFor(async () => expect(isGood(await current())).toBe(true));
      await vi.waitFor(async () => expect(await current()).not.toBe(token));
      expect(refreshes()).toBe(3);
    },
  );

  it('39. an ended token and a server that is down: the error at once, and no storm', async () => {
    await logIn();
    sandbox.faults.next(tokenPath, { status: 503 }, Number.POSITIVE_INFINITY);
    clock.advance(life);
    await expect(current()).rejects.toMatchObject({ code: 'auth.unavailable' });
    for (let hour = 0; hour < 36; hour += 1) {
      clock.advance(100_000);
      await current().catch(() => undefined);
    }
    expect(refreshes()).toBeLessThan(40);
    sandbox.faults.clear();
    clock.advance(300_000);
    await vi.waitFor(async () => expect(isGood(await current())).toBe(true));
  });

  it('34. 39. a new refresh token is saved out of an answer that cannot be used', async () => {
    await logIn();
    const rotated = sandbox.issueTokens({ as: 'MyBot' }).refresh_token;
    sandbox.faults.next(tokenPath, {
      status: 200,
      body: { refresh_token: rotated, token_type: 'Bearer', expires_in: 7200 },
    });
    clock.advance(life * 0.9);
    await vi.waitFor(() => expect(bot.logger.lines).toHaveLength(1));
    expect((await bot.store.read(id))?.tokens.refreshToken?.reveal()).toBe(rotated);
    clock.advance(1000);
    await vi.waitFor(async () => expect(isGood((await stored()) ?? '')).toBe(true));
    await vi.waitFor(() => expect(refreshes()).toBe(2));
  });

  it('36. 39. a dead grant stops for good with one line; the access token serves until it ends', async () => {
    const token = await logIn();
    sandbox.tokens.disconnect(sandbox.world.user('MyBot'));
    clock.advance(life * 0.9);
    await vi.waitFor(() =>
      expect(bot.logger.lines).toEqual([['error', expect.stringContaining('kickbot login')]]),
    );
    expect(await current()).toBe(token);
    clock.advance(life);
    for (let call = 0; call < 5; call += 1) {
      await expect(current()).rejects.toMatchObject({
        code: 'auth.login_needed',
        cause: { code: 'auth.invalid_grant' },
      });
    }
    await expect(source().replaceRefused(new Secret(token))).rejects.toMatchObject({
      code: 'auth.login_needed',
    });
    expect(refreshes()).toBe(1);
    expect(bot.logger.lines).toHaveLength(1);
  });

  it('another process’s login ends the need for one, without a restart', async () => {
    await logIn();
    sandbox.tokens.disconnect(sandbox.world.user('MyBot'));
    clock.advance(life);
    await expect(current()).rejects.toMatchObject({ code: 'auth.login_needed' });
    const anew = await logIn(startProcess());
    expect(await current()).toBe(anew);
  });

  it('39. wrong app settings stop without a storm and keep the tokens', async () => {
    const token = await logIn();
    const wrong = startProcess({ clientId: 'somebody-else' });
    await bot.tokens.stop();
    clock.advance(life);
    for (let call = 0; call < 3; call += 1) {
      await expect(current(wrong)).rejects.toMatchObject({ code: 'auth.invalid_client' });
    }
    expect(refreshes()).toBe(1);
    expect(await stored()).toBe(token);
  });

  it('40. tokens another process refreshed are taken over, not refreshed again', async () => {
    await logIn();
    const other = startProcess();
    await current(other);
    clock.advance(life);
    const [one, two] = await passing(Promise.all([current(), current(other)]), () => 10);
    expect(one).toBe(two);
    expect(isGood(one)).toBe(true);
    expect(refreshes()).toBe(1);
  });

  it('40. invalid_grant because another process was faster is no reason to log in', async () => {
    const stale = new Secret(await logIn());
    const answer = sandbox.issueTokens({ as: 'MyBot' });
    const oauth = vi.spyOn(bot.oauth, 'refresh').mockImplementationOnce(async (tokens) => {
      await bot.store.write(
        id,
        { ...tokens, accessToken: new Secret(answer.access_token), receivedAt: clock.now() },
        { replaces: 1 },
      );
      oauth.mockRestore();
      const refreshToken = new Secret('spent');
      return bot.oauth.refresh({ ...tokens, refreshToken });
    });
    const fresh = await source().replaceRefused(stale);
    expect(fresh.reveal()).toBe(answer.access_token);
    expect(bot.logger.lines).toEqual([]);
  });

  it('waits for the process that is refreshing, and refreshes itself when that one died', async () => {
    await logIn();
    await bot.store.lease(id, 1, { holder: 'a dead process', now: clock.now() + life, lengthMs: 30_000 });
    const other = startProcess();
    await bot.tokens.stop();
    clock.advance(life);
    const before = clock.monotonic();
    const untilAsked = () => (refreshes() === 0 ? 1000 : 0);
    expect(isGood(await passing(current(other), untilAsked))).toBe(true);
    expect(clock.monotonic() - before).toBeGreaterThanOrEqual(30_000);
    expect(refreshes()).toBe(1);
  });

  it.each([
    ['forward', 86_400_000],
    ['forward a year', 365 * 86_400_000],
    ['back', -86_400_000],
  ])('42. a wall clock that jumps %s while the bot runs changes nothing', async (_, ms) => {
    const token = await logIn();
    clock.stepWall(ms);
    expect(await current()).toBe(token);
    clock.advance(life * 0.8 - 1);
    expect(await current()).toBe(token);
    expect(refreshes()).toBe(0);
    clock.advance(life * 0.2);
    await vi.waitFor(async () => expect(await stored()).not.toBe(token));
    expect(refreshes()).toBe(1);
  });

  it.each([86_400_000, -86_400_000])(
    '42. a wall clock off by %i ms at a restart costs one refresh at most',
    async (ms) => {
      await logIn();
      await bot.tokens.stop();
      clock.stepWall(ms);
      const restarted = startProcess();
      await restarted.tokens.start();
      clock.advance(0);
      await current(restarted);
      await vi.waitFor(() => expect(refreshes()).toBe(ms > 0 ? 1 : 0));
      clock.advance(life * 0.7);
      await current(restarted);
      expect(refreshes()).toBeLessThanOrEqual(1);
    },
  );

  it('28. does not overwrite tokens it cannot read', async () => {
    await logIn();
    await database.updateTable('tokens').set({ sealed: '{}' }).execute();
    const restarted = startProcess();
    await restarted.tokens.start();
    expect(restarted.logger.lines).toEqual([['error', expect.stringContaining('kickbot logout')]]);
    await expect(logIn(restarted)).rejects.toMatchObject({ code: 'auth.tokens_unreadable' });
    expect(await database.selectFrom('tokens').select('sealed').execute()).toEqual([{ sealed: '{}' }]);
  });

  const revocations = () =>
    sandbox.requests
      .list('POST', '/oauth/revoke')
      .map(({ query }) => query.token_hint_type)
      .sort();

  it('44. a logout revokes both tokens and forgets the account', async () => {
    const token = await logIn();
    await bot.tokens.logout(id);
    expect(isGood(token)).toBe(false);
    expect(revocations()).toEqual(['access_token', 'refresh_token']);
    expect(await bot.accounts.list()).toEqual([]);
    await expect(current()).rejects.toMatchObject({ code: 'auth.login_needed' });
    expect(clock.pending).toBe(0);
  });

  it('44. a logout forgets the account when Kick does not answer, too, and leaves neither token untried', async () => {
    await logIn();
    sandbox.faults.next('POST /oauth/revoke', { status: 500 });
    await bot.tokens.logout(id);
    expect(await stored()).toBeUndefined();
    expect(revocations()).toEqual(['access_token', 'refresh_token']);
    expect(bot.logger.lines).toEqual([['warn', expect.stringContaining('could not be revoked')]]);
  });

  it('44. a login that ends while another process starts is not taken for a logout', async () => {
    const other = startProcess();
    const list = other.accounts.list.bind(other.accounts);
    vi.spyOn(other.accounts, 'list').mockImplementationOnce(async () => {
      const before = await list();
      await logIn();
      return before;
    });
    await other.tokens.start();
    expect(await stored()).toBeDefined();
    expect(revocations()).toEqual([]);
  });

  it('44. a crash in the middle of a logout leaves the tokens to be revoked at the next start', async () => {
    const token = await logIn();
    await bot.tokens.setUserToken({
      accountId: 'other',
      type: 'bot',
      accessToken: 'of-another-account',
      expiresIn: 7200,
      scope: '',
    });
    vi.spyOn(bot.oauth, 'revoke').mockReturnValue(new Promise(() => undefined));
    void bot.tokens.logout(id);
    await vi.waitFor(async () => expect(await bot.accounts.find(id)).toBeUndefined());
    expect(await stored()).toBe(token);
    await bot.tokens.stop();
    await startProcess().tokens.start();
    expect(revocations()).toEqual(['access_token', 'refresh_token']);
    expect(isGood(token)).toBe(false);
    expect(await bot.store.accountIds()).toEqual(['bot:other']);
  });

  it('refuses a token set with a field missing, and quotes no token', async () => {
    const wrong = {
      accountId: 'my-bot',
      type: 'bot',
      accessToken: 'canary',
      expiresIn: -1,
      scope: 'a',
    } as const;
    const error: unknown = await bot.tokens.setUserToken(wrong).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'auth.invalid_token_set',
      message: expect.stringContaining('expiresIn'),
    });
    expect(inspect(error, { depth: 10 })).not.toContain('canary');
  });

  it('refuses tokens that were copied with a line break', async () => {
    const copied = { accountId: 'my-bot', type: 'bot', accessToken: 'a\n', refreshToken: 'b ' } as const;
    await expect(bot.tokens.setUserToken({ ...copied, expiresIn: 1, scope: '' })).rejects.toMatchObject({
      code: 'auth.invalid_token_set',
      message: expect.stringContaining('accessToken, refreshToken'),
    });
  });

  it('43. shows no token when it is printed', async () => {
    const token = await logIn();
    const shown = inspect(bot.tokens, { depth: 12, showHidden: true, getters: true });
    expect(shown).not.toContain(token);
    expect(shown).not.toContain(sandbox.app.clientSecret);
    expect(JSON.stringify(await bot.store.read(id))).not.toContain(token);
  });
});
