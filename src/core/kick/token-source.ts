import type { Secret } from '../primitives/secret.js';

/**
 * Where the API client gets one account's access token. `auth` implements it; the client never sees a refresh
 * token.
 */
export interface TokenSource {
  /** A token that is valid now, refreshed first where it was about to expire. Throws `auth.login_needed`. */
  accessToken(): Promise<Secret>;
  /** Kick refused `stale` with 401: a token that differs from it, refreshed at most once for all callers. */
  replaceRefused(stale: Secret): Promise<Secret>;
}
