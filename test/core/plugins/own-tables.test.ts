import { type Kysely, type Migration, sql } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { Store } from '../../../src/core/plugins/store.js';
import { StoreTransactions } from '../../../src/core/plugins/store-transactions.js';
import type { Database } from '../../../src/core/storage/schema.js';
import { openTestDatabase } from '../../support/database.js';
import { FakeClock } from '../../support/fake-clock.js';

interface Tables {
  my_quotes_quote: { id: number; text: string; author?: string | null };
}

let database: Database;
let store: Store;
beforeEach(async () => {
  database = await openTestDatabase();
  store = new Store('my-quotes', new StoreTransactions(async () => database, new FakeClock()));
});
afterEach(() => database.destroy());

const migration = (up: (db: Kysely<unknown>) => Promise<unknown>): Migration => ({
  async up(db: Kysely<unknown>) {
    await up(db);
  },
});
const make = (table: string) =>
  migration((db) =>
    db.schema.createTable(table).addColumn('id', 'integer').addColumn('text', 'text').execute(),
  );
const first = { '0001-quotes': make('my_quotes_quote') };
const second = {
  ...first,
  '0002-authors': migration((db) =>
    db.schema.alterTable('my_quotes_quote').addColumn('author', 'text').execute(),
  ),
};
const tableNames = async () => (await database.introspection.getTables()).map(({ name }) => name).sort();

it('a plugin has tables of its own, made once and brought up to date by each version', async () => {
  const quote = { id: 1, text: 'Hello' };
  await (await store.tables<Tables>(first)).insertInto('my_quotes_quote').values(quote).execute();
  await store.tables<Tables>(first);
  const tables = await store.tables<Tables>(second);
  expect(await tables.selectFrom('my_quotes_quote').selectAll().execute()).toEqual([
    { ...quote, author: null },
  ]);
  const again = tables.transaction().execute(async (transaction) => {
    await transaction.deleteFrom('my_quotes_quote').execute();
    throw new RangeError('no');
  });
  await expect(again).rejects.toThrow(RangeError);
  expect(await tables.selectFrom('my_quotes_quote').select('id').execute()).toEqual([{ id: 1 }]);
});

it.each([
  ['makes a table under another name', make('quotes'), /begin with my_quotes_, and quotes does not/],
  [
    'drops a table of the bot',
    migration((db) => db.schema.dropTable('tokens').execute()),
    /and tokens does not/,
  ],
  ['fails half way', migration((db) => sql`create table`.execute(db)), /syntax|incomplete/],
])('nothing is left of migrations of which one %s', async (_what, wrong, message) => {
  const before = await tableNames();
  await expect(store.tables<Tables>({ ...first, '0002-wrong': wrong })).rejects.toMatchObject({
    code: 'storage.migration_failed',
    message: expect.stringMatching(message),
  });
  expect(await tableNames()).toEqual(before);
  await (await store.tables<Tables>(second)).selectFrom('my_quotes_quote').select('author').execute();
});

it('a plugin that closes its tables leaves the database open', async () => {
  await (await store.tables<Tables>(first)).destroy();
  expect(await store.of('any', z.number()).get('a')).toBeUndefined();
});
