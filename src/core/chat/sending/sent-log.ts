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

  /** The ids of the entries that were not removed: what counted when the process before this one ended. */
  async load(): Promise<number[]> {
    const rows = await this.database
      .selectFrom('sent_messages')
      .select('id')
      .where('account_id', '=', this.accountId)
      .execute();
    return rows.map(({ id }) => id);
  }
}
