import { durably } from '../storage/database.js';
import { bytesOf } from '../storage/dialect.js';
import type { Database } from '../storage/schema.js';
import { TokenSealer, unreadable } from './token-sealer.js';
import { readTokenSet, type TokenSet, writeTokenSet } from './token-set.js';

/** One account's tokens as the database holds them. */
export interface StoredTokens {
  readonly tokens: TokenSet;
  /** Grows by one with each write. */
  readonly version: number;
}

/**
 * The tokens at rest, sealed. Writes name the version they replace and are on the disk when they resolve.
 * Reading throws what `TokenSealer.open` throws; what cannot be read is never overwritten, only removed.
 */
export class TokenStore {
  constructor(
    private readonly database: Database,
    private readonly sealer: TokenSealer,
    /** A person's tokens, or the app's own. */
    private readonly purpose: 'user' | 'app' = 'user',
  ) {}

  /** Whose tokens there are, readable or not. */
  async accountIds(): Promise<readonly string[]> {
    const rows = await this.database
      .selectFrom('tokens')
      .select('account_id')
      .where('purpose', '=', this.purpose)
      .execute();
    return rows.map(({ account_id }) => account_id);
  }

  async read(accountId: string): Promise<StoredTokens | undefined> {
    const found = await this.#open(accountId);
    if (found === undefined) return undefined;
    const { version } = found.row;
    try {
      return { tokens: readTokenSet(found.text), version };
    } catch {
      throw unreadable({ accountId, purpose: this.purpose, version });
    }
  }

  /**
   * Writes `tokens` in place of version `replaces` (0: there is none yet) and ends a lease on it. Resolves with
   * the new version, or with `undefined`, having written nothing, when somebody else wrote first.
   */
  async write(
    accountId: string,
    tokens: TokenSet,
    { replaces }: { replaces: number },
  ): Promise<number | undefined> {
    const version = replaces + 1;
    const { purpose } = this;
    const sealed = this.sealer.seal(writeTokenSet(tokens), { accountId, purpose, version });
    const row = {
      sealed,
      version,
      updated_at: tokens.receivedAt,
      refreshing_by: null,
      refreshing_until: null,
    };
    const written = await durably(this.database, async (database) => {
      if (replaces === 0) {
        const { numInsertedOrUpdatedRows } = await database
          .insertInto('tokens')
          .values({ account_id: accountId, purpose, ...row })
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirstOrThrow();
        return numInsertedOrUpdatedRows;
      }
      const { numUpdatedRows } = await database
        .updateTable('tokens')
        .set(row)
        .where('account_id', '=', accountId)
        .where('purpose', '=', this.purpose)
        .where('version', '=', replaces)
        .executeTakeFirst();
      return numUpdatedRows;
    });
    return written === 1n ? version : undefined;
  }

  /**
   * Asks for the sole right to refresh `version` until `now + lengthMs` (wall clock). False when another process
   * has it or the version is no longer the stored one. A lease much further ahead was written before the clock was
   * set back, and does not count; a little further is a process that looked at its clock after this one did.
   */
  async lease(
    accountId: string,
    version: number,
    { holder, now, lengthMs }: { holder: string; now: number; lengthMs: number },
  ): Promise<boolean> {
    const { numUpdatedRows } = await this.database
      .updateTable('tokens')
      .set({ refreshing_by: holder, refreshing_until: now + lengthMs })
      .where('account_id', '=', accountId)
      .where('purpose', '=', this.purpose)
      .where('version', '=', version)
      .where((where) =>
        where.or([
          where('refreshing_until', 'is', null),
          where('refreshing_until', '<=', now),
          where('refreshing_until', '>', now + 2 * lengthMs),
        ]),
      )
      .executeTakeFirst();
    return numUpdatedRows === 1n;
  }

  /** Gives the right back without a write, after a refresh that failed. */
  async release(accountId: string, holder: string): Promise<void> {
    await this.database
      .updateTable('tokens')
      .set({ refreshing_by: null, refreshing_until: null })
      .where('account_id', '=', accountId)
      .where('purpose', '=', this.purpose)
      .where('refreshing_by', '=', holder)
      .execute();
  }

  /**
   * Seals everybody's tokens with the first key, and resolves with how many accounts that were. Throws
   * `auth.secret_key_missing` without a key, and, having changed nothing, what keeps a text from being opened.
   */
  async reseal(): Promise<number> {
    this.sealer.needKey();
    const ids = await this.accountIds();
    for (const id of ids) await this.#open(id);
    for (const id of ids) while (!(await this.#resealOne(id)));
    // The app's own are not worth a key that may be lost: Kick gives others for the asking.
    await durably(this.database, (database) =>
      database.deleteFrom('tokens').where('purpose', '=', 'app').execute(),
    );
    return ids.length;
  }

  /** False when the text was replaced in between: a bot that is running has refreshed its tokens. */
  async #resealOne(accountId: string): Promise<boolean> {
    const found = await this.#open(accountId);
    if (found === undefined) return true;
    const { text, row } = found;
    const { purpose } = this;
    const sealed = this.sealer.seal(text, { accountId, purpose, version: row.version });
    const { numUpdatedRows } = await durably(this.database, (database) =>
      database
        .updateTable('tokens')
        .set({ sealed })
        .where('account_id', '=', accountId)
        .where('purpose', '=', purpose)
        .where('sealed', '=', row.sealed)
        .executeTakeFirst(),
    );
    return numUpdatedRows === 1n;
  }

  async #open(accountId: string) {
    const { purpose } = this;
    const found = await this.database
      .selectFrom('tokens')
      .select([bytesOf(this.database, 'sealed').as('bytes'), 'version'])
      .where('account_id', '=', accountId)
      .where('purpose', '=', purpose)
      .executeTakeFirst();
    if (found === undefined) return undefined;
    const row = { sealed: Buffer.from(found.bytes).toString(), version: found.version };
    return { row, text: this.sealer.open(row.sealed, { accountId, purpose, version: row.version }) };
  }

  /** Forgets the account's tokens, readable or not. */
  async remove(accountId: string): Promise<void> {
    await durably(this.database, (database) =>
      database.deleteFrom('tokens').where('account_id', '=', accountId).execute(),
    );
  }
}
