import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Kysely, type Migration, type MigrationProvider, Migrator, sql } from 'kysely';
import { KickbotError, messageOf } from '../primitives/error.js';
import { isPostgres } from './dialect.js';
import { migrations } from './migrations.js';
import { postgresDialect } from './postgres.js';
import type { Database, DatabaseSchema } from './schema.js';
import { codeOf, sqliteDialect } from './sqlite.js';

export interface DatabaseOptions {
  /** `sqlite:<path>`, `sqlite::memory:` or `postgres://user@host/database`. A relative path starts at `directory`. */
  url: string;
  directory: string;
}

/**
 * Opens the database and brings its tables up to date. A SQLite file is created where there is none, with mode 0600,
 * and its folder with 0700; a PostgreSQL database has to be there.
 *
 * Throws `storage.unavailable` when the file cannot be opened or is locked, or the server cannot be reached,
 * `storage.driver_missing` when the package pg is not installed, and `storage.migration_failed` when a table cannot
 * be brought up to date.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const path = databasePath(options);
  const dialect = path === undefined ? await postgresDialect(options.url) : sqliteDialect(path);
  const database = new Kysely<DatabaseSchema>({ dialect });
  try {
    await migrate(database, { getMigrations: async () => migrations });
  } catch (cause) {
    await database.destroy().catch(() => undefined);
    if (cause instanceof KickbotError) throw cause;
    const name = path ?? 'on the PostgreSQL server of storage.url';
    if (codeOf(cause) === 'SQLITE_BUSY') {
      throw new KickbotError(
        'storage.unavailable',
        `The database ${name} is locked by another program. Close that one, then try again.`,
        { cause },
      );
    }
    throw new KickbotError(
      'storage.migration_failed',
      `The database ${name} could not be brought up to date (${messageOf(cause)}). It may be damaged or belong to a newer kickbot; restore a backup or move it away.`,
      { cause },
    );
  }
  return database;
}

/** Where a SQLite database is, `:memory:` for one that is nowhere; undefined for PostgreSQL. */
export function databasePath({ url, directory }: DatabaseOptions): string | undefined {
  if (!url.startsWith('sqlite:')) return undefined;
  const path = url.slice('sqlite:'.length);
  return path === ':memory:' ? path : resolve(directory, path);
}

/** Whether there is one already, for whoever only wants to look. A PostgreSQL database is taken to be there. */
export function hasDatabase(options: DatabaseOptions): boolean {
  const path = databasePath(options);
  return path === undefined || existsSync(path);
}

export interface MigrationOptions {
  /** Before the names of the two tables that remember what was run. */
  readonly prefix?: string;
  /** Looks at the outcome before it lands; where it throws, nothing does. */
  readonly check?: (database: Database) => Promise<void>;
}

/** Two processes that start together on PostgreSQL wait for each other here. */
const migrationLock = 5_425_268;

/**
 * Runs what is missing in one transaction: it all lands or nothing does, and of two processes that start together
 * the second waits and finds the work done. (Kysely does neither for SQLite by itself.)
 */
export async function migrate(
  database: Database,
  provider: MigrationProvider,
  { prefix = 'kysely_', check = async () => {} }: MigrationOptions = {},
): Promise<void> {
  await database.connection().execute(async (connection) => {
    if (isPostgres(database)) {
      await sql`begin`.execute(connection);
      await sql`select pg_advisory_xact_lock(${migrationLock})`.execute(connection);
    } else {
      await sql`begin immediate`.execute(connection);
    }
    // PostgreSQL refuses whatever comes after a failure, and Kysely would tell of the last refusal.
    let failure: unknown;
    const watched = (migration: Migration): Migration => ({
      async up(db: Kysely<unknown>) {
        try {
          await migration.up(db);
        } catch (thrown) {
          failure = thrown;
          throw thrown;
        }
      },
    });
    const getMigrations = async () => {
      const given = Object.entries(await provider.getMigrations());
      return Object.fromEntries(given.map(([name, migration]) => [name, watched(migration)]));
    };
    const migrator = new Migrator({
      db: connection,
      provider: { getMigrations },
      disableTransactions: true,
      migrationTableName: `${prefix}migration`,
      migrationLockTableName: `${prefix}migration_lock`,
    });
    const error = await migrator
      .migrateToLatest()
      .then((result) => result.error ?? check(connection))
      .catch((thrown: unknown) => thrown);
    if (error === undefined) {
      await sql`commit`.execute(connection);
      return;
    }
    // SQLite may have rolled back by itself (a full disk); the first error is the one to tell.
    await sql`rollback`.execute(connection).catch(() => undefined);
    throw failure ?? error;
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
  // PostgreSQL is so in every transaction.
  if (isPostgres(database)) return work(database);
  return database.connection().execute(async (connection) => {
    await sql`pragma synchronous = full`.execute(connection);
    try {
      return await work(connection);
    } finally {
      await sql`pragma synchronous = normal`.execute(connection);
    }
  });
}
