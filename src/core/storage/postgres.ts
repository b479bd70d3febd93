import { type Dialect, PostgresDialect } from 'kysely';
import type { PoolConfig } from 'pg';
import { KickbotError, messageOf } from '../primitives/error.js';
import { withoutPassword } from '../primitives/printable.js';
import { codeOf } from './sqlite.js';

/** PostgreSQL's type int8. The numbers in our columns are exact as JavaScript's. */
const int8 = 20;
const connectTimeoutMs = 5_000;

/**
 * A server by its address, `postgres://user:password@host:5432/database`; what it leaves out is taken from PGHOST,
 * PGPASSWORD and the like.
 *
 * Throws `storage.driver_missing` without the package pg, and `storage.unavailable` when the server cannot be reached.
 *
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
 */
export async function postgresDialect(url: string, load = () => import('pg')): Promise<Dialect> {
  const { default: pg } = await load().catch((cause: unknown) => {
    throw new KickbotError(
      'storage.driver_missing',
      `storage.url names a PostgreSQL server, and the package for it cannot be loaded (${messageOf(cause)}). Run: npm install pg`,
      { cause },
    );
  });
  const { getTypeParser } = pg.types;
  const settings: PoolConfig = {
    connectionString: url,
    application_name: 'kickbot',
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    types: {
      getTypeParser: ((oid, format) =>
        oid === int8 ? Number : getTypeParser(oid, format)) as typeof getTypeParser,
    },
  };
  const pool = new pg.Pool(settings);
  // A connection that breaks while nobody uses it: the next one to need one is told.
  pool.on('error', () => undefined);
  try {
    (await pool.connect()).release();
  } catch (cause) {
    await pool.end();
    throw new KickbotError(
      'storage.unavailable',
      `Cannot use the database ${withoutPassword(url)} (${reasonOf(cause)}). Check storage.url, and whether the server runs and lets this user in.`,
      { cause },
    );
  }
  return new PostgresDialect({ pool });
}

/** Of several addresses that were tried none gives a sentence of its own. */
function reasonOf(cause: unknown): string {
  return messageOf(cause) || String(codeOf(cause));
}
