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

/** Longer than a delivery is accepted after it was sent: until then its id must be known. */
const rememberedMs = 25 * 3_600_000;
const perWrite = 500;

export interface DeliveryStoreOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The deliveries of the last 25 hours: which came already, and which no handler has seen yet. */
export class DeliveryStore {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #logger: Logger;
  /** Not written yet. */
  readonly #settled: string[] = [];
  #writing: Promise<void> | undefined;
  #isFailing = false;

  constructor({ database, clock, logger }: DeliveryStoreOptions) {
    this.#database = database;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Resolves with false where it came before. Rejects where it could not be stored. */
  async add({ messageId, type, broadcasterUserId, sentAt, body }: WebhookDelivery): Promise<boolean> {
    // Kick waits for the answer to this, and the query builder would take as long as the database does.
    const { numAffectedRows } = await sql`
      insert into webhook_deliveries (message_id, type, broadcaster_user_id, sent_at, body)
      values (${messageId}, ${type}, ${broadcasterUserId}, ${sentAt}, ${body})
      on conflict (message_id) do nothing
    `.execute(this.#database);
    return numAffectedRows === 1n;
  }

  /** It needs no second delivery. Written in the background; what cannot be written is tried again later. */
  settle(messageId: string): void {
    this.#settled.push(messageId);
    void this.write();
  }

  /** What earlier processes stored and did not settle, oldest first. */
  async unsettled(): Promise<readonly WebhookDelivery[]> {
    const rows = await this.#database
      .selectFrom('webhook_deliveries')
      .select(['message_id', 'type', 'broadcaster_user_id', 'sent_at', 'body'])
      .where('settled_at', 'is', null)
      .where('sent_at', '>=', this.#clock.now() - rememberedMs)
      .orderBy('sent_at')
      .orderBy('message_id')
      .execute();
    return rows.map(({ message_id, type, broadcaster_user_id, sent_at, body }) => ({
      messageId: message_id,
      type,
      broadcasterUserId: userId(broadcaster_user_id),
      sentAt: sent_at,
      body,
    }));
  }

  /** Forgets what is too old to come again. */
  async clean(): Promise<void> {
    await this.#database
      .deleteFrom('webhook_deliveries')
      .where('sent_at', '<', this.#clock.now() - rememberedMs)
      .execute();
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
