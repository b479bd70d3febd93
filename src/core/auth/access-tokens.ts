import { z } from 'zod';
import { Clock } from '../primitives/clock.js';
import { KickbotError, messageOf } from '../primitives/error.js';
import { Random } from '../primitives/random.js';
import { Secret } from '../primitives/secret.js';
import { Logger } from '../telemetry/logger.js';
import { type AccountStatus, statusOf } from './account-status.js';
import { type Account, type AccountKind, AccountStore, accountId } from './account-store.js';
import { AccountTokens } from './account-tokens.js';
import { KickOAuth } from './kick-oauth.js';
import { RefreshPace } from './refresh-pace.js';
import { parseScopes } from './scopes.js';
import type { TokenSet } from './token-set.js';
import { TokenStore } from './token-store.js';

/** Printable ASCII (RFC 6749 appendix A.12): a token copied together with its line break goes into no header. */
const token = z.string().regex(/^[\x21-\x7e]+$/);
const userTokenForm = z.object({
  accountId: z.string().min(1),
  type: z.enum(['bot', 'channel']),
  accessToken: token,
  refreshToken: token.optional(),
  expiresIn: z
    .number()
    .nonnegative()
    .max(365 * 24 * 3600),
  scope: z.string(),
});

/** Tokens that were obtained elsewhere, with the fields of Kick's token answer. */
export interface UserToken {
  /** The owner's own name for the account, `my-bot`. */
  readonly accountId: string;
  readonly type: AccountKind;
  readonly accessToken: string;
  /** Without one a login is needed when the access token ends. */
  readonly refreshToken?: string;
  /** Seconds the access token still lives. */
  readonly expiresIn: number;
  /** The granted scopes, separated by spaces. */
  readonly scope: string;
}

/**
 * The tokens of every account that logged in. `for(id)` is what an API client asks; logins hand their tokens to
 * `keep`.
 */
export class AccessTokens {
  readonly #accounts = new Map<string, AccountTokens>();
  readonly #holder: string;
  readonly #pace: RefreshPace;

  constructor(
    private readonly oauth: KickOAuth,
    private readonly store: TokenStore,
    private readonly accounts: AccountStore,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly logger: Logger,
  ) {
    this.#pace = new RefreshPace(clock);
    this.#holder = Buffer.from(random.bytes(16)).toString('hex');
  }

  /** The tokens of one account, `bot:my-bot`. The same object each time; nothing is read before it is asked. */
  for(id: string): AccountTokens {
    let tokens = this.#accounts.get(id);
    if (tokens === undefined) {
      const { oauth, store, clock, random, logger } = this;
      const [holder, pace] = [this.#holder, this.#pace];
      tokens = new AccountTokens(id, { oauth, store, clock, random, logger, holder, pace });
      this.#accounts.set(id, tokens);
    }
    return tokens;
  }

  /** When each account's present access token ends, by the wall clock in milliseconds. */
  get expiries(): ReadonlyMap<string, number> {
    const held = [...this.#accounts].map(([id, tokens]) => [id, tokens.expiresAt] as const);
    return new Map(held.filter((entry): entry is [string, number] => entry[1] !== undefined));
  }

  /**
   * Loads every account's tokens, so that they are refreshed in time whether or not they are used, and finishes
   * logouts that were cut short.
   */
  async start(): Promise<void> {
    // Looked at first: a login stores the account before its tokens, and one that ends meanwhile is no logout.
    const stored = await this.store.accountIds();
    const ids = (await this.accounts.list()).map(({ id }) => id);
    for (const id of ids) {
      await this.for(id)
        .load()
        .catch((error: unknown) => this.logger.error(messageOf(error)));
    }
    for (const id of stored.filter((id) => !ids.includes(id))) await this.logout(id);
  }

  /** Ends the timers and waits for refreshes on their way. */
  async stop(): Promise<void> {
    await Promise.all([...this.#accounts.values()].map((tokens) => tokens.stop()));
  }

  /**
   * Stores tokens that were obtained elsewhere, in place of the account's old ones, and uses them. Throws
   * `auth.invalid_token_set` when a field is missing or of the wrong kind.
   */
  async setUserToken(token: UserToken): Promise<Account> {
    const parsed = userTokenForm.safeParse(token);
    if (!parsed.success) {
      const fields = parsed.error.issues.map(({ path }) => path.join('.')).join(', ');
      throw new KickbotError(
        'auth.invalid_token_set',
        `The tokens cannot be stored, with a wrong or no value for: ${fields}.`,
      );
    }
    const { accountId: identifier, type, accessToken, refreshToken, expiresIn, scope } = parsed.data;
    return this.keep(type, identifier, {
      accessToken: new Secret(accessToken),
      ...(refreshToken === undefined ? {} : { refreshToken: new Secret(refreshToken) }),
      receivedAt: this.clock.now(),
      expiresIn,
      scopes: parseScopes(scope),
    });
  }

  /** How an account is doing, whose login was to ask for `wantedScopes`. */
  async status(account: Account, wantedScopes: readonly string[]): Promise<AccountStatus> {
    return statusOf(account, {
      wantedScopes,
      readTokens: () => this.store.read(account.id),
      problem: this.for(account.id).problem,
      clock: this.clock,
    });
  }

  /** Throws what would keep this account's tokens from being stored, for asking before a person logs in. */
  async checkStorable(kind: AccountKind, identifier: string): Promise<void> {
    await this.store.read(accountId(kind, identifier));
  }

  /** Stores the tokens of a login, on the disk when this resolves, and uses them from now on. */
  async keep(kind: AccountKind, identifier: string, tokens: TokenSet): Promise<Account> {
    const account = await this.accounts.add(kind, identifier, this.clock.now());
    for (;;) {
      const replaces = (await this.store.read(account.id))?.version ?? 0;
      const version = await this.store.write(account.id, tokens, { replaces });
      if (version === undefined) continue;
      this.for(account.id).hold({ tokens, version });
      return account;
    }
  }

  /**
   * Revokes the account's tokens and forgets the account, also when they cannot be read or revoked. The account goes
   * first and the tokens last: tokens without an account are the mark of a logout that was cut short.
   */
  async logout(id: string): Promise<void> {
    this.for(id).forget();
    await this.accounts.remove(id);
    try {
      await this.#revoke((await this.store.read(id))?.tokens);
    } catch (error) {
      this.logger.warn(
        `The tokens of ${id} are forgotten here but could not be revoked (${messageOf(error)}): disconnect the app in that account’s settings on kick.com.`,
      );
    }
    await this.store.remove(id);
  }

  /** Each of the two, whatever becomes of the other. */
  async #revoke(tokens: TokenSet | undefined): Promise<void> {
    if (tokens === undefined) return;
    const { accessToken, refreshToken } = tokens;
    const revocations = await Promise.allSettled([
      ...(refreshToken === undefined ? [] : [this.oauth.revoke(refreshToken, 'refresh_token')]),
      this.oauth.revoke(accessToken, 'access_token'),
    ]);
    for (const revocation of revocations) if (revocation.status === 'rejected') throw revocation.reason;
  }
}
