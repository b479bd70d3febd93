import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Kysely, type Migration, SqliteDialect, sql } from 'kysely';
import Sqlite from 'libsql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { durably, migrate, openDatabase } from '../../../src/core/storage/database.js';
import { migrations } from '../../../src/core/storage/migrations.js';
import type { Database } from '../../../src/core/storage/schema.js';

const run = promisify(execFile);
let directory: string;
const opened: Database[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kickbot-storage-'));
});
afterEach(async () => {
  for (const database of opened.splice(0)) await database.destroy();
  rmSync(directory, { recursive: true });
});

async function open(url = 'sqlite:.kickbot/kickbot.db'): Promise<Database> {
  const database = await openDatabase({ url, directory });
  opened.push(database);
  return database;
}

const pragma = async (database: Database, name: string) =>
  Object.values(
    (await sql.raw<Record<string, unknown>>(`pragma ${name}`).execute(database)).rows[0] ?? {},
  )[0];

const tables = async (database: Database) =>
  (await database.introspection.getTables({ withInternalKyselyTables: true })).map(({ name }) => name);

describe('openDatabase', () => {
  it('creates the folder for its owner alone, and every file in it', async () => {
    const database = await open();
    await database.insertInto('sent_messages').values({ account_id: 'bot:a', started_at: 1 }).execute();
    const mode = (path: string) => statSync(join(directory, path)).mode & 0o777;
    expect(mode('.kickbot')).toBe(0o700);
    for (const file of ['kickbot.db', 'kickbot.db-wal', 'kickbot.db-shm']) {
      expect(mode(`.kickbot/${file}`)).toBe(0o600);
    }
  });

  it('takes the access of others away from a file that was there', async () => {
    writeFileSync(join(directory, 'open.db'), '', { mode: 0o644 });
    await open('sqlite:open.db');
    expect(statSync(join(directory, 'open.db')).mode & 0o777).toBe(0o600);
  });

  it('writes ahead, waits for other processes and keeps foreign keys', async () => {
    const database = await open();
    expect(await pragma(database, 'journal_mode')).toBe('wal');
    expect(await pragma(database, 'busy_timeout')).toBe(5000);
    expect(await pragma(database, 'synchronous')).toBe(1);
    expect(await pragma(database, 'foreign_keys')).toBe(1);
  });

  it('finds what was written before, and migrates once', async () => {
    await (await open())
      .insertInto('channels')
      .values({ slug: 'a', broadcaster_user_id: 1, channel_id: 2, chatroom_id: 3, resolved_at: 4 })
      .execute();
    const again = await open();
    expect(await again.selectFrom('channels').select('chatroom_id').execute()).toEqual([{ chatroom_id: 3 }]);
  });

  it.each([
    ['26. a folder that cannot be made', 'sqlite:/dev/null/kickbot.db'],
    ['27. a file that is no database', 'sqlite:letter.db'],
  ])('%s is refused in one sentence that names storage.url', async (_, url) => {
    writeFileSync(join(directory, 'letter.db'), 'Dear Kick, '.repeat(1000));
    await expect(open(url)).rejects.toMatchObject({
      code: 'storage.unavailable',
      message: expect.stringMatching(/^Cannot open the database .+ Check storage\.url/),
    });
  });

  it('refuses the database of a newer kickbot and leaves it as it was', async () => {
    const database = await open();
    await sql`insert into kysely_migration values ('9999-from-the-future', '2099')`.execute(database);
    await expect(open()).rejects.toMatchObject({ code: 'storage.migration_failed' });
    expect(await tables(database)).toContain('accounts');
  });

  it('leaves everything in the one file when it is closed', async () => {
    const database = await openDatabase({ url: 'sqlite:kickbot.db', directory });
    await database.insertInto('sent_messages').values({ account_id: 'bot:a', started_at: 1 }).execute();
    await database.destroy();
    copyFileSync(join(directory, 'kickbot.db'), join(directory, 'copy.db'));
    const copy = await open('sqlite:copy.db');
    expect(await copy.selectFrom('sent_messages').select('account_id').execute()).toEqual([
      { account_id: 'bot:a' },
    ]);
  });

  it('several processes that start together find one database, migrated once', async () => {
    const program = `
      const { createJiti } = require('jiti');
      const { openDatabase } = await createJiti(${JSON.stringify(import.meta.filename)}).import(
        ${JSON.stringify(join(import.meta.dirname, '../../../src/core/storage/database.ts'))});
      const database = await openDatabase({ url: 'sqlite:together.db', directory: ${JSON.stringify(directory)} });
      await database.destroy();`;
    const start = () => run(process.execPath, ['-e', `(async () => {${program}})()`]);
    await Promise.all([start(), start(), start()]);
    const database = await open('sqlite:together.db');
    const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(database);
    expect(rows.map(({ name }) => name)).toEqual(Object.keys(migrations));
  });
});

describe('migrate', () => {
  const upTo = (count: number): Record<string, Migration> =>
    Object.fromEntries(Object.entries(migrations).slice(0, count));

  it('keeps the accounts of the first version', async () => {
    const database: Database = new Kysely({
      dialect: new SqliteDialect({ database: new Sqlite(':memory:') }),
    });
    opened.push(database);
    await migrate(database, { getMigrations: async () => upTo(1) });
    const row = {
      id: 'bot:a',
      kind: 'bot',
      identifier: 'a',
      user_id: 7,
      username: 'A',
      created_at: 1,
    } as const;
    await database.insertInto('accounts').values(row).execute();
    await migrate(database, { getMigrations: async () => migrations });
    expect(await database.selectFrom('accounts').selectAll().execute()).toEqual([row]);
  });

  it('leaves nothing of a migration that fails half way', async () => {
    const database = await open('sqlite::memory:');
    const before = await tables(database);
    const halfway: Migration = {
      async up(db: Kysely<unknown>) {
        await db.schema.createTable('half').addColumn('a', 'text').execute();
        throw new Error('the power went');
      },
    };
    await expect(
      migrate(database, { getMigrations: async () => ({ ...migrations, '9999-halfway': halfway }) }),
    ).rejects.toThrow('the power went');
    expect(await tables(database)).toEqual(before);
  });
});

describe('durably', () => {
  it('holds the connection at synchronous = full, transactions inside included, and gives it back', async () => {
    const database = await open();
    const seen: unknown[] = [];
    const work = durably(database, async (held) => {
      seen.push(await pragma(held, 'synchronous'));
      await held.transaction().execute(async (transaction) => {
        seen.push(await pragma(transaction, 'synchronous'));
      });
    });
    const meanwhile = pragma(database, 'synchronous').then((value) => seen.push(value));
    await Promise.all([work, meanwhile]);
    expect(seen).toEqual([2, 2, 1]);
  });

  it('goes back to normal after a failure', async () => {
    const database = await open();
    await expect(durably(database, () => Promise.reject(new Error('full disk')))).rejects.toThrow(
      'full disk',
    );
    expect(await pragma(database, 'synchronous')).toBe(1);
  });
});
