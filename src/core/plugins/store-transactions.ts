import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock } from '../primitives/clock.js';
import { KickbotError, messageOf } from '../primitives/error.js';
import type { Database } from '../storage/schema.js';

/** Everything else in the bot that writes to SQLite waits meanwhile. */
const longestMs = 1_000;
const sweepEveryMs = 60_000;
const sweepEveryWrites = 500;
const sweptAtOnce = 1_000;

type Queries<T> = (database: Database) => Promise<T>;

/** What a plugin's own function threw, on its way through the database's layers. */
export class ThrownByPlugin extends Error {
  constructor(override readonly cause: unknown) {
    super();
  }
}

/** The database of all plugins' stores, and which calls belong to which transaction. */
export class StoreTransactions {
  readonly #current = new AsyncLocalStorage<OpenTransaction>();
  #sweptAt = -Infinity;
  #writesSince = 0;

  constructor(
    private readonly open: () => Promise<Database>,
    readonly clock: Clock,
  ) {}

  /** The database itself, outside of all transactions. */
  database(): Promise<Database> {
    return this.open();
  }

  /** Runs the queries in the transaction this is called from, otherwise by themselves. */
  query<T>(queries: Queries<T>): Promise<T> {
    const current = this.#current.getStore();
    return typed(async () => (current ? current.query(queries) : queries(await this.open())));
  }

  /** The same, and all of the queries happen or none. */
  atomically<T>(queries: Queries<T>): Promise<T> {
    const current = this.#current.getStore();
    return typed(async () =>
      current ? current.query(queries) : (await this.open()).transaction().execute(queries),
    );
  }

  /** Whatever `work` calls here belongs to one transaction. */
  async run<T>(work: () => T | Promise<T>): Promise<T> {
    // Within another one it is a part of that.
    if (this.#current.getStore() !== undefined) return work();
    return typed(async () =>
      (await this.open()).transaction().execute(async (database) => {
        const transaction = new OpenTransaction(database);
        try {
          return await this.#inTime(async () => this.#current.run(transaction, work));
        } catch (error) {
          throw new ThrownByPlugin(error);
        } finally {
          await transaction.end();
        }
      }),
    );
  }

  /** Something that expires was written: now and then what expired before is deleted. */
  async sweep(): Promise<void> {
    this.#writesSince++;
    const isTime = this.clock.monotonic() - this.#sweptAt >= sweepEveryMs;
    if (this.#current.getStore() !== undefined || !(isTime || this.#writesSince >= sweepEveryWrites)) return;
    this.#sweptAt = this.clock.monotonic();
    this.#writesSince = 0;
    await this.query((database) =>
      database
        .deleteFrom('plugin_values')
        .where(({ eb, refTuple, selectFrom }) =>
          eb(
            refTuple('plugin', 'table_name', 'part', 'key'),
            'in',
            selectFrom('plugin_values')
              .select(['plugin', 'table_name', 'part', 'key'])
              .where('expires_at', '<=', this.clock.now())
              .limit(sweptAtOnce)
              .$asTuple('plugin', 'table_name', 'part', 'key'),
          ),
        )
        .execute(),
    );
  }

  async #inTime<T>(work: () => Promise<T>): Promise<T> {
    let cancel = () => {};
    const tooLong = new Promise<never>((_, reject) => {
      cancel = this.clock.schedule(longestMs, () => {
        const sentence = `A transaction took longer than ${longestMs} ms and was undone. Wait for nothing but the store inside it.`;
        reject(new KickbotError('store.transaction_too_long', sentence));
      });
    });
    try {
      return await Promise.race([work(), tooLong]);
    } finally {
      cancel();
    }
  }
}

class OpenTransaction {
  #isOver = false;
  /** One call after the other: between the queries of one no other may change what it read. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(private readonly database: Database) {}

  query<T>(queries: Queries<T>): Promise<T> {
    if (this.#isOver) {
      throw new KickbotError(
        'store.transaction_over',
        'The store was used by a transaction that is over. Await everything inside the function given to transaction().',
      );
    }
    const result = this.#last.then(() => queries(this.database));
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Resolves when all calls made so far are done. */
  async end(): Promise<void> {
    this.#isOver = true;
    await this.#last;
  }
}

async function typed<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof ThrownByPlugin) throw error.cause;
    if (error instanceof KickbotError) throw error;
    throw new KickbotError(
      'storage.failed',
      `The database could not be used (${messageOf(error)}). Check what storage.url names: the disk and its rights, or the server.`,
      { cause: error },
    );
  }
}
