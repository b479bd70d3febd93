import type { Cancel, Clock } from '../primitives/clock.js';
import { messageOf } from '../primitives/error.js';
import type { Database } from '../storage/schema.js';
import type { Logger } from '../telemetry/logger.js';
import { CooldownMemory, type RestingCommand } from './cooldown-memory.js';

const flushEveryMs = 1_000;
const rowsAtOnce = 500;
/** Of more than these, begun while the database could not be written, the earliest are not written. */
const unwrittenAtMost = 100_000;

export interface CooldownStoreOptions {
  database: Database;
  clock: Clock;
  logger: Logger;
}

/**
 * Keeps the long cooldowns in the database. Written once a second: a process that is killed forgets those of its last
 * second.
 */
export class CooldownStore {
  readonly memory = new CooldownMemory((resting) => this.#add(resting));
  readonly #options: CooldownStoreOptions;
  /** By what the table tells apart, so that none is written twice at once. */
  #unwritten = new Map<string, RestingCommand>();
  #writing: Promise<void> = Promise.resolve();
  #cancelFlush: Cancel | undefined;
  #isFailing = false;

  private constructor(options: CooldownStoreOptions) {
    this.#options = options;
  }

  /** Takes the cooldowns of earlier runs up. */
  static async open(options: CooldownStoreOptions): Promise<CooldownStore> {
    const store = new CooldownStore(options);
    await store.#prune();
    const rows = await options.database.selectFrom('cooldowns').selectAll().orderBy('ends_at').execute();
    for (const { ends_at, ...row } of rows) store.memory.restore({ ...row, endsAt: Number(ends_at) });
    return store;
  }

  /** Resolves when everything begun so far is written, or could not be. */
  flush(): Promise<void> {
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  #add(resting: RestingCommand): void {
    const { plugin, command, circle, who } = resting;
    const key = JSON.stringify([plugin, command, circle, who]);
    this.#unwritten.delete(key);
    this.#unwritten.set(key, resting);
    const [earliest] = this.#unwritten.keys();
    if (this.#unwritten.size > unwrittenAtMost && earliest !== undefined) this.#unwritten.delete(earliest);
    this.#cancelFlush ??= this.#options.clock.schedule(flushEveryMs, () => {
      this.#cancelFlush = undefined;
      void this.flush();
    });
  }

  async #write(): Promise<void> {
    if (this.#unwritten.size === 0) return;
    const { logger } = this.#options;
    const begun = this.#unwritten;
    this.#unwritten = new Map();
    try {
      const rows = [...begun.values()];
      for (let from = 0; from < rows.length; from += rowsAtOnce) {
        await this.#insert(rows.slice(from, from + rowsAtOnce));
      }
      await this.#prune();
      if (this.#isFailing) logger.info('Cooldowns are stored again.');
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) {
        logger.warn(
          `Cooldowns cannot be stored (${messageOf(error)}). Until they can, a restart forgets those that are begun.`,
          { error },
        );
      }
      this.#isFailing = true;
      // They go with the next ones. Written twice does no harm.
      this.#unwritten = new Map([...begun, ...this.#unwritten].slice(-unwrittenAtMost));
    }
  }

  async #insert(resting: readonly RestingCommand[]): Promise<void> {
    await this.#options.database
      .insertInto('cooldowns')
      .values(resting.map(({ endsAt, ...row }) => ({ ...row, ends_at: endsAt })))
      .onConflict((conflict) =>
        conflict
          .columns(['plugin', 'command', 'circle', 'who'])
          .doUpdateSet((values) => ({ ends_at: values.ref('excluded.ends_at') })),
      )
      .execute();
  }

  async #prune(): Promise<void> {
    const { database, clock } = this.#options;
    await database.deleteFrom('cooldowns').where('ends_at', '<=', clock.now()).execute();
  }
}
