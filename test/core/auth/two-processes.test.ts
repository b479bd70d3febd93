import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SystemClock } from '../../../src/core/primitives/clock.js';
import { Secret } from '../../../src/core/primitives/secret.js';
import { openDatabase } from '../../../src/core/storage/database.js';
import { type Sandbox, startSandbox } from '../../../src/sandbox/index.js';
import { startProgram } from '../../support/child-program.js';
import { newDatabaseUrl } from '../../support/database.js';
import { rounds } from '../../support/rounds.js';
import { setUpAuth } from './auth-setup.js';

const expiries = rounds(10);

let directory: string;
let storage: { url: string; directory: string };
let sandbox: Sandbox;
const children: ChildProcess[] = [];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'kickbot-processes-'));
  storage = { url: await newDatabaseUrl('sqlite:shared.db'), directory };
  sandbox = await startSandbox({ refreshTokens: 'rotating' });
  sandbox.world.createUser({ username: 'MyBot' });
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await sandbox.close();
  rmSync(directory, { recursive: true });
});

/** A process of its own that answers each message with the access token it uses now. */
async function startProcess(): Promise<ChildProcess> {
  const { clientId, clientSecret } = sandbox.app;
  const settings = { storage, authUrl: sandbox.url, clientId, clientSecret };
  const child = startProgram(join(import.meta.dirname, 'token-process.ts'), 'run', settings);
  children.push(child);
  await once(child, 'message');
  return child;
}

async function askAfterExpiry(child: ChildProcess): Promise<unknown> {
  const answer = once(child, 'message');
  child.send('expire');
  return (await answer)[0];
}

async function logIn(): Promise<void> {
  const database = await openDatabase(storage);
  const { tokens } = setUpAuth({ authUrl: sandbox.url, database, clock: new SystemClock() });
  const answer = sandbox.issueTokens({ as: 'MyBot' });
  await tokens.keep('bot', 'my-bot', {
    accessToken: new Secret(answer.access_token),
    refreshToken: new Secret(answer.refresh_token ?? ''),
    receivedAt: Date.now(),
    expiresIn: answer.expires_in,
    scopes: [],
  });
  await tokens.stop();
  await database.destroy();
}

describe('two processes on one database', () => {
  it(
    `13. 40. refresh once for each of ${expiries} expiries, with refresh tokens that may be used once only`,
    async () => {
      await logIn();
      const processes = await Promise.all([startProcess(), startProcess()]);
      for (let round = 1; round <= expiries; round += 1) {
        const [one, other] = await Promise.all(processes.map(askAfterExpiry));
        expect(one).toBe(other);
        expect(sandbox.tokens.find(String(one))).toBeDefined();
        expect(sandbox.requests.list('POST', '/oauth/token')).toHaveLength(round);
      }
    },
    30_000 + 1000 * expiries,
  );

  it('16. a process killed while it refreshes loses no token that Kick has given', async () => {
    await logIn();
    const doomed = await startProcess();
    for (let round = 0; round < 5; round += 1) await askAfterExpiry(doomed);
    const before = sandbox.requests.list('POST', '/oauth/token').length;
    sandbox.faults.next('POST /oauth/token', { delayMs: 50, cut: 'before' });
    doomed.send('expire');
    while (sandbox.requests.list('POST', '/oauth/token').length === before) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    doomed.kill('SIGKILL');
    await once(doomed, 'exit');
    const database = await openDatabase(storage);
    const { tokens, store } = setUpAuth({
      authUrl: sandbox.url,
      database,
      clock: new SystemClock(),
      clientId: sandbox.app.clientId,
      clientSecret: new Secret(sandbox.app.clientSecret),
    });
    const stored = await store.read('bot:my-bot');
    expect(stored?.version).toBe(6);
    const refreshToken = stored?.tokens.refreshToken?.reveal() ?? '';
    expect(sandbox.tokens.refresh(sandbox.app, refreshToken)).toBeDefined();
    await tokens.stop();
    await database.destroy();
  }, 30_000);
});
