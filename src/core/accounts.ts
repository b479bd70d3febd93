import { AccessTokens, type UserToken } from './auth/access-tokens.js';
import type { AccountStatus } from './auth/account-status.js';
import { type Account, type AccountKind, AccountStore, type AccountUser } from './auth/account-store.js';
import { AppTokens } from './auth/app-tokens.js';
import { needsOwner } from './auth/auth-error.js';
import { KickOAuth } from './auth/kick-oauth.js';
import {
  finishLogin,
  type LoginOptions,
  type LoginParts,
  type LoginResult,
  loginWithLoopback,
} from './auth/login.js';
import type { AuthFetch } from './auth/login-server.js';
import type { PendingLogin } from './auth/pending-logins.js';
import { keyRing, TokenSealer } from './auth/token-sealer.js';
import { TokenStore } from './auth/token-store.js';
import type { Config } from './config/schema.js';
import { Scope } from './config/scopes.js';
import { Grants } from './grants.js';
import type { HttpClient } from './kick/http-client.js';
import { KickApi } from './kick/kick-api.js';
import type { TokenSource } from './kick/token-source.js';
import { LoginScopes } from './login-scopes.js';
import type { Clock } from './primitives/clock.js';
import { KickbotError, messageOf } from './primitives/error.js';
import type { Random } from './primitives/random.js';
import type { Secret } from './primitives/secret.js';
import type { Database } from './storage/schema.js';
import type { Logger } from './telemetry/logger.js';
import { userAgent } from './version.js';
import { websiteChannels } from './website-channels.js';

export interface AccountsParts {
  readonly config: Config;
  /** Where plugins given as paths start. */
  readonly directory: string;
  readonly database: Database;
  readonly http: HttpClient;
  /** The way to the login server. */
  readonly fetch: AuthFetch;
  /** Seals the tokens; without one they are stored as they are, and a warning says so. */
  readonly secretKey: Secret | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** A login that, unless it names scopes itself, asks for those of `kick.scopes` and of the plugins. */
export type AccountLoginOptions = Omit<LoginOptions, 'scopes'> & Partial<Pick<LoginOptions, 'scopes'>>;

/** A login somebody wants to begin, and the redirect URL it is to come back to. */
export interface LoginRequest {
  readonly kind: AccountKind;
  readonly identifier: string;
  readonly redirectUri: string;
}

/** An account Kick knows, and its API client. */
export interface IdentifiedAccount extends Account {
  readonly user: AccountUser;
  readonly kick: KickApi;
}

/** The accounts that logged in, and the ways to log one in or out. */
export class Accounts {
  readonly tokens: AccessTokens;
  /** Kick's API as the app itself, for what needs nobody's leave. */
  readonly kickAsApp: KickApi;
  readonly #appTokens: AppTokens;
  readonly #parts: AccountsParts;
  readonly #store: AccountStore;
  readonly #oauth: KickOAuth;
  readonly #scopes: LoginScopes;
  readonly #tokenStore: TokenStore;

