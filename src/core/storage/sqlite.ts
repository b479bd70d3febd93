import { closeSync, constants, fchmodSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { CompiledQuery, type DatabaseConnection, type Dialect, SqliteDialect, SqliteDriver } from 'kysely';
import SqliteDatabase from 'libsql';
import { KickbotError, messageOf } from '../primitives/error.js';

/** A file, or `:memory:`. Connecting throws `storage.unavailable` where it cannot be opened. */
export function sqliteDialect(path: string): Dialect {
  return new ImmediateSqliteDialect({ database: async () => openSqlite(path) });
}

class ImmediateSqliteDialect extends SqliteDialect {
  readonly #config: ConstructorParameters<typeof SqliteDriver>[0];

  constructor(config: ConstructorParameters<typeof SqliteDriver>[0]) {
    super(config);
    this.#config = config;
  }

  override createDriver(): ImmediateSqliteDriver {
    return new ImmediateSqliteDriver(this.#config);
  }
}

/** SQLite waits for another process before a transaction, and not for the first write in one that has begun to read. */
class ImmediateSqliteDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }
}

export const codeOf = (error: unknown) =>
  error instanceof Error && 'code' in error ? error.code : undefined;

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
