import { openDatabase } from '../../src/core/storage/database.js';
import type { Database } from '../../src/core/storage/schema.js';

/** An empty database that nobody else has. */
export function openTestDatabase(): Promise<Database> {
  return openDatabase({ url: 'sqlite::memory:', directory: '.' });
}

/** How often a property that asks the database is tried. */
export const runs = 200;
