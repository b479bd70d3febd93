import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SystemClock } from '../../src/core/primitives/clock.js';
import { openDatabase } from '../../src/core/storage/database.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.js';
import { setUpAuth } from '../core/auth/auth-setup.js';
import { startProgram } from '../support/child-program.js';
import { rounds } from '../support/rounds.js';
import { botId, type RefreshingSettings, type Step } from './token-programs.js';

const programs = join(import.meta.dirname, 'token-programs.ts');
const yearMs = 365 * 86_400_000;

let directory: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kickbot-killed-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(directory, { recursive: true });
});

/** A process whose steps are kept as they arrive. */
function start(name: 'refreshing' | 'writing', settings: Partial<RefreshingSettings>) {
  const child = startProgram(programs, name, { directory, ...settings });
  children.push(child);
  const steps: Step[] = [];
  child.on('message', (step: Step) => steps.push(step));
  return {
    async madeSteps(count: number): Promise<void> {
      while (steps.length < count) await once(child, 'message');
      const failure = steps.find(({ version }) => version < 0);
      if (failure !== undefined) throw new Error(failure.token);
    },
    /** Resolves with the last step it told of. */
    async kill(): Promise<Step | undefined> {
      const exited = once(child, 'close');
      child.kill('SIGKILL');
      await exited;
      return steps.at(-1);
    },
  };
}

/** What a new process finds. */
async function stored(): Promise<Step> {
  const database = await openDatabase({ url: 'sqlite:kickbot.db', directory });
  const { store } = setUpAuth({ authUrl: 'http://localhost', database, clock: new SystemClock() });
  const found = await store.read(botId);
  await database.destroy();
  return { version: found?.version ?? 0, token: found?.tokens.accessToken.reveal() ?? '' };
}

describe('kill -9', () => {
  const kills = rounds(5);
  it(
    `2.4.1. in the midst of writes, ${kills} times after 100 more: all is readable, and nothing that was acknowledged goes back`,
    async () => {
      for (let kill = 0; kill < kills; kill += 1) {
        const writer = start('writing', {});
        await writer.madeSteps(100);
        await wait(Math.random() * 5);
        const last = await writer.kill();
        const found = await stored();
        expect(found.version).toBeGreaterThanOrEqual(last?.version ?? Number.POSITIVE_INFINITY);
        // Of a write that was not acknowledged the whole is there, or nothing.
        expect(found.token).toBe(`token ${found.version} ${'.'.repeat((found.version - 1) % 3000)}`);
      }
    },
    30_000 + 2000 * kills,
  );

  describe('in a stream of refreshes', () => {
    let sandbox: Sandbox;
    beforeEach(async () => {
      sandbox = await startSandbox({ refreshTokens: 'rotating' });
      sandbox.world.createUser({ username: 'MyBot' });
    });
    afterEach(() => sandbox.close());

    async function logIn(): Promise<void> {
      const database = await openDatabase({ url: 'sqlite:kickbot.db', directory });
      const { tokens } = setUpAuth({ authUrl: sandbox.url, database, clock: new SystemClock() });
      const { access_token, refresh_token = '', expires_in } = sandbox.issueTokens({ as: 'MyBot' });
      const token = { accessToken: access_token, refreshToken: refresh_token, expiresIn: expires_in };
      await tokens.setUserToken({ accountId: 'my-bot', type: 'bot', scope: '', ...token });
      await tokens.stop();
      await database.destroy();
    }

    const refreshes = rounds(6);
    it(
      `38. 16. ${refreshes} times: no token that reached the disk is lost, no login is needed`,
      async ({ annotate }) => {
        await logIn();
        const receipts = join(directory, 'receipts');
        const { clientId, clientSecret } = sandbox.app;
        const died = { onTheWay: 0, inHand: 0 };
        let before = await stored();
        for (let round = 1; round <= refreshes; round += 1) {
          sandbox.requests.clear();
          writeFileSync(receipts, '');
          const aheadMs = round * yearMs;
          const settings = { authUrl: sandbox.url, clientId, clientSecret, aheadMs, receipts };
          const bot = start('refreshing', settings);
          await bot.madeSteps(1);
          sandbox.tokens.refreshPolicy = 'rotating';
          await bot.madeSteps(1 + (round % 4));
          await wait(Math.random() * 20);
          const last = await bot.kill();
          // What was on the wire is dealt with.
          await wait(20);

          const found = await stored();
          expect(found.version).toBeGreaterThanOrEqual(last?.version ?? Number.POSITIVE_INFINITY);
          if (found.version === last?.version) expect(found.token).toBe(last.token);
          expect(sandbox.tokens.find(found.token)).toBeDefined();
          const written = found.version - before.version;
          const given = sandbox.requests.list('POST', '/oauth/token').filter(({ status }) => status === 200);
          expect(given.length - written).toBeOneOf([0, 1]);
          if (given.length > written) {
            // It died together with its newest token. A server that burns the old one at once, as Kick did until
            // November 2025, leaves nobody a token then; as Kick is today, the next process goes on even so.
            sandbox.tokens.refreshPolicy = 'reusable';
            died[statSync(receipts).size > written ? 'inHand' : 'onTheWay'] += 1;
          }
          before = found;
        }
        const bot = start('refreshing', {
          authUrl: sandbox.url,
          clientId,
          clientSecret,
          aheadMs: (refreshes + 1) * yearMs,
          receipts,
        });
        await bot.madeSteps(1);
        expect((await bot.kill())?.version).toBeGreaterThan(before.version);
        await annotate(
          `of ${refreshes}: ${died.onTheWay} answers died on the way, ${died.inHand} between arrival and disk`,
        );
      },
      30_000 + 3000 * refreshes,
    );
  });
});
