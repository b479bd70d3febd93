import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppTokens } from '../../../src/core/auth/app-tokens.js';
import { TokenSealer } from '../../../src/core/auth/token-sealer.js';
import { TokenStore } from '../../../src/core/auth/token-store.js';
import { SystemRandom } from '../../../src/core/primitives/random.js';
import { Secret } from '../../../src/core/primitives/secret.js';
import type { Database } from '../../../src/core/storage/schema.js';
import { type Sandbox, startSandbox } from '../../../src/sandbox/index.js';
import { openTestDatabase } from '../../support/database.js';
import { FakeClock } from '../../support/fake-clock.js';
import { secretKey, setUpAuth } from './auth-setup.js';

let clock: FakeClock;
let sandbox: Sandbox;
let database: Database;
const started: AppTokens[] = [];

beforeEach(async () => {
  clock = new FakeClock();
  sandbox = await startSandbox({ clock: () => clock.now() });
  database = await openTestDatabase();
});
afterEach(async () => {
  for (const tokens of started.splice(0)) await tokens.stop();
  await sandbox.close();
  await database.destroy();
});

function startProcess({ key = secretKey, clientSecret = sandbox.app.clientSecret } = {}) {
  const { clientId } = sandbox.app;
  const { oauth, logger } = setUpAuth({
    authUrl: sandbox.url,
    database,
    clock,
    clientId,
    ...(clientSecret !== '' && { clientSecret: new Secret(clientSecret) }),
  });
  const random = new SystemRandom();
  const store = new TokenStore(database, new TokenSealer([key], random, logger), 'app');
  const holder = `process ${started.length}`;
  const tokens = new AppTokens(`app:${clientId}`, { oauth, store, clock, random, logger, holder });
  started.push(tokens);
  return tokens;
}

const requests = () => sandbox.requests.list('POST', '/oauth/token').length;
const isTheApps = (token: Secret) => {
  const found = sandbox.tokens.find(token.reveal());
  return found !== undefined && found.grant === undefined;
};

describe('AppTokens', () => {
  it('asks Kick on first use, once for all callers, and keeps the token over a restart', async () => {
    const tokens = startProcess();
    expect(requests()).toBe(0);
    const all = await Promise.all(Array.from({ length: 100 }, () => tokens.accessToken()));
    expect(new Set(all.map((token) => token.reveal())).size).toBe(1);
    expect(all.every(isTheApps)).toBe(true);
    expect((await startProcess().accessToken()).reveal()).toBe(all[0]?.reveal());
    expect(requests()).toBe(1);
    expect(await database.selectFrom('tokens').select('purpose').execute()).toEqual([{ purpose: 'app' }]);
  });

  it('fetches another one ahead of the end', async () => {
    const tokens = startProcess();
    const first = await tokens.accessToken();
    clock.advance(5_184_000_000);
    const next = await tokens.accessToken();
    expect(next.reveal()).not.toBe(first.reveal());
    expect(isTheApps(next)).toBe(true);
  });

  it('fetches one for all whose token was refused', async () => {
    const tokens = startProcess();
    const stale = await tokens.accessToken();
    sandbox.tokens.expireAccessTokens();
    const all = await Promise.all(Array.from({ length: 20 }, () => tokens.replaceRefused(stale)));
    expect(new Set(all.map((token) => token.reveal())).size).toBe(1);
    expect(isTheApps(all[0] ?? stale)).toBe(true);
    expect(requests()).toBe(2);
  });

  it('fetches another one where the stored one cannot be opened', async () => {
    await startProcess().accessToken();
    const otherKey = new Secret(Buffer.alloc(32, 9).toString('base64'));
    expect(isTheApps(await startProcess({ key: otherKey }).accessToken())).toBe(true);
  });

  it('fetches another one where it is gone from the database', async () => {
    const tokens = startProcess();
    const stale = await tokens.accessToken();
    await database.deleteFrom('tokens').execute();
    sandbox.tokens.expireAccessTokens();
    const fresh = await tokens.replaceRefused(stale);
    expect(fresh.reveal()).not.toBe(stale.reveal());
    expect(isTheApps(fresh)).toBe(true);
  });

  it('speaks of no login where Kick gives the app no other token', async () => {
    const tokens = startProcess();
    const stale = await tokens.accessToken();
    sandbox.faults.next('POST /oauth/token', { status: 400, body: { error: 'invalid_grant' } });
    await expect(tokens.replaceRefused(stale)).rejects.toMatchObject({
      code: 'auth.invalid_grant',
      message: expect.stringContaining('Kick gives this app no token of its own'),
    });
  });

  it('tries again after a failure', async () => {
    const tokens = startProcess();
    sandbox.faults.next('POST /oauth/token', { status: 503 });
    await expect(tokens.accessToken()).rejects.toMatchObject({ code: 'auth.unavailable' });
    await vi.waitFor(async () => expect(isTheApps(await tokens.accessToken())).toBe(true));
  });

  it.each([
    ['', 'config.client_missing'],
    ['wrong', 'auth.invalid_client'],
  ])('names the setting when the app’s secret is "%s"', async (clientSecret, code) => {
    await expect(startProcess({ clientSecret }).accessToken()).rejects.toMatchObject({
      code,
      message: expect.stringContaining('KICK_INTEGRATION_CLIENT_SECRET'),
    });
  });
});
