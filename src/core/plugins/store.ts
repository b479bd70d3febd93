import type { Kysely, Migration } from 'kysely';
import type { z } from 'zod';
import { KickbotError } from '../primitives/error.js';
import { openOwnTables } from '../storage/own-tables.js';
import { StoreTable } from './store-table.js';
import type { StoreTransactions } from './store-transactions.js';

/**
 * What a plugin remembers through restarts, in the bot's database. Ask for it in the constructor; no plugin sees what
 * another one keeps, and what it kept stays when it is unloaded.
 *
 * @example
 * readonly #points: StoreTable<number>;
 * constructor(store: Store) { this.#points = store.of('points', z.number().int()); }
 *
 * @Command('points')
 * async points(ctx: CommandContext) {
 *   const points = await this.#points.channel(ctx.channel).get(ctx.sender.id);
 *   return `${ctx.sender.username} has ${points ?? 0} points`;
 * }
 */
export class Store {
  readonly #plugin: string;
  readonly #transactions: StoreTransactions;

  /** @internal */
  constructor(plugin: string, transactions: StoreTransactions) {
    this.#plugin = plugin;
    this.#transactions = transactions;
  }

  /**
   * The plugin's table of that name, with values that fit the schema; it need not be made before. Throws
   * `store.name_invalid`.
   */
  of<Output, Input>(name: string, schema: z.ZodType<Output, Input>): StoreTable<Input, Output> {
    if (!/^[A-Za-z][A-Za-z0-9_-]{0,63}$/.test(name)) {
      throw new KickbotError(
        'store.name_invalid',
        `Plugin ${this.#plugin}: '${name}' cannot name a table of the store: use 1 to 64 letters, digits, - and _, a letter first.`,
      );
    }
    const source = { plugin: this.#plugin, name, schema, transactions: this.#transactions };
    return new StoreTable(source);
  }

  /**
   * Everything that `work` does with stores happens, or nothing of it where `work` throws; within another transaction
   * it is a part of that. The rest of the bot waits for it, so it may take a second: wait for nothing else inside.
   *
   * Throws what `work` throws, `store.transaction_too_long`, and `store.transaction_over` in a call that `work` did
   * not wait for.
   *
   * @example
   * await this.store.transaction(async () => {
   *   await points.increment(giver.id, -10);
   *   await points.increment(taker.id, 10);
   * });
   */
  transaction<T>(work: () => T | Promise<T>): Promise<T> {
    return this.#transactions.run(work);
  }

  /**
   * Tables of the plugin's own, for what values under keys do not do: joins, indices, search. Runs the migrations that
   * were not run before, in the order of their names, all or none of them, and resolves with Kysely on the bot's
   * database. Call it in `onLoad`. The names of the tables begin with the plugin's, `quotes_`: in lower case, and with
   * `_` for whatever is neither letter nor digit. What runs on SQLite and PostgreSQL alike is up to the plugin.
   *
   * Kysely's queries are no part of `transaction()` and must not be waited for inside it.
   *
   * Throws `storage.migration_failed`, and has changed nothing then.
   *
   * @see https://kysely.dev/docs/migrations
   */
  async tables<Schema>(migrations: Readonly<Record<string, Migration>>): Promise<Kysely<Schema>> {
    const plugin = this.#plugin;
    const prefix = `${plugin.toLowerCase().replace(/[^a-z0-9]/g, '_')}_`;
    return openOwnTables<Schema>(await this.#transactions.database(), { plugin, prefix }, migrations);
  }
}
