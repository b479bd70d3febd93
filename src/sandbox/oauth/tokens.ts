import { randomBytes } from 'node:crypto';
import type { User } from '../world/state.js';
import type { App } from './apps.js';
import type { Scope } from './scopes.js';

/**
 * What a refresh does to the refresh token that was used: `reusable` keeps it alive beside the new one (Kick since
 * 2025-11-25), `rotating` burns it, and using a burnt one ends the whole grant.
 */
export type RefreshPolicy = 'reusable' | 'rotating';

/** One consent of one user to one app. Every token made from it ends with it. */
interface Grant {
  readonly app: App;
  readonly user: User;
  readonly scopes: readonly Scope[];
  ended: boolean;
}

export interface AccessToken {
  readonly token: string;
  readonly app: App;
  /** Absent for an app's own token. */
  readonly grant: Grant | undefined;
  readonly expiresAt: number;
}

interface RefreshToken {
  readonly grant: Grant;
  used: boolean;
}

/** The reply of /oauth/token. App tokens come without a refresh token and a scope. */
export interface TokenReply {
  access_token: string;
  token_type: 'Bearer';
  /** Seconds. */
  expires_in: number;
  refresh_token?: string;
  /** Separated by spaces. */
  scope?: string;
}

export const APP_TOKEN_SECONDS = 60 * 24 * 60 * 60;

/** Every token the sandbox gave out; opaque strings of 48 characters that end by the sandbox's clock. */
export class Tokens {
  /** May be changed while the sandbox runs. */
  refreshPolicy: RefreshPolicy;
  readonly #accessTokenSeconds: number;
  readonly #now: () => number;
  readonly #access = new Map<string, AccessToken>();
  readonly #refresh = new Map<string, RefreshToken>();

  constructor(options: { accessTokenSeconds: number; refreshPolicy: RefreshPolicy; now: () => number }) {
    this.refreshPolicy = options.refreshPolicy;
    this.#accessTokenSeconds = options.accessTokenSeconds;
    this.#now = options.now;
  }

  /** What a user who consented gets. */
  issue({ app, user, scopes }: { app: App; user: User; scopes: readonly Scope[] }): TokenReply {
    return this.#reply({ app, user, scopes, ended: false });
  }

  issueToApp(app: App): TokenReply {
    return {
      access_token: this.#newAccess(app, undefined, APP_TOKEN_SECONDS),
      token_type: 'Bearer',
      expires_in: APP_TOKEN_SECONDS,
    };
  }

  /** New tokens for a refresh token, or nothing where it is unknown, burnt, ended or another app's. */
  refresh(app: App, refreshToken: string): TokenReply | undefined {
    const found = this.#refresh.get(refreshToken);
    if (!found || found.grant.ended || found.grant.app !== app) return undefined;
    if (this.refreshPolicy === 'rotating') {
      if (found.used) {
        found.grant.ended = true;
        return undefined;
      }
      found.used = true;
    }
    return this.#reply(found.grant);
  }

  /** The access token, while it is good. */
  find(token: string | undefined): AccessToken | undefined {
    const found = token === undefined ? undefined : this.#access.get(token);
    return found && !found.grant?.ended && found.expiresAt > this.#now() ? found : undefined;
  }

  /** Revokes an access token, or with a refresh token everything made from that consent. */
  revoke(token: string): void {
    this.#access.delete(token);
    const refresh = this.#refresh.get(token);
    if (refresh) refresh.grant.ended = true;
  }

  /** Lets every access token given out so far expire now. Refresh tokens stay good. */
  expireAccessTokens(): void {
    this.#access.clear();
  }

  /** As if the user had removed the app from their account: every token of theirs ends. */
  disconnect(user: User): void {
    for (const { grant } of [...this.#access.values(), ...this.#refresh.values()]) {
      if (grant?.user === user) grant.ended = true;
    }
  }

  #reply(grant: Grant): TokenReply {
    const refreshToken = opaque();
    this.#refresh.set(refreshToken, { grant, used: false });
    return {
      access_token: this.#newAccess(grant.app, grant, this.#accessTokenSeconds),
      token_type: 'Bearer',
      expires_in: this.#accessTokenSeconds,
      refresh_token: refreshToken,
      scope: grant.scopes.join(' '),
    };
  }

  #newAccess(app: App, grant: Grant | undefined, seconds: number): string {
    const token = opaque();
    this.#access.set(token, { token, app, grant, expiresAt: this.#now() + seconds * 1000 });
    return token;
  }
}

/** 48 characters, as Kick's have; they begin with `sbx-`, so that one that leaked into a log can be found there. */
function opaque(): string {
  return `sbx-${randomBytes(33).toString('base64url')}`;
}