  constructor(parts: AccountsParts) {
    const { config, database, fetch, secretKey, clock, random, logger } = parts;
    const { clientId, clientSecret, endpoints } = config.kick;
    this.#parts = parts;
    this.#scopes = new LoginScopes(parts);
    this.#store = new AccountStore(database);
    this.#oauth = new KickOAuth(
      {
        authUrl: endpoints.auth,
        // A bot without an account needs no app; `login` insists on one.
        clientId: clientId ?? '',
        ...(clientSecret !== undefined && { clientSecret }),
        userAgent,
      },
      fetch,
      clock,
      random,
      logger,
    );
    const sealer = new TokenSealer(keyRing(secretKey), random, logger);
    this.#tokenStore = new TokenStore(database, sealer);
    this.tokens = new AccessTokens(this.#oauth, this.#tokenStore, this.#store, clock, random, logger);
    this.#appTokens = new AppTokens(`app:${clientId ?? ''}`, {
      oauth: this.#oauth,
      store: new TokenStore(database, sealer, 'app'),
      clock,
      random,
      logger,
      holder: Buffer.from(random.bytes(16)).toString('hex'),
    });
    this.kickAsApp = this.#kickWith(this.#appTokens);
  }

  /** Kick's API as one account, `channel:my-channel`. Its calls throw `auth.login_needed` where nobody logged in. */
  kickAs(id: string): KickApi {
    return this.#kickWith(this.tokens.for(id));
  }

  /** Ends the timers and waits for tokens on their way. */
  async stop(): Promise<void> {
    await Promise.all([this.tokens.stop(), this.#appTokens.stop()]);
  }

  list(): Promise<readonly Account[]> {
    return this.#store.list();
  }

  /** Stores tokens that were obtained elsewhere. Throws `auth.invalid_token_set` when a field is wrong. */
  setUserToken(token: UserToken): Promise<Account> {
    return this.tokens.setUserToken(token);
  }

  /** Seals all stored tokens with the first key, and resolves with how many that were. */
  rekey(): Promise<number> {
    return this.#tokenStore.reseal();
  }

  /** How each account is doing. */
  async statuses(): Promise<readonly AccountStatus[]> {
    const wanted = { bot: await this.#scopes.wanted('bot'), channel: await this.#scopes.wanted('channel') };
    const accounts = await this.#store.list();
    return Promise.all(accounts.map((account) => this.tokens.status(account, wanted[account.kind])));
  }

  /** What the person behind each account allowed. */
  async grants(): Promise<Grants> {
    const accounts = await this.#store.list();
    return new Grants(await Promise.all(accounts.map((account) => this.tokens.status(account, []))));
  }

  /**
   * Logs an account in with a browser on this machine. Throws `config.client_missing` without `kick.clientId`,
   * and whatever `loginWithLoopback` throws.
   */
  async login(options: AccountLoginOptions): Promise<LoginResult> {
    this.#needClient();
    const scopes = options.scopes ?? (await this.#scopes.wanted(options.kind));
    return loginWithLoopback({ ...options, scopes }, this.#loginParts());
  }

  /**
   * Begins a login whose callback comes to a redirect URL of the caller's own. Throws `config.client_missing`
   * and, before anybody is asked, what would keep the tokens from being stored.
   */
  async beginLogin(request: LoginRequest): Promise<PendingLogin> {
    const { kind, identifier, redirectUri } = request;
    this.#needClient();
    await this.tokens.checkStorable(kind, identifier);
    const scopes = await this.#scopes.wanted(kind);
    return { authorization: this.#oauth.begin({ redirectUri, scopes }), kind, identifier };
  }

  /** Ends a login with what came back to its redirect URL. Throws what `KickOAuth.exchange` throws. */
  finishLogin(login: PendingLogin, callback: URLSearchParams): Promise<LoginResult> {
    return finishLogin(login, callback, this.#loginParts());
  }

  /**
   * Asks Kick with each bot account's token who it is, so that a token Kick does not take any more is found at the
   * start and not with the first reply. Throws `auth.login_needed` for such an account, what keeps its tokens from
   * being read or renewed until the owner mends it, and `auth.unidentified` when Kick does not answer and never did
   * before: without its id the bot would answer itself.
   */
  identifyBots(): Promise<readonly IdentifiedAccount[]> {
    return this.#identifyAll('bot');
  }

  /** Asks Kick likewise who the broadcasters' accounts are. */
  identifyChannels(): Promise<readonly IdentifiedAccount[]> {
    return this.#identifyAll('channel');
  }

  async #identifyAll(kind: AccountKind): Promise<readonly IdentifiedAccount[]> {
    const { logger } = this.#parts;
    const identified: IdentifiedAccount[] = [];
    for (const account of await this.#store.list()) {
      if (account.kind !== kind) continue;
      const kick = this.kickAs(account.id);
      try {
        const { id, username } = await kick.users.me();
        await this.#store.identify(account.id, { userId: id, username });
        identified.push({ ...account, user: { userId: id, username }, kick });
      } catch (cause) {
        if (needsOwner(cause)) throw cause;
        if (account.user === undefined) {
          throw unidentified(account, cause);
        }
        logger.warn(`Kick could not be asked about ${account.id} (${messageOf(cause)}); going on.`);
        identified.push({ ...account, user: account.user, kick });
      }
    }
    return identified;
  }

  #needClient(): void {
    if (this.#parts.config.kick.clientId !== undefined) return;
    throw new KickbotError(
      'config.client_missing',
      'A login needs an app: create one at kick.com/settings/developer and set KICK_INTEGRATION_CLIENT_ID and KICK_INTEGRATION_CLIENT_SECRET (or kick.clientId and kick.clientSecret).',
    );
  }

  #loginParts(): LoginParts {
    const { clock, logger } = this.#parts;
    return {
      oauth: this.#oauth,
      tokens: this.tokens,
      accounts: this.#store,
      identify: (accessToken) => this.#identify(accessToken),
      clock,
      logger,
    };
  }

  async #identify(accessToken: Secret): Promise<AccountUser> {
    const tokens = { accessToken: async () => accessToken, replaceRefused: async () => accessToken };
    const { id, username } = await this.#kickWith(tokens).users.me();
    return { userId: id, username };
  }

  #kickWith(tokens: TokenSource): KickApi {
    const { config, database, http } = this.#parts;
    const { api, endpoints } = config.kick;
    const website =
      api === 'website'
        ? { url: endpoints.website, channelOf: websiteChannels(config, database) }
        : undefined;
    return new KickApi({ apiUrl: endpoints.api, authUrl: endpoints.auth, tokens, http, website });
  }
}

function unidentified({ id, kind, identifier }: Account, cause: unknown): KickbotError {
  const isForbidden = cause instanceof KickbotError && cause.code === 'kick.forbidden';
  const remedy = isForbidden
    ? `run 'kickbot login --type ${kind} --account ${identifier}' and allow ${Scope.UserRead} there`
    : 'start again when Kick can be reached';
  return new KickbotError(
    'auth.unidentified',
    `Kick did not say who ${id} is (${messageOf(cause)}): ${remedy}.`,
    { cause },
  );
}
