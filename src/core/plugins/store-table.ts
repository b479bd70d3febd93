import type { SelectQueryBuilder } from 'kysely';
import type { z } from 'zod';
import type { Channel } from '../events/kick-event.js';
import { type Duration, durationMs } from '../primitives/duration.js';
import { KickbotError } from '../primitives/error.js';
import type { UserId } from '../primitives/ids.js';
import type { DatabaseSchema, PluginValueTable } from '../storage/schema.js';
import { isThenable } from './invoker.js';
import { type StoreTransactions, ThrownByPlugin } from './store-transactions.js';

/** Under what a value is kept; a number, such as a user's id, counts as its digits. */
export type StoreKey = string | number;

export interface StoreEntry<Value> {
  readonly key: string;
  readonly value: Value;
}

/** How long a value stays: for good when left out, or for as long as the one it replaces in `update` and `increment`. */
export interface StoreExpiry {
  readonly expiresIn?: Duration;
}

const largestValueBytes = 64 * 1024;
const longestKey = 200;

/** The columns that tell entries apart. */
const identity = ['plugin', 'table_name', 'part', 'key'] as const;

interface Part {
  readonly channel?: number;
  readonly user?: number;
}

/** Where a table of a plugin is. */
export interface StoreTableSource<Input, Output> {
  readonly plugin: string;
  readonly name: string;
  readonly schema: z.ZodType<Output, Input>;
  readonly transactions: StoreTransactions;
}

/**
 * Values of one kind under keys, kept through restarts. Made by `Store.of`.
 *
 * Values are JSON of at most 64 kB and are checked against the schema when they are written and when they are read;
 * keys are texts of 1 to 200 characters. Each method throws `store.value_invalid`, `store.value_too_large` or
 * `store.key_invalid` when that does not hold, and `storage.failed` when the database cannot be used.
 */
export class StoreTable<Input, Output = Input> {
  readonly #source: StoreTableSource<Input, Output>;
  readonly #part: Part;

  /** @internal */
  constructor(source: StoreTableSource<Input, Output>, part: Part = {}) {
    this.#source = source;
    this.#part = part;
  }

  /** The part of the table that belongs to one channel. */
  channel({ channelId }: Pick<Channel, 'channelId'>): StoreTable<Input, Output> {
    return new StoreTable(this.#source, { ...this.#part, channel: channelId });
  }

  /** The part of the table that belongs to one user; of a channel's part, to that user there. */
  user({ id }: { readonly id: UserId }): StoreTable<Input, Output> {
    return new StoreTable(this.#source, { ...this.#part, user: id });
  }

  async get(key: StoreKey): Promise<Output | undefined> {
    const text = keyText(key);
    const [entry] = await this.#select((rows) => rows.where('key', '=', text));
    return entry?.value;
  }

  /** Writes a value in place of the one before. */
  async set(key: StoreKey, value: Input, expiry: StoreExpiry = {}): Promise<void> {
    const id = { ...this.#partition, key: keyText(key) };
    const row = { ...this.#written(id.key, value), expires_at: this.#expiresAt(expiry) ?? null };
    await this.#source.transactions.query((database) =>
      database
        .insertInto('plugin_values')
        .values({ ...id, ...row.columns, expires_at: row.expires_at })
        .onConflict((conflict) =>
          conflict.columns(identity).doUpdateSet({ ...row.columns, expires_at: row.expires_at }),
        )
        .execute(),
    );
    if (row.expires_at !== null) await this.#source.transactions.sweep();
  }

  /** Resolves with whether there was a value. */
  async delete(key: StoreKey): Promise<boolean> {
    const id = { ...this.#partition, key: keyText(key) };
    const deleted = await this.#source.transactions.query((database) =>
      database
        .deleteFrom('plugin_values')
        .where((where) => where.and(id))
        .returning('expires_at')
        .executeTakeFirst(),
    );
    return deleted !== undefined && !this.#isExpired(deleted);
  }

  /**
   * Replaces the value with what `change` makes of it, and nobody else changes it in between, nor does another process
   * on the same database. `change` is given undefined where there is none, must not be async, and deletes the value by
   * returning undefined. Resolves with the new value.
   *
   * @example
   * await streaks.update(user.id, (streak) => ({ days: (streak?.days ?? 0) + 1, last: today }));
   */
  update(key: StoreKey, change: (value: Output | undefined) => Input, expiry?: StoreExpiry): Promise<Output>;
  update(
    key: StoreKey,
    change: (value: Output | undefined) => Input | undefined,
    expiry?: StoreExpiry,
  ): Promise<Output | undefined>;
  async update(
    key: StoreKey,
    change: (value: Output | undefined) => Input | undefined,
    expiry: StoreExpiry = {},
  ): Promise<Output | undefined> {
    const id = { ...this.#partition, key: keyText(key) };
    const expiresAt = this.#expiresAt(expiry);
    const after = await this.#source.transactions.atomically(async (database) => {
      const remove = () =>
        database
          .deleteFrom('plugin_values')
          .where((where) => where.and(id))
          .execute();
      // An empty text holds the key's place until the end, so that on PostgreSQL others wait for it as well.
      const found = await database
        .insertInto('plugin_values')
        .values({ ...id, value: '', rank: null, expires_at: null })
        .onConflict((conflict) =>
          conflict.columns(identity).doUpdateSet((of) => ({ value: of.ref('plugin_values.value') })),
        )
        .returning(['value', 'expires_at'])
        .executeTakeFirstOrThrow();
      const isThere = found.value !== '' && !this.#isExpired(found);
      try {
        const value = change(isThere ? this.#read(id.key, found.value) : undefined);
        if (value !== undefined) {
          const { columns, read } = this.#written(id.key, value);
          const kept = isThere ? found.expires_at : null;
          await database
            .updateTable('plugin_values')
            .set({ ...columns, expires_at: expiresAt ?? kept })
            .where((where) => where.and(id))
            .execute();
          return read;
        }
      } catch (error) {
        if (found.value === '') await remove();
        throw new ThrownByPlugin(error);
      }
      await remove();
      return undefined;
    });
    if (expiresAt !== undefined) await this.#source.transactions.sweep();
    return after;
  }

  /** Adds to a number, as `update` does; from 0 where there is none. Resolves with the sum. */
  increment(
    this: StoreTable<number>,
    key: StoreKey,
    by: number = 1,
    expiry: StoreExpiry = {},
  ): Promise<number> {
    return this.update(key, (value = 0) => value + by, expiry);
  }

  /** All entries by their keys in the order of Unicode, or at most `limit` of those behind the key `after`. */
  list({
    after,
    limit,
  }: {
    readonly after?: StoreKey;
    readonly limit?: number;
  } = {}): Promise<readonly StoreEntry<Output>[]> {
    return this.#select((rows) => {
      const behind = after === undefined ? rows : rows.where('key', '>', keyText(after));
      const sorted = behind.orderBy('key');
      return limit === undefined ? sorted : sorted.limit(limit);
    });
  }

  /** The entries with the `count` highest numbers, the highest first; equal ones by their keys. */
  top(this: StoreTable<number>, count: number): Promise<readonly StoreEntry<number>[]> {
    return this.#select((rows) =>
      rows.where('rank', 'is not', null).orderBy('rank', 'desc').orderBy('key').limit(count),
    );
  }

