import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AccountStore, accountId } from '../../../src/core/auth/account-store.js';
import { TokenSealer } from '../../../src/core/auth/token-sealer.js';
import type { TokenSet } from '../../../src/core/auth/token-set.js';
import { TokenStore } from '../../../src/core/auth/token-store.js';
import { userId } from '../../../src/core/primitives/ids.js';
import { SystemRandom } from '../../../src/core/primitives/random.js';
import { Secret } from '../../../src/core/primitives/secret.js';
import type { Database } from '../../../src/core/storage/schema.js';
import { onPostgres, openTestDatabase } from '../../support/database.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { secretKey } from './auth-setup.js';

const set = (accessToken: string): TokenSet => ({
  accessToken: new Secret(accessToken),
  refreshToken: new Secret(`refresh of ${accessToken}`),
  receivedAt: 5,
  expiresIn: 7200,
  scopes: ['chat:write'],
});
const lengthMs = 1000;

let database: Database;
let store: TokenStore;
const storeWith = (keys: Secret[], purpose?: 'app') =>
  new TokenStore(database, new TokenSealer(keys, new SystemRandom(), new RecordingLogger()), purpose);

beforeEach(async () => {
  database = await openTestDatabase();
  store = storeWith([secretKey]);
});
afterEach(() => database.destroy());

describe('TokenStore', () => {
  it('gives back what it was given, which the database holds sealed', async () => {
    expect(await store.write('bot:a', set('one'), { replaces: 0 })).toBe(1);
    const stored = await store.read('bot:a');
    expect(stored).toMatchObject({
      version: 1,
      tokens: { receivedAt: 5, expiresIn: 7200, scopes: ['chat:write'] },
    });
    expect(stored?.tokens.accessToken.reveal()).toBe('one');
    expect(stored?.tokens.refreshToken?.reveal()).toBe('refresh of one');
    const [row] = await database.selectFrom('tokens').selectAll().execute();
    expect(JSON.stringify(row)).not.toMatch(/one|chat:write/);
    expect(inspect(stored, { depth: 10, showHidden: true })).not.toMatch(/of one/);
    expect(await store.read('bot:b')).toBeUndefined();
  });

  it('keeps a set without a refresh token', async () => {
    const { refreshToken: _, ...rest } = set('one');
    await store.write('bot:a', rest, { replaces: 0 });
    expect((await store.read('bot:a'))?.tokens).not.toHaveProperty('refreshToken');
  });

  it('seals everything anew with the first key, under the versions that running bots hold', async () => {
    const newKey = new Secret(Buffer.alloc(32, 9).toString('base64'));
    await store.write('bot:a', set('one'), { replaces: 0 });
    await storeWith([]).write('bot:b', set('two'), { replaces: 0 });
    await expect(storeWith([newKey]).reseal()).rejects.toMatchObject({ code: 'auth.secret_key_wrong' });
    await expect(storeWith([]).reseal()).rejects.toMatchObject({ code: 'auth.secret_key_missing' });
    const lostKey = new Secret(Buffer.alloc(32, 1).toString('base64'));
    const ofTheApp = storeWith([lostKey], 'app');
    await ofTheApp.write('app:id', set('replaceable'), { replaces: 0 });
    expect(await storeWith([newKey, secretKey]).reseal()).toBe(2);
    expect(await ofTheApp.accountIds()).toEqual([]);
    for (const [id, token] of [
      ['bot:a', 'one'],
      ['bot:b', 'two'],
    ] as const) {
      const stored = await storeWith([newKey]).read(id);
      expect([stored?.version, stored?.tokens.accessToken.reveal()]).toEqual([1, token]);
      await expect(store.read(id)).rejects.toMatchObject({ code: 'auth.secret_key_wrong' });
    }
  });

  it('writes over the version that was read only', async () => {
    await store.write('bot:a', set('one'), { replaces: 0 });
    expect(await store.write('bot:a', set('again'), { replaces: 0 })).toBeUndefined();
    const both = [
      store.write('bot:a', set('two'), { replaces: 1 }),
      store.write('bot:a', set('three'), { replaces: 1 }),
    ];
    expect(await Promise.all(both)).toEqual([2, undefined]);
    expect((await store.read('bot:a'))?.tokens.accessToken.reveal()).toBe('two');
  });

  it('38. has what it wrote on the disk, not only handed to the machine', async () => {
    const seen: string[] = [];
    const watched = database.withPlugin({
      transformQuery({ node }) {
        seen.push(node.kind === 'RawNode' ? node.sqlFragments.join('') : node.kind);
        return node;
      },
      transformResult: async ({ result }) => result,
    });
    const watchedStore = new TokenStore(
      watched,
      new TokenSealer([secretKey], new SystemRandom(), new RecordingLogger()),
    );
    await watchedStore.write('bot:a', set('one'), { replaces: 0 });
    await watchedStore.write('bot:a', set('two'), { replaces: 1 });
    await watchedStore.remove('bot:a');
    // PostgreSQL is so without being told.
    const durable = (kind: string) =>
      onPostgres ? [kind] : ['pragma synchronous = full', kind, 'pragma synchronous = normal'];
    expect(seen).toEqual(['InsertQueryNode', 'UpdateQueryNode', 'DeleteQueryNode'].flatMap(durable));
  });

  it('2.4.6. 27. does not open a row that was put back, moved or is no token set', async () => {
    await store.write('bot:a', set('one'), { replaces: 0 });
    const before = await database.selectFrom('tokens').selectAll().executeTakeFirstOrThrow();
    await store.write('bot:a', set('two'), { replaces: 1 });
    await database.updateTable('tokens').set({ sealed: before.sealed }).execute();
    await expect(store.read('bot:a')).rejects.toMatchObject({ code: 'auth.tokens_unreadable' });
    await database
      .insertInto('tokens')
      .values({ ...before, account_id: 'bot:b' })
      .execute();
    await expect(store.read('bot:b')).rejects.toMatchObject({ code: 'auth.tokens_unreadable' });
    const sealer = new TokenSealer([secretKey], new SystemRandom(), new RecordingLogger());
    const letter = sealer.seal('{"accessToken":1}', { accountId: 'bot:b', purpose: 'user', version: 1 });
    await database.updateTable('tokens').set({ sealed: letter }).where('account_id', '=', 'bot:b').execute();
    await expect(store.read('bot:b')).rejects.toMatchObject({ code: 'auth.tokens_unreadable' });
  });

  it('leases one version to one holder, until it is written, given back or over', async () => {
    await store.write('bot:a', set('one'), { replaces: 0 });
    const lease = (holder: string, now: number, version = 1) =>
      store.lease('bot:a', version, { holder, now, lengthMs });
    expect(await lease('us', 0)).toBe(true);
    expect(await lease('them', 999)).toBe(false);
    expect(await lease('a process that looked at its clock first', -5)).toBe(false);
    expect(await lease('them', 1000)).toBe(true);
    await store.release('bot:a', 'us');
    expect(await lease('us', 1001)).toBe(false);
    await store.release('bot:a', 'them');
    expect(await lease('us', 1001)).toBe(true);
    await store.write('bot:a', set('two'), { replaces: 1 });
    expect(await lease('them', 1002)).toBe(false);
    expect(await lease('them', 1002, 2)).toBe(true);
    expect(await lease('us', 1002 - 10_000, 2)).toBe(true);
  });

  it('forgets what it cannot read', async () => {
    await store.write('bot:a', set('one'), { replaces: 0 });
    const other = storeWith([new Secret('ab'.repeat(32))]);
    await expect(other.read('bot:a')).rejects.toMatchObject({ code: 'auth.secret_key_wrong' });
    await other.remove('bot:a');
    expect(await store.read('bot:a')).toBeUndefined();
  });
});

