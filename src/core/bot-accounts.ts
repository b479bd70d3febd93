import type { AccountLoginOptions, Accounts, LoginRequest } from './accounts.js';
import type { UserToken } from './auth/access-tokens.js';
import type { AccountStatus } from './auth/account-status.js';
import type { Account } from './auth/account-store.js';
import type { LoginResult } from './auth/login.js';
import type { PendingLogin } from './auth/pending-logins.js';

/** A bot's accounts, for the program that hosts it. Each call opens the database where it is not open yet. */
export class BotAccounts {
  readonly #open: () => Promise<Accounts>;

  constructor(open: () => Promise<Accounts>) {
    this.#open = open;
  }

  async list(): Promise<readonly Account[]> {
    return (await this.#open()).list();
  }

  /**
   * Stores tokens that were obtained elsewhere and uses them from the next `start()` on. Throws
   * `auth.invalid_token_set` when a field is missing or wrong.
   *
   * @example
   * await bot.accounts.setUserToken({
   *   accountId: 'my-bot', type: 'bot', accessToken, refreshToken, expiresIn: 7200, scope: 'user:read chat:write',
   * });
   */
  async setUserToken(token: UserToken): Promise<Account> {
    return (await this.#open()).setUserToken(token);
  }

  /** Logs an account in with a browser on this machine. Throws `config.client_missing` without `kick.clientId`. */
  async login(options: AccountLoginOptions): Promise<LoginResult> {
    return (await this.#open()).login(options);
  }

  /** How each account is doing: connected, expiring, in need of a login, short of scopes. */
  async statuses(): Promise<readonly AccountStatus[]> {
    return (await this.#open()).statuses();
  }

  /**
   * Seals all stored tokens with the first key of `KICKBOT_SECRET_KEY`, and resolves with how many that were.
   * Throws `auth.secret_key_missing` and `auth.secret_key_wrong`.
   */
  async rekey(): Promise<number> {
    return (await this.#open()).rekey();
  }

  /** Begins a login for a web page of the host program's own; `finishLogin` gets what comes back. */
  async beginLogin(request: LoginRequest): Promise<PendingLogin> {
    return (await this.#open()).beginLogin(request);
  }

  /** Exchanges the code of a login, stores the tokens and asks Kick who it was. */
  async finishLogin(login: PendingLogin, callback: URLSearchParams): Promise<LoginResult> {
    return (await this.#open()).finishLogin(login, callback);
  }

  /** Revokes the tokens of an account, `bot:my-bot`, and forgets it, also when Kick cannot be told. */
  async logout(id: string): Promise<void> {
    await (await this.#open()).tokens.logout(id);
  }
}
