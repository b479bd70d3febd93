import { durably } from '../storage/database.js';
import type { Database } from '../storage/schema.js';
import { TokenSealer, unreadable } from './token-sealer.js';
import { readTokenSet, type TokenSet, writeTokenSet } from './token-set.js';

/** One account's tokens as the database holds them. */
export interface StoredTokens {
  readonly tokens: TokenSet;
  /** Grows by one with each write. */
  readonly version: number;
}

/** A person's tokens; an app's own will be another purpose. */
const purpose = 'user';

/**
 * The tokens at rest, sealed. Writes name the version they replace and are on the disk when they resolve.
 * Reading throws what `TokenSealer.open` throws; what cannot be read is never overwritten, only removed.
 */
export class TokenStore {
  constructor(
    private readonly database: Database,
    private readonly sealer: TokenSealer,
  ) {}

  async read(accountId: string): Promise<StoredTokens | undefined> {
    const row = await this.database
      .selectFrom('tokens')
      .select(['sealed', 'version'])
      .where('account_id', '=', accountId)
      .where('purpose', '=', purpose)
      .executeTakeFirst();
    if (row === undefined) return undefined;
    const owner = { accountId, purpose, version: row.version };
    const text = this.sealer.open(row.sealed, owner);
    try {
      return { tokens: readTokenSet(text), version: row.version };
    } catch {
      throw unreadable(owner);
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
        .where('purpose', '=', purpose)
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
      .where('purpose', '=', purpose)
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
      .where('purpose', '=', purpose)
      .where('refreshing_by', '=', holder)
      .execute();
  }

  /** Forgets the account's tokens, readable or not. */
  async remove(accountId: string): Promise<void> {
    await durably(this.database, (database) =>
      database.deleteFrom('tokens').where('account_id', '=', accountId).execute(),
    );
  }
}
