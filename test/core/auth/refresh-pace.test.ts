import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RefreshPace } from '../../../src/core/auth/refresh-pace.js';
import { Secret } from '../../../src/core/primitives/secret.js';
import { openDatabase } from '../../../src/core/storage/database.js';
import type { Database } from '../../../src/core/storage/schema.js';
import { type Sandbox, startSandbox } from '../../../src/sandbox/index.js';
import { FakeClock } from '../../support/fake-clock.js';
import { setUpAuth } from './auth-setup.js';

const lifeSeconds = 7200;

/** Notes when calls fall due, and makes none. */
class NotingClock extends FakeClock {
  readonly due: number[] = [];
  override schedule(delayMs: number): () => void {
    this.due.push(this.monotonic() + delayMs);
    return () => {};
  }
}

describe('refreshes nobody waits for', () => {
  let sandbox: Sandbox;
  let database: Database;
  beforeEach(async () => {
    sandbox = await startSandbox();
    database = await openDatabase({ url: 'sqlite::memory:', directory: '.' });
  });
  afterEach(async () => {
    await sandbox.close();
    await database.destroy();
  });

  it('41. of 10,000 tokens that were issued together are spread over ten minutes and more, five a second at most', () => {
    const clock = new NotingClock();
    const { tokens } = setUpAuth({ authUrl: sandbox.url, database, clock });
    const set = { accessToken: new Secret('a'), receivedAt: clock.now(), expiresIn: lifeSeconds, scopes: [] };
    for (let account = 0; account < 10_000; account += 1) {
      tokens.for(`bot:${account}`).hold({ tokens: set, version: 1 });
    }
    const due = clock.due.sort((one, other) => one - other);
    expect(due).toHaveLength(10_000);
    expect((due.at(-1) ?? 0) - (due[0] ?? 0)).toBeGreaterThan(600_000);
    expect(due[0]).toBeGreaterThanOrEqual(lifeSeconds * 800);
    expect(due.at(-1)).toBeLessThanOrEqual(lifeSeconds * 900);

    const pace = new RefreshPace(clock);
    let [last, together] = [Number.NEGATIVE_INFINITY, 0];
    for (const at of due) {
      clock.advance(at - clock.monotonic());
      const begun = at + pace.take();
      if (begun - last < 200 - 1e-6) together += 1;
      last = begun;
    }
    expect(together).toBe(0);
  });

  it('41. after a long stop come one after the other; a caller waits for none of them', async () => {
    const clock = new FakeClock();
    const { clientId, clientSecret } = sandbox.app;
    const app = { clientId, clientSecret: new Secret(clientSecret) };
    const start = () => setUpAuth({ authUrl: sandbox.url, database, clock, ...app }).tokens;
    const before = start();
    sandbox.world.createUser({ username: 'MyBot' });
    for (let account = 0; account < 12; account += 1) {
      const { access_token, refresh_token = '' } = sandbox.issueTokens({ as: 'MyBot' });
      const token = { accessToken: access_token, refreshToken: refresh_token, expiresIn: lifeSeconds };
      await before.setUserToken({ accountId: `bot-${account}`, type: 'bot', scope: '', ...token });
    }
    await before.stop();
    clock.advance(30 * 86_400_000);
    const tokens = start();
    await tokens.start();
    const refreshes = () => sandbox.requests.list('POST', '/oauth/token').length;

    clock.advance(999);
    await vi.waitFor(() => expect(refreshes()).toBe(5));
    await tokens.for('bot:bot-9').accessToken();
    expect(refreshes()).toBe(6);
    clock.advance(5000);
    await vi.waitFor(() => expect(refreshes()).toBe(12));
    await tokens.stop();
  });
});
