import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SystemClock } from '../../src/core/primitives/clock.js';
import { Secret } from '../../src/core/primitives/secret.js';
import { openDatabase } from '../../src/core/storage/database.js';
import type { Database } from '../../src/core/storage/schema.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.js';
import { setUpAuth } from '../core/auth/auth-setup.js';
import { HostileServer } from '../core/auth/hostile-server.js';
import { startProgram } from '../support/child-program.js';
import { ClockAhead } from '../support/clock-ahead.js';
import { FakeClock } from '../support/fake-clock.js';
import { botId, tokenLifeMs } from './token-programs.js';

const tokenPath = 'POST /oauth/token';

let directory: string;
let database: Database;
let sandbox: Sandbox;
const children: ChildProcess[] = [];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'kickbot-refresh-'));
  database = await openDatabase({ url: 'sqlite:shared.db', directory });
  sandbox = await startSandbox({ refreshTokens: 'rotating' });
  sandbox.world.createUser({ username: 'MyBot' });
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await sandbox.close();
  await database.destroy();
  rmSync(directory, { recursive: true });
});

function setUp(clock: SystemClock | FakeClock, authUrl = sandbox.url) {
  const { clientId, clientSecret } = sandbox.app;
  return setUpAuth({ authUrl, database, clock, clientId, clientSecret: new Secret(clientSecret) });
}

async function logIn({ tokens }: ReturnType<typeof setUp>): Promise<string> {
  const { access_token, refresh_token = '', expires_in } = sandbox.issueTokens({ as: 'MyBot' });
  const token = { accessToken: access_token, refreshToken: refresh_token, expiresIn: expires_in };
  await tokens.setUserToken({ accountId: 'my-bot', type: 'bot', scope: '', ...token });
  return access_token;
}

const requests = () => sandbox.requests.list('POST', '/oauth/token').length;

it.each([
  ['EROFS', 'pragma query_only = on', 'pragma query_only = off', /readonly database/],
  ['a file that another program holds', 'pragma busy_timeout = 1', 'pragma busy_timeout = 5000', /locked/],
])(
  '2.4.4. 26. %s: no refresh begins whose tokens could not be kept; the old ones serve, and it is tried again',
  async (fault, begin, end, words) => {
    const clock = new FakeClock();
    const bot = setUp(clock);
    const token = await logIn(bot);
    await sql.raw(begin).execute(database);
    const holder = fault === 'EROFS' ? undefined : await openDatabase({ url: 'sqlite:shared.db', directory });
    if (holder !== undefined) await sql`begin immediate`.execute(holder);

    clock.advance(tokenLifeMs * 0.9);
    const tokens = bot.tokens.for(botId);
    await vi.waitFor(() => expect(tokens.problem?.message).toMatch(words));
    expect((await tokens.accessToken()).reveal()).toBe(token);
    expect((await bot.store.read(botId))?.tokens.accessToken.reveal()).toBe(token);
    expect(requests()).toBe(0);

    if (holder !== undefined) await sql`rollback`.execute(holder);
    await holder?.destroy();
    await sql.raw(end).execute(database);
    clock.advance(10_000);
    await vi.waitFor(async () => expect((await bot.store.read(botId))?.version).toBe(2));
    expect(tokens.problem).toBeUndefined();
    await bot.tokens.stop();
  },
);

it('2.4.4. 25. ENOSPC when the new tokens came: the old row is intact, the new ones serve, the account’s state says so, and they are written as soon as there is room', async () => {
  const server = await HostileServer.start();
  const clock = new FakeClock();
  const bot = setUp(clock, server.url);
  const old = await logIn(bot);
  const [account] = await bot.accounts.list();
  const fresh = 'x'.repeat(20_000);
  server.answer(200, { access_token: fresh, refresh_token: 'y', token_type: 'Bearer', expires_in: 7200 });
  const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(database);
  await sql.raw(`pragma max_page_count = ${rows[0]?.page_count}`).execute(database);

  const served = await bot.tokens.for(botId).replaceRefused(new Secret(old));
  expect(served.reveal()).toBe(fresh);
  expect((await bot.store.read(botId))?.tokens.accessToken.reveal()).toBe(old);
  expect(account && (await bot.tokens.status(account, []))).toMatchObject({
    state: 'expiring',
    reason: expect.stringMatching(/could not be stored .*full.*make room/),
  });

  await sql`pragma max_page_count = 1000000`.execute(database);
  clock.advance(300_000);
  await vi.waitFor(async () =>
    expect((await bot.store.read(botId))?.tokens.accessToken.reveal()).toBe(fresh),
  );
  expect(account && (await bot.tokens.status(account, []))).toMatchObject({ state: 'connected' });
  expect(server.requests).toHaveLength(1);
  await bot.tokens.stop();
  await server.close();
});

it('2.4.7. a process stopped in a refresh for longer than its lease: another goes on, and the first takes its tokens over', async () => {
  sandbox.tokens.refreshPolicy = 'reusable';
  await logIn(setUp(new SystemClock()));
  const { clientId, clientSecret } = sandbox.app;
  const storage = { url: 'sqlite:shared.db', directory };
  const settings = { storage, authUrl: sandbox.url, clientId, clientSecret };
  const program = join(import.meta.dirname, '../core/auth/token-process.ts');
  const stopped = startProgram(program, 'run', settings);
  children.push(stopped);
  await once(stopped, 'message');

  sandbox.faults.next(tokenPath, { delayMs: 100 });
  const usedByStopped = once(stopped, 'message');
  stopped.send('expire');
  await vi.waitFor(() => expect(requests()).toBe(1), { interval: 2 });
  stopped.kill('SIGSTOP');

  const other = setUp(new ClockAhead(tokenLifeMs + 60_000));
  const used = (await other.tokens.for(botId).accessToken()).reveal();
  expect(requests()).toBe(2);
  stopped.kill('SIGCONT');
  expect((await usedByStopped)[0]).toBe(used);
  expect((await other.store.read(botId))?.tokens.accessToken.reveal()).toBe(used);
  expect(requests()).toBe(2);
  await other.tokens.stop();
});
