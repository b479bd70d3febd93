import { sql } from 'kysely';
import type { Cancel, Clock } from '../primitives/clock.js';
import { messageOf } from '../primitives/error.js';
import { type MessageId, messageId } from '../primitives/ids.js';
import { eachText } from '../storage/dialect.js';
import type { Database } from '../storage/schema.js';
import type { Logger } from '../telemetry/logger.js';

/** Kick's webhooks are taken for 24 h; this covers them with an hour to spare. */
const keptForMs = 25 * 3_600_000;
const keptAtMost = 50_000;
const flushEveryMs = 1_000;
const pruneEveryMs = 3_600_000;
/** Deleting an hour's worth of a busy bot at once would hold everything up for seconds. */
const pruneEveryMessages = 2_000;

export interface SeenMessagesOptions {
  database: Database;
  clock: Clock;
  logger: Logger;
}

/**
 * The ids of the messages handled last, in the database, so that what is delivered again after a restart is known.
 * Written once a second: a process that is killed forgets those of its last second.
 */
export class SeenMessages {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #unwritten: MessageId[] = [];
  #writing: Promise<void> = Promise.resolve();
  #cancelFlush: Cancel | undefined;
  #prunedAt = -Infinity;
  #writtenSince = 0;
  #isFailing = false;

  constructor({ database, clock, logger }: SeenMessagesOptions) {
    this.#database = database;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Those of earlier runs, the oldest first. */
  async load(): Promise<readonly MessageId[]> {
    await this.#prune();
    const rows = await this.#database
      .selectFrom('seen_messages')
      .select('message_id')
      .orderBy('seen_at')
      .execute();
    return rows.map((row) => messageId(row.message_id));
  }

  /** The message is about to be handled. */
  add(message: MessageId): void {
    this.#unwritten.push(message);
    this.#cancelFlush ??= this.#clock.schedule(flushEveryMs, () => {
      this.#cancelFlush = undefined;
      void this.flush();
    });
  }

  /** Resolves when everything added so far is written, or could not be. */
  flush(): Promise<void> {
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  async #write(): Promise<void> {
    // Of more than are kept the first would be deleted at once.
    const messages = this.#unwritten.slice(-keptAtMost);
    if (messages.length === 0) return;
    this.#unwritten = [];
    try {
      // One parameter for all: with a row for each the query builder takes ten times as long as the database.
      await sql`
        insert into seen_messages (message_id, seen_at)
        select value, ${this.#clock.now()} from ${eachText(this.#database, messages)}
        where true on conflict do nothing
      `.execute(this.#database);
      this.#writtenSince += messages.length;
      const isTime = this.#clock.monotonic() - this.#prunedAt >= pruneEveryMs;
      if (isTime || this.#writtenSince >= pruneEveryMessages) await this.#prune();
      if (this.#isFailing) this.#logger.info('The ids of handled messages are stored again.');
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) {
        this.#logger.warn(
          `The ids of handled messages cannot be stored (${messageOf(error)}). Until they can, messages may be handled a second time after a restart.`,
          { error },
        );
      }
      this.#isFailing = true;
      // They go with the next ones. Written twice does no harm.
      this.#unwritten = [...messages, ...this.#unwritten].slice(-keptAtMost);
    }
  }

  async #prune(): Promise<void> {
    this.#prunedAt = this.#clock.monotonic();
    this.#writtenSince = 0;
    const database = this.#database;
    await database
      .deleteFrom('seen_messages')
      .where('seen_at', '<', this.#clock.now() - keptForMs)
      .execute();
    const surplus = await database
      .selectFrom('seen_messages')
      .select('seen_at')
      .orderBy('seen_at', 'desc')
      .limit(1)
      .offset(keptAtMost)
      .executeTakeFirst();
    if (surplus === undefined) return;
    await database.deleteFrom('seen_messages').where('seen_at', '<=', surplus.seen_at).execute();
  }
}
