import { sql } from 'kysely';
import { afterEach, expect, it } from 'vitest';
import { z } from 'zod';
import { SentLog } from '../../../src/core/chat/sending/sent-log.js';
import { Store } from '../../../src/core/plugins/store.js';
import { StoreTransactions } from '../../../src/core/plugins/store-transactions.js';
import { openDatabase } from '../../../src/core/storage/database.js';
import { migrations } from '../../../src/core/storage/migrations.js';
import { postgresDialect } from '../../../src/core/storage/postgres.js';
import type { Database } from '../../../src/core/storage/schema.js';
import { newDatabaseUrl, openTestDatabase } from '../../support/database.js';
import { FakeClock } from '../../support/fake-clock.js';
import { freePort } from '../../support/free-port.js';

const opened: Database[] = [];
afterEach(async () => {
  for (const database of opened.splice(0)) await database.destroy();
});

async function open(url: string): Promise<Database> {
  const database = await openDatabase({ url, directory: '.' });
  opened.push(database);
  return database;
}

it('several bots that start together on an empty database bring it up to date once', async () => {
  const url = await newDatabaseUrl();
  const [database] = await Promise.all([open(url), open(url), open(url)]);
  const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(database);
  expect(rows.map(({ name }) => name)).toEqual(Object.keys(migrations));
});

it('numbers of 64 bits are numbers', async () => {
  const database = await openTestDatabase();
  opened.push(database);
  const row = { slug: 'a', broadcaster_user_id: 2 ** 53 - 1, channel_id: 2, chatroom_id: 3, resolved_at: 4 };
  await database.insertInto('channels').values(row).execute();
  expect(await database.selectFrom('channels').selectAll().execute()).toEqual([row]);
});

it('two connections to one database share a limit and lose no update', async () => {
  const url = await newDatabaseUrl();
  const both = [await open(url), await open(url)];
  const logs = both.map((database) => new SentLog(database, 'bot:a'));
  const added = await Promise.all(Array.from({ length: 40 }, (_, index) => logs[index % 2]?.add(1, 20)));
  expect(added.filter((id) => id !== undefined)).toHaveLength(20);

  const tables = both.map((database) =>
    new Store('dice', new StoreTransactions(async () => database, new FakeClock())).of('points', z.int()),
  );
  await Promise.all(Array.from({ length: 100 }, (_, index) => tables[index % 2]?.increment('ada')));
  expect(await tables[0]?.get('ada')).toBe(100);
});

it('goes on by itself after the server ended its connections', async () => {
  const url = await newDatabaseUrl();
  const [database, other] = [await open(url), await open(url)];
  await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`.execute(
    other,
  );
  await expect
    .poll(() =>
      database
        .selectFrom('accounts')
        .selectAll()
        .execute()
        .catch(() => undefined),
    )
    .toEqual([]);
});

it('a server that is not there, or has no such database, is named without its password', async () => {
  const gone = `postgres://bot:hidden-word@127.0.0.1:${await freePort()}/kickbot`;
  await expect(open(gone)).rejects.toMatchObject({
    code: 'storage.unavailable',
    message: expect.stringMatching(
      /^Cannot use the database postgres:\/\/bot:\[secret\]@127\.0\.0\.1:\d+\/kickbot \(.*ECONNREFUSED.*\)\. Check storage\.url/,
    ),
  });
  const missing = Object.assign(new URL(await newDatabaseUrl()), { pathname: '/nowhere' }).href;
  await expect(open(missing)).rejects.toMatchObject({
    code: 'storage.unavailable',
    message: expect.stringContaining('database "nowhere" does not exist'),
  });
});

it('says what to install where pg is not', async () => {
  const missing = () => Promise.reject(new Error("Cannot find package 'pg'"));
  await expect(postgresDialect('postgres://localhost/kickbot', missing)).rejects.toMatchObject({
    code: 'storage.driver_missing',
    message: expect.stringMatching(/Run: npm install pg$/),
  });
});

it('refuses the database of a newer kickbot and leaves it as it was', async () => {
  const url = await newDatabaseUrl();
  const database = await open(url);
  await sql`insert into kysely_migration values ('9999-from-the-future', '2099')`.execute(database);
  await expect(open(url)).rejects.toMatchObject({ code: 'storage.migration_failed' });
  expect(await database.selectFrom('accounts').selectAll().execute()).toEqual([]);
});
