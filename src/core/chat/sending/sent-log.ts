import { sql } from 'kysely';
import { aloneIn } from '../../storage/dialect.js';
import type { Database } from '../../storage/schema.js';

export interface SentEntry {
  readonly id: number;
  /** False while a process waits for Kick's answer, and for good where that process died meanwhile. */
  readonly isOver: boolean;
}

/**
 * What one account sent lately, kept in the database: so that a restart does not forget it, and so that processes
 * on one database share the account's window.
 */
export class SentLog {
  constructor(
    private readonly database: Database,
    private readonly accountId: string,
  ) {}

  /**
   * To be called before the request goes out. Resolves with the entry's id, or with nothing when `limit` entries are
   * there already.
   */
  async add(startedAt: number, limit: number): Promise<number | undefined> {
    // Each reply waits for this, and the query builder would take as long as the database does.
    const { rows } = await aloneIn(this.database, `sent by ${this.accountId}`, (database) =>
      sql<{ id: number }>`
        insert into sent_messages (account_id, started_at) select ${this.accountId}, ${startedAt}
        where (select count(*) from sent_messages where account_id = ${this.accountId}) < ${limit} returning id
      `.execute(database),
    );
    return rows[0]?.id;
  }

  /** The request is over: Kick will not receive it later than now. */
  async end(id: number, endedAt: number): Promise<void> {
    await sql`update sent_messages set ended_at = ${endedAt} where id = ${id}`.execute(this.database);
  }

  async remove(id: number): Promise<void> {
    await this.database.deleteFrom('sent_messages').where('id', '=', id).execute();
  }

  /** The entries that were not removed: what the process before this one left, and what another one counts on. */
  async load(): Promise<SentEntry[]> {
    const rows = await this.database
      .selectFrom('sent_messages')
      .select(['id', 'ended_at'])
      .where('account_id', '=', this.accountId)
      .execute();
    return rows.map(({ id, ended_at }) => ({ id, isOver: ended_at !== null }));
  }
}
