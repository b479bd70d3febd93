import { type Kysely, PostgresAdapter, type RawBuilder, sql } from 'kysely';
import type { Database } from './schema.js';

/** What has to be said to SQLite and PostgreSQL in different words is said here and in the migrations, nowhere else. */
export function isPostgres<Schema>(database: Kysely<Schema>): boolean {
  return database.getExecutor().adapter instanceof PostgresAdapter;
}

/** A table of the texts, in the column `value`: one parameter, however many they are. */
export function eachText(database: Database, texts: readonly string[]): RawBuilder<unknown> {
  const json = JSON.stringify(texts);
  return isPostgres(database)
    ? sql`json_array_elements_text(${json}::json) as each (value)`
    : sql`json_each(${json})`;
}

/** A column of text as bytes: libsql ends the process over a text that is damaged into something other than UTF-8. */
export function bytesOf(database: Database, column: string): RawBuilder<Uint8Array> {
  return isPostgres(database)
    ? sql`convert_to(${sql.ref(column)}, 'UTF8')`
    : sql`cast(${sql.ref(column)} as blob)`;
}

/**
 * Runs one statement that looks and then writes, while nobody else does under the same name. SQLite has one writer
 * at a time anyway.
 */
export function aloneIn<T>(
  database: Database,
  name: string,
  statement: (database: Database) => Promise<T>,
): Promise<T> {
  if (!isPostgres(database)) return statement(database);
  return database.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(transaction);
    return statement(transaction);
  });
}
