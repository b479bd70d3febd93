import { closeSync, existsSync, fsyncSync, openSync, rmSync } from 'node:fs';
import SqliteDatabase from 'libsql';
import { KickbotError, messageOf } from '../primitives/error.js';
import { type DatabaseOptions, databasePath } from './database.js';
import { codeOf } from './sqlite.js';

/**
 * Writes the whole database, as it is at this moment, to a new file with mode 0600; a bot may go on using it meanwhile.
 *
 * Throws `storage.nothing_to_back_up` where there is no database, `usage.backup_exists` where there is such a file,
 * `usage.backup_of_postgres`, and `storage.backup_failed`, after which the file is gone.
 *
 * @see https://www.sqlite.org/lang_vacuum.html#vacuuminto
 */
export function backUp(options: DatabaseOptions, file: string): void {
  const path = databasePath(options);
  if (path === undefined) {
    throw new KickbotError(
      'usage.backup_of_postgres',
      `storage.url names a PostgreSQL server, whose own program makes backups: pg_dump --format=custom --file=${file} <storage.url>`,
    );
  }
  if (!existsSync(path)) {
    throw new KickbotError(
      'storage.nothing_to_back_up',
      `There is no database ${path}. Check storage.url, and the folder you are in.`,
    );
  }
  createEmpty(file);
  try {
    const sqlite = new SqliteDatabase(path);
    try {
      sqlite.exec('pragma busy_timeout = 5000');
      sqlite.prepare('vacuum into ?').run(file);
    } finally {
      sqlite.close();
    }
    flush(file);
  } catch (cause) {
    rmSync(file, { force: true });
    throw new KickbotError(
      'storage.backup_failed',
      `${path} could not be written to ${file} (${messageOf(cause)}). Check the room on that disk, and whether the database is damaged.`,
      { cause },
    );
  }
}

/** SQLite would create it for everyone to read, and writes into an empty file only. */
function createEmpty(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') {
      throw new KickbotError('usage.backup_exists', `${file} is there already. Name a new file.`, { cause });
    }
    throw new KickbotError(
      'usage.backup_unwritable',
      `${file} cannot be created (${messageOf(cause)}). Name a file in a folder that is there and may be written to.`,
      { cause },
    );
  }
}

/** What is told to be written survives a power cut. */
function flush(file: string): void {
  const opened = openSync(file, 'r+');
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}
