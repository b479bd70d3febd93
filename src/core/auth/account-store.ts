import { KickbotError } from '../primitives/error.js';
import { type UserId, userId } from '../primitives/ids.js';
import type { AccountTable, Database } from '../storage/schema.js';

/** `bot` speaks in chats; `channel` is a broadcaster's own account. */
export type AccountKind = AccountTable['kind'];

/** Who an account is on Kick. */
export interface AccountUser {
  readonly userId: UserId;
  readonly username: string;
}

/** An account that logged in. */
export interface Account {
  /** Kind and identifier, `bot:my-bot`. */
  readonly id: string;
  readonly kind: AccountKind;
  /** The owner's own name for it. */
  readonly identifier: string;
  /** Absent until Kick said who logged in. */
  readonly user?: AccountUser;
}

/** The id under which an account is stored. Throws `auth.bad_account` for an identifier that cannot be one. */
export function accountId(kind: AccountKind, identifier: string): string {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(identifier)) {
    throw new KickbotError(
      'auth.bad_account',
      `${JSON.stringify(identifier.slice(0, 80))} cannot name an account: use 1 to 64 letters, digits, - and _.`,
    );
  }
  return `${kind}:${identifier}`;
}

/** The accounts that logged in. Their tokens are in the `TokenStore`. */
export class AccountStore {
  constructor(private readonly database: Database) {}

  async list(): Promise<readonly Account[]> {
    const rows = await this.database.selectFrom('accounts').selectAll().orderBy('id').execute();
    return rows.map(toAccount);
  }

  async find(id: string): Promise<Account | undefined> {
    const row = await this.database
      .selectFrom('accounts')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    return row && toAccount(row);
  }

  /** An account that has just logged in, anew or again. Who it is must be asked: it may be somebody else now. */
  async add(kind: AccountKind, identifier: string, now: number): Promise<Account> {
    const account: Account = { id: accountId(kind, identifier), kind, identifier };
    const unknown = { user_id: null, username: null };
    await this.database
      .insertInto('accounts')
      .values({ ...account, ...unknown, created_at: now })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(unknown))
      .execute();
    return account;
  }

  /** Notes who the account is, as Kick said with its newest token. */
  async identify(id: string, user: AccountUser): Promise<void> {
    await this.database
      .updateTable('accounts')
      .set({ user_id: user.userId, username: user.username })
      .where('id', '=', id)
      .execute();
  }

  async remove(id: string): Promise<void> {
    await this.database.deleteFrom('accounts').where('id', '=', id).execute();
  }
}

function toAccount({ id, kind, identifier, user_id, username }: AccountTable): Account {
  if (user_id === null || username === null) return { id, kind, identifier };
  return { id, kind, identifier, user: { userId: userId(user_id), username } };
}
