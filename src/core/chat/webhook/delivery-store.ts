import { sql } from 'kysely';
import type { Clock } from '../../primitives/clock.js';
import { messageOf } from '../../primitives/error.js';
import { type UserId, userId } from '../../primitives/ids.js';
import type { Database } from '../../storage/schema.js';
import type { Logger } from '../../telemetry/logger.js';

/** One webhook as Kick sent it, its signature checked. */
export interface WebhookDelivery {
  /** `Kick-Event-Message-Id`, a ULID: a repetition has the same. */
  readonly messageId: string;
  readonly type: string;
  readonly broadcasterUserId: UserId;
  /** Wall clock in milliseconds, by Kick's clock. */
  readonly sentAt: number;
  /** JSON. */
  readonly body: string;
}

/** One that an earlier process did not come to. */
export interface LeftDelivery extends WebhookDelivery {
  /** How often it was handed on after a start, and still not settled. */
  readonly recalls: number;
}

/** Longer than a delivery is accepted after it was sent: until then its id must be known. */
const rememberedMs = 25 * 3_600_000;
/** Some 160 bytes each. */
const rememberedAtMost = 2_000_000;
const perWrite = 500;
/** Forgotten at a time, which takes some milliseconds; in between others have their turn. */
const perPart = 1_000;

export interface DeliveryStoreOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The most ids that are remembered, two millions unless told. */
  readonly rememberedAtMost?: number;
}

/**
 * The deliveries of the last 25 hours, two millions at most: which came already, and which no handler has seen yet.
 */
export class DeliveryStore {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #logger: Logger;
  /** Not written yet. */
  readonly #settled: string[] = [];
  #writing: Promise<void> | undefined;
  #isFailing = false;
  readonly #atMost: number;
  /** Ids in the database; undefined until they were counted. */
  #remembered: number | undefined;
  #forgottenUntil = -Infinity;

  constructor({
    database,
    clock,
    logger,
    rememberedAtMost: atMost = rememberedAtMost,
  }: DeliveryStoreOptions) {
    this.#atMost = atMost;
    this.#database = database;
    this.#clock = clock;
    this.#logger = logger;
  }

  /**
   * Of what was sent up to then it is not known any more whether it came, because more came since than is remembered.
   * Wall clock in milliseconds.
   */
  get forgottenUntil(): number {
    return this.#forgottenUntil;
  }

  /** Resolves with false where it came before. Rejects where it could not be stored. */
  async add({ messageId, type, broadcasterUserId, sentAt, body }: WebhookDelivery): Promise<boolean> {
    // Kick waits for the answer to this, and the query builder would take as long as the database does.
    const { numAffectedRows } = await sql`
      insert into webhook_deliveries (message_id, type, broadcaster_user_id, sent_at, body)
      values (${messageId}, ${type}, ${broadcasterUserId}, ${sentAt}, ${body})
      on conflict (message_id) do nothing
    `.execute(this.#database);
    if (numAffectedRows === 0n) return false;
    if (this.#remembered !== undefined) this.#remembered++;
    return true;
  }

  /** It needs no second delivery. Written in the background; what cannot be written is tried again later. */
  settle(messageId: string): void {
    this.#settled.push(messageId);
    void this.write();
  }

  /** What earlier processes stored and did not settle, oldest first. */
  async unsettled(): Promise<readonly LeftDelivery[]> {
    const rows = await this.#database
      .selectFrom('webhook_deliveries')
      .select(['message_id', 'type', 'broadcaster_user_id', 'sent_at', 'body', 'recalls'])
      .where('settled_at', 'is', null)
      .where('sent_at', '>=', this.#clock.now() - rememberedMs)
      .orderBy('sent_at')
      .orderBy('message_id')
      .execute();
    return rows.map(({ message_id, type, broadcaster_user_id, sent_at, body, recalls }) => ({
      messageId: message_id,
      type,
      broadcasterUserId: userId(broadcaster_user_id),
      sentAt: sent_at,
      body,
      recalls,
    }));
  }

  /** Notes that it is about to be handed on once more; false where somebody else does that, or did. */
  async recall({ messageId, recalls }: LeftDelivery): Promise<boolean> {
    const { numUpdatedRows } = await this.#database
      .updateTable('webhook_deliveries')
      .set({ recalls: recalls + 1 })
      .where('message_id', '=', messageId)
      .where('settled_at', 'is', null)
      .where('recalls', '=', recalls)
      .executeTakeFirst();
    return numUpdatedRows === 1n;
  }

  /** Forgets what is too old to come again, and the oldest of what is more than is remembered. */
  async clean(): Promise<void> {
    const expired = this.#clock.now() - rememberedMs;
    this.#remembered ??= await this.#count();
    await this.#forget(expired, expired);
    const surplus = this.#remembered - this.#atMost;
    if (surplus <= 0) return;
    const last = await this.#database
      .selectFrom('webhook_deliveries')
      .select('sent_at')
      .orderBy('sent_at')
      .offset(surplus - 1)
      .limit(1)
      .executeTakeFirst();
    if (last === undefined) return;
    // First, so that none is taken for new that is being forgotten.
    this.#forgottenUntil = Math.max(this.#forgottenUntil, last.sent_at);
    await this.#forget(last.sent_at, expired);
  }

  async #count(): Promise<number> {
    const { ids, oldest } = await this.#database
      .selectFrom('webhook_deliveries')
      .select((of) => [of.fn.countAll<number>().as('ids'), of.fn.min('sent_at').as('oldest')])
      .executeTakeFirstOrThrow();
    // Only forgetting keeps it that full: an earlier process may have forgotten what is older than the oldest.
    if (ids > this.#atMost * 0.9) this.#forgottenUntil = Math.max(this.#forgottenUntil, oldest - 1);
    return ids;
  }

  /** What was sent up to then, without what waits for its handlers and is not expired. */
  async #forget(until: number, expired: number): Promise<void> {
    for (;;) {
      const { numAffectedRows = 0n } = await sql`
        delete from webhook_deliveries where message_id in (
          select message_id from webhook_deliveries
          where sent_at <= ${until} and (settled_at is not null or sent_at <= ${expired})
          order by sent_at limit ${perPart}
        )
      `.execute(this.#database);
      const forgotten = Number(numAffectedRows);
      this.#remembered = (this.#remembered ?? forgotten) - forgotten;
      if (forgotten < perPart) return;
      await new Promise(setImmediate);
    }
  }

  /** Resolves when what was settled is written, or could not be. */
  write(): Promise<void> {
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  async #write(): Promise<void> {
    while (this.#settled.length > 0) {
      const ids = this.#settled.splice(0, perWrite);
      try {
        await sql`
          update webhook_deliveries set settled_at = ${this.#clock.now()}, body = ''
          where message_id in (${sql.join(ids)})
        `.execute(this.#database);
        if (this.#isFailing) this.#logger.info('Handled webhooks are marked as such again.');
        this.#isFailing = false;
      } catch (error) {
        this.#settled.unshift(...ids);
        if (!this.#isFailing) {
          this.#logger.error(
            `Handled webhooks cannot be marked as such (${messageOf(error)}): after a restart they would be handled again. Check the disk of storage.url.`,
            { error },
          );
        }
        this.#isFailing = true;
        return;
      }
    }
  }
}
