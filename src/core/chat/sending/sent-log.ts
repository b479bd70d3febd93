import type { Database } from '../../storage/schema.js';

/** What one account sent lately, kept in the database so that a restart does not forget it. */
export class SentLog {
  constructor(
    private readonly database: Database,
    private readonly accountId: string,
  ) {}

  /** To be called before the request goes out. Resolves with the entry's id. */
  async add(startedAt: number): Promise<number> {
    const { id } = await this.database
      .insertInto('sent_messages')
      .values({ account_id: this.accountId, started_at: startedAt })
      .returning('id')
      .executeTakeFirstOrThrow();
    return id;
  }

  async remove(id: number): Promise<void> {
    await this.database.deleteFrom('sent_messages').where('id', '=', id).execute();
  }

  /**
   * The entries that started after `since`; older ones are deleted. Entries of the future, left by a clock that has
   * been set back, count as of `now` from here on.
   */
  async load({ since, now }: { since: number; now: number }): Promise<{ id: number; startedAt: number }[]> {
    await this.database
      .deleteFrom('sent_messages')
      .where('account_id', '=', this.accountId)
      .where('started_at', '<=', since)
      .execute();
    await this.database
      .updateTable('sent_messages')
      .set({ started_at: now })
      .where('account_id', '=', this.accountId)
      .where('started_at', '>', now)
      .execute();
    const rows = await this.database
      .selectFrom('sent_messages')
      .select(['id', 'started_at'])
      .where('account_id', '=', this.accountId)
      .execute();
    return rows.map((row) => ({ id: row.id, startedAt: row.started_at }));
  }
}
