import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Kysely, Migrator, SqliteDialect, sql } from 'kysely';
import SqliteDatabase from 'libsql';
import { KickbotError, messageOf } from '../primitives/error.js';
import { migrations } from './migrations.js';
import type { Database, DatabaseSchema } from './schema.js';

export interface DatabaseOptions {
  /** `sqlite:<path>` or `sqlite::memory:`. A relative path starts at `directory`. */
  url: string;
  directory: string;
}

/**
 * Opens the database, creates it where there is none, and brings its tables up to date.
 *
 * The folder is created with mode 0700 and the file with 0600. Throws `storage.unavailable` when the file cannot
 * be opened and `storage.migration_failed` when a table cannot be brought up to date.
 */
export async function openDatabase({ url, directory }: DatabaseOptions): Promise<Database> {
  const path = url.slice('sqlite:'.length);
  const database = new Kysely<DatabaseSchema>({
    dialect: new SqliteDialect({
      database: async () => openSqlite(path === ':memory:' ? path : resolve(directory, path)),
    }),
  });
  try {
    // Other processes may hold the file for a moment; WAL lets readers go on while one writes.
    await sql`pragma busy_timeout = 5000`.execute(database);
    await sql`pragma journal_mode = wal`.execute(database);
    await sql`pragma synchronous = normal`.execute(database);
    await sql`pragma foreign_keys = on`.execute(database);
  } catch (cause) {
    await database.destroy().catch(() => undefined);
    if (cause instanceof KickbotError) throw cause;
    throw new KickbotError(
      'storage.unavailable',
      `Cannot open the database ${path} (${messageOf(cause)}). Check storage.url and the rights on that file.`,
      { cause },
    );
  }
  await migrate(database, path);
  return database;
}

function openSqlite(path: string) {
  try {
    if (path !== ':memory:') {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      // SQLite would create the file for everyone to read; an existing one keeps its owner's choice but not others' access.
      closeSync(openSync(path, 'a', 0o600));
      chmodSync(path, 0o600);
    }
    return new SqliteDatabase(path);
  } catch (cause) {
    throw new KickbotError(
      'storage.unavailable',
      `Cannot open the database ${path} (${messageOf(cause)}). Check storage.url and the rights on that folder.`,
      { cause },
    );
  }
}

async function migrate(database: Database, path: string): Promise<void> {
  const migrator = new Migrator({ db: database, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return;
  await database.destroy();
  throw new KickbotError(
    'storage.migration_failed',
    `The database ${path} could not be brought up to date (${messageOf(error)}). It may belong to a newer kickbot; restore a backup or move the file away.`,
    { cause: error },
  );
}