describe('AccountStore', () => {
  it('knows an account by kind and identifier, and who it is once that was said', async () => {
    const accounts = new AccountStore(database);
    const account = await accounts.add('bot', 'my-bot', 1);
    await accounts.add('channel', 'my-bot', 2);
    expect(account).toEqual({ id: 'bot:my-bot', kind: 'bot', identifier: 'my-bot' });
    await accounts.identify('bot:my-bot', { userId: userId(42), username: 'MyBot' });
    expect(await accounts.list()).toEqual([
      { ...account, user: { userId: 42, username: 'MyBot' } },
      { id: 'channel:my-bot', kind: 'channel', identifier: 'my-bot' },
    ]);
    await accounts.remove('channel:my-bot');
    expect(await accounts.find('channel:my-bot')).toBeUndefined();
  });

  it('asks anew who it is after another login', async () => {
    const accounts = new AccountStore(database);
    await accounts.add('bot', 'a', 1);
    await accounts.identify('bot:a', { userId: userId(42), username: 'MyBot' });
    await accounts.add('bot', 'a', 2);
    expect(await accounts.find('bot:a')).toEqual({ id: 'bot:a', kind: 'bot', identifier: 'a' });
    expect((await database.selectFrom('accounts').select('created_at').execute())[0]).toEqual({
      created_at: 1,
    });
  });

  it.each(['', 'a b', 'a:b', '../a', 'x'.repeat(65), '<script>'])(
    'refuses %j as an identifier',
    (identifier) => {
      expect(() => accountId('bot', identifier)).toThrow(
        expect.objectContaining({ code: 'auth.bad_account' }),
      );
    },
  );
});
