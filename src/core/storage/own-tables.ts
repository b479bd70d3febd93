import type { Kysely, Migration } from 'kysely';
import { KickbotError, messageOf } from '../primitives/error.js';
import { migrate } from './database.js';
import type { Database } from './schema.js';

/**
 * Brings a plugin's own tables up to date. Each begins with `prefix`; a migration that makes or drops another one, or
 * that fails, changes nothing and throws `storage.migration_failed`.
 */
export async function openOwnTables<Schema>(
  database: Database,
  { plugin, prefix }: { readonly plugin: string; readonly prefix: string },
  migrations: Readonly<Record<string, Migration>>,
): Promise<Kysely<Schema>> {
  try {
    const before = await tableNames(database);
    const check = async (changed: Database) => {
      const after = await tableNames(changed);
      const made = [...after].filter((name) => !before.has(name));
      const dropped = [...before].filter((name) => !after.has(name));
      const foreign = [...made, ...dropped].find((name) => !name.startsWith(prefix));
      if (foreign !== undefined) {
        throw new RangeError(`the names of its tables have to begin with ${prefix}, and ${foreign} does not`);
      }
    };
    await migrate(database, { getMigrations: async () => ({ ...migrations }) }, { prefix, check });
  } catch (cause) {
    throw new KickbotError(
      'storage.migration_failed',
      `Plugin ${plugin}: its tables could not be brought up to date (${messageOf(cause)}). Correct its migrations, or take the plugin out of the configuration.`,
      { cause },
    );
  }
  // The plugin names its tables' types; the others are none of its business.
  const tables = database.withTables() as unknown as Kysely<Schema>;
  // A plugin that tidies up must not close the bot's database.
  return Object.defineProperty(tables, 'destroy', { value: async () => {} });
}

async function tableNames(database: Database): Promise<Set<string>> {
  const tables = await database.introspection.getTables({ withInternalKyselyTables: true });
  return new Set(tables.map(({ name }) => name));
}
