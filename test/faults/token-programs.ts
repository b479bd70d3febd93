import { appendFileSync } from 'node:fs';
import { fetch } from 'undici';
import type { AuthFetch } from '../../src/core/auth/login-server.js';
import { TokenSealer } from '../../src/core/auth/token-sealer.js';
import { TokenStore } from '../../src/core/auth/token-store.js';
import { messageOf } from '../../src/core/primitives/error.js';
import { SystemRandom } from '../../src/core/primitives/random.js';
import { Secret } from '../../src/core/primitives/secret.js';
import { openDatabase } from '../../src/core/storage/database.js';
import { secretKey, setUpAuth } from '../core/auth/auth-setup.js';
import { ClockAhead } from '../support/clock-ahead.js';
import { RecordingLogger } from '../support/recording-logger.js';

export const botId = 'bot:my-bot';
export const tokenLifeMs = 7200_000;

/** What a program says after each step, with the version of the tokens that is on the disk by then. */
export interface Step {
  readonly version: number;
  readonly token: string;
}

export interface RefreshingSettings {
  readonly directory: string;
  readonly authUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Later than the clock of the process before, so that its lease is over. */
  readonly aheadMs: number;
  /** Grows by one byte with each answer that arrived. */
  readonly receipts: string;
}

/** Uses one token after the other, each until its end. */
export async function refreshing(settings: RefreshingSettings): Promise<void> {
  const { directory, authUrl, clientId, clientSecret } = settings;
  const database = await openDatabase({ url: 'sqlite:kickbot.db', directory });
  const clock = new ClockAhead(settings.aheadMs);
  async function* noting(body: AsyncIterable<Uint8Array> | null) {
    yield* body ?? [];
    appendFileSync(settings.receipts, '.');
  }
  const notingFetch: AuthFetch = async (url, request) => {
    const { status, body } = await fetch(url, request);
    return { status, body: noting(body) };
  };
  const { tokens, store } = setUpAuth({
    authUrl,
    database,
    clock,
    clientId,
    clientSecret: new Secret(clientSecret),
    fetch: notingFetch,
  });
  await tokens.start();
  try {
    for (;;) {
      clock.set(tokenLifeMs);
      const token = (await tokens.for(botId).accessToken()).reveal();
      const version = (await store.read(botId))?.version ?? 0;
      process.send?.({ version, token } satisfies Step);
    }
  } catch (error) {
    process.send?.({ version: -1, token: messageOf(error) } satisfies Step);
  }
}

function storeIn(database: Awaited<ReturnType<typeof openDatabase>>): TokenStore {
  return new TokenStore(database, new TokenSealer([secretKey], new SystemRandom(), new RecordingLogger()));
}

const set = (token: string) => ({
  accessToken: new Secret(token),
  receivedAt: 0,
  expiresIn: 7200,
  scopes: [],
});

/** Writes one version after the other. */
export async function writing({ directory }: { directory: string }): Promise<void> {
  const store = storeIn(await openDatabase({ url: 'sqlite:kickbot.db', directory }));
  for (let version = (await store.read(botId))?.version ?? 0; ; version += 1) {
    const token = `token ${version + 1} ${'.'.repeat(version % 3000)}`;
    await store.write(botId, set(token), { replaces: version });
    process.send?.({ version: version + 1, token } satisfies Step);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** At each message, which names a database, opens it and writes to it as the first one, if it is. */
export async function beingFirst({ directory }: { directory: string }): Promise<void> {
  process.on('message', async (name) => {
    const database = await openDatabase({ url: `sqlite:${name}.db`, directory });
    const token = `of ${process.pid}`;
    const version = await storeIn(database).write(botId, set(token), { replaces: 0 });
    await database.destroy();
    process.send?.({ version: version ?? 0, token } satisfies Step);
  });
  process.send?.({ version: 0, token: 'ready' } satisfies Step);
}
