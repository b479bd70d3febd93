import { closeSync, constants, fchmodSync, mkdirSync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Kysely, type MigrationProvider, Migrator, SqliteDialect, sql } from 'kysely';
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
 * be opened or is locked, and `storage.migration_failed` when a table cannot be brought up to date.
 */
export async function openDatabase({ url, directory }: DatabaseOptions): Promise<Database> {
  const path = databasePath({ url, directory });
  const database = new Kysely<DatabaseSchema>({
    dialect: new SqliteDialect({ database: async () => openSqlite(path) }),
  });
  try {
    await migrate(database, { getMigrations: async () => migrations });
  } catch (cause) {
    await database.destroy().catch(() => undefined);
    if (cause instanceof KickbotError) throw cause;
    if (codeOf(cause) === 'SQLITE_BUSY') {
      throw new KickbotError(
        'storage.unavailable',
        `The database ${path} is locked by another program. Close that one, then try again.`,
        { cause },
      );
    }
    throw new KickbotError(
      'storage.migration_failed',
      `The database ${path} could not be brought up to date (${messageOf(cause)}). It may be damaged or belong to a newer kickbot; restore a backup or move the file away.`,
      { cause },
    );
  }
  return database;
}

/** Where the database is; `:memory:` for one that is nowhere. */
export function databasePath({ url, directory }: DatabaseOptions): string {
  const path = url.slice('sqlite:'.length);
  return path === ':memory:' ? path : resolve(directory, path);
}

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : undefined);

function openSqlite(path: string) {
  try {
    if (path !== ':memory:') {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      keepToOwner(path);
    }
    const sqlite = new SqliteDatabase(path);
    try {
      // Other processes may hold the file for a moment; WAL lets readers go on while one writes.
      sqlite.exec('pragma busy_timeout = 5000');
      writeAhead(sqlite);
      sqlite.exec('pragma synchronous = normal; pragma foreign_keys = on');
      return { prepare: (text: string) => sqlite.prepare(text), close: () => closeSqlite(sqlite) };
    } catch (error) {
      sqlite.close();
      throw error;
    }
  } catch (cause) {
    throw new KickbotError(
      'storage.unavailable',
      `Cannot open the database ${path} (${messageOf(cause)}). Check storage.url and the rights on that file and its folder.`,
      { cause },
    );
  }
}

/**
 * Two processes that make the database at once stand in each other's way here, and SQLite waits for neither. It does
 * wait for the right to write, so that is asked for in between.
 */
function writeAhead(sqlite: SqliteDatabase.Database): void {
  for (let triesLeft = 10; ; triesLeft -= 1) {
    try {
      sqlite.exec('pragma journal_mode = wal');
      return;
    } catch (error) {
      if (codeOf(error) !== 'SQLITE_BUSY' || triesLeft === 0) throw error;
      sqlite.exec('begin immediate; commit');
    }
  }
}

const { O_RDWR, O_CREAT, O_NOFOLLOW = 0 } = constants;

/**
 * SQLite would create the file for everyone to read; an existing one keeps its owner's choice but not others' access.
 * A link in its place is not followed: it may have been put there to have another file changed.
 */
function keepToOwner(path: string): void {
  let file: number;
  try {
    file = openSync(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0o600);
  } catch (error) {
    if (codeOf(error) !== 'ELOOP') throw error;
    throw new Error('it is a symbolic link; name the file itself', { cause: error });
  }
  try {
    fchmodSync(file, 0o600);
  } finally {
    closeSync(file);
  }
}

/**
 * libsql closes the file only when its statements are collected as garbage, so SQLite does not move what was written
 * ahead into it by itself. Whoever copies the file of a stopped bot is to find everything in it.
 */
function closeSqlite(sqlite: SqliteDatabase.Database): void {
  try {
    sqlite.exec('pragma wal_checkpoint(passive)');
  } catch {
    // A statement that failed is in the way until it is collected, too. What was written ahead is safe where it is:
    // the next to open the file finds it.
  }
  sqlite.close();
}

/**
 * Runs what is missing in one transaction: it all lands or nothing does, and of two processes that start together
 * the second waits and finds the work done. (Kysely does neither for SQLite by itself.)
 */
export async function migrate(database: Database, provider: MigrationProvider): Promise<void> {
  await database.connection().execute(async (connection) => {
    await sql`begin immediate`.execute(connection);
    const { error } = await new Migrator({ db: connection, provider }).migrateToLatest();
    if (error === undefined) {
      await sql`commit`.execute(connection);
      return;
    }
    // SQLite may have rolled back by itself (a full disk); the first error is the one to tell.
    await sql`rollback`.execute(connection).catch(() => undefined);
    throw error;
  });
}

/**
 * Runs `work` so that what it commits is on the disk when this resolves, through a power cut too. Other writes
 * are `synchronous = normal`: they survive a crash of the process, and a power cut may take the last of them.
 *
 * The setting belongs to the connection and cannot change inside a transaction, so the connection is held
 * meanwhile: `work` must use the database it is handed, and must not be called inside a transaction.
 *
 * @see https://www.sqlite.org/pragma.html#pragma_synchronous
 */
export async function durably<T>(database: Database, work: (database: Database) => Promise<T>): Promise<T> {
  return database.connection().execute(async (connection) => {
    await sql`pragma synchronous = full`.execute(connection);
    try {
      return await work(connection);
    } finally {
      await sql`pragma synchronous = normal`.execute(connection);
    }
  });
}