  get #partition() {
    const { channel, user } = this.#part;
    const part = [
      ...(channel === undefined ? [] : [`channel:${channel}`]),
      ...(user === undefined ? [] : [`user:${user}`]),
    ];
    return { plugin: this.#source.plugin, table_name: this.#source.name, part: part.join(' ') };
  }

  async #select(narrow: (rows: StoredRows) => StoredRows): Promise<readonly StoreEntry<Output>[]> {
    const { transactions } = this.#source;
    const rows = await transactions.query((database) =>
      narrow(
        database
          .selectFrom('plugin_values')
          .select(['key', 'value'])
          .where((where) => where.and(this.#partition))
          .where((where) =>
            where.or([where('expires_at', 'is', null), where('expires_at', '>', transactions.clock.now())]),
          ),
      ).execute(),
    );
    return rows.map(({ key, value }) => ({ key, value: this.#read(key, value) }));
  }

  /** The columns of a value, and the value as it will be read. */
  #written(key: string, value: Input) {
    if (isThenable(value)) throw this.#invalid(key, 'the function given to update() must not be async');
    const text: string | undefined = JSON.stringify(value);
    if (text === undefined) throw this.#invalid(key, `${typeof value} is no JSON; delete() removes a value`);
    const bytes = Buffer.byteLength(text);
    if (bytes > largestValueBytes) {
      throw new KickbotError(
        'store.value_too_large',
        `${this.#nameOf(key)} takes ${bytes} bytes as JSON, and ${largestValueBytes} are allowed: spread it over several keys.`,
      );
    }
    const columns = { value: text, rank: typeof value === 'number' ? value : null };
    return { columns, read: this.#read(key, text) };
  }

  #read(key: string, text: string): Output {
    const parsed = this.#source.schema.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw this.#invalid(
      key,
      [issue?.path.join('.'), issue?.message].filter(Boolean).join(': '),
      parsed.error,
    );
  }

  #invalid(key: string, problem: string, cause?: unknown): KickbotError {
    return new KickbotError(
      'store.value_invalid',
      `${this.#nameOf(key)} does not fit the schema of its table: ${problem}.`,
      { cause },
    );
  }

  #nameOf(key: string): string {
    const { plugin, name } = this.#source;
    return `Plugin ${plugin}, store ${name}: the value of '${key}'`;
  }

  #expiresAt({ expiresIn }: StoreExpiry): number | undefined {
    return expiresIn === undefined
      ? undefined
      : this.#source.transactions.clock.now() + durationMs(expiresIn);
  }

  #isExpired({ expires_at }: { readonly expires_at: number | null }): boolean {
    return expires_at !== null && expires_at <= this.#source.transactions.clock.now();
  }
}

type StoredRows = SelectQueryBuilder<
  DatabaseSchema,
  'plugin_values',
  Pick<PluginValueTable, 'key' | 'value'>
>;

function keyText(key: StoreKey): string {
  const text = String(key);
  // PostgreSQL has no NUL in its texts, and half a surrogate pair is not kept by either.
  if (text !== '' && text.length <= longestKey && !/[\0\p{Surrogate}]/u.test(text)) return text;
  throw new KickbotError(
    'store.key_invalid',
    `${JSON.stringify(text.slice(0, 80))} cannot be a key: use 1 to ${longestKey} characters of well-formed text.`,
  );
}
