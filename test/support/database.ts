import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { openDatabase } from '../../src/core/storage/database.js';
import type { Database } from '../../src/core/storage/schema.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** The server of the project `postgres`; the other projects have none and use SQLite. */
    postgresUrl?: string;
  }
}

export const onPostgres = inject('postgresUrl') !== undefined;

/** The address of a database that nobody else has: on PostgreSQL where the project is that, otherwise the given one. */
export async function newDatabaseUrl(sqliteUrl = 'sqlite::memory:'): Promise<string> {
  const server = inject('postgresUrl');
  if (server === undefined) return sqliteUrl;
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const client = new pg.Client(server);
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  return Object.assign(new URL(server), { pathname: `/${name}` }).href;
}

/** An empty database that nobody else has. */
export async function openTestDatabase(): Promise<Database> {
  return openDatabase({ url: await newDatabaseUrl(), directory: '.' });
}

/** How often a property that asks the database is tried. */
export const runs = onPostgres ? 15 : 200;
