import { z } from 'zod';
import { type AuthorizedHttp, dataOf } from './authorized-http.js';
import { optionalText } from './fields.js';

/** What Kick says of a token. One that is not active says nothing else. */
export interface TokenInfo {
  readonly isActive: boolean;
  readonly clientId: string | undefined;
  /** A person's, or the app's own. */
  readonly kind: 'user' | 'app' | undefined;
  readonly scopes: readonly string[];
  readonly expiresAt: Date | undefined;
}

const Introspection = z
  .object({
    active: z.boolean(),
    client_id: optionalText,
    token_type: z.enum(['user', 'app']).nullish().catch(undefined),
    scope: optionalText,
    exp: z.number().nullish(),
  })
  .transform(
    ({ active, client_id, token_type, scope, exp }): TokenInfo => ({
      isActive: active,
      clientId: client_id,
      kind: token_type ?? undefined,
      scopes: scope?.split(' ').filter(Boolean) ?? [],
      expiresAt: exp ? new Date(exp * 1000) : undefined,
    }),
  );

/**
 * What the account's access token is worth. Tokens are issued, refreshed and revoked in `auth`.
 *
 * @see https://docs.kick.com/getting-started/generating-tokens-oauth2-flow
 */
export class KickTokens {
  constructor(
    private readonly login: AuthorizedHttp,
    private readonly api: AuthorizedHttp,
  ) {}

  /** `POST /oauth/token/introspect` of the login server. */
  async introspect(): Promise<TokenInfo> {
    // Whoever asks about a token wants to hear that it was refused, and not have another one.
    const answer = await this.login.callOnce(
      { method: 'POST', path: '/oauth/token/introspect' },
      { replaceRefusedToken: false },
    );
    return dataOf(answer, Introspection);
  }

  /**
   * `POST /public/v1/token/introspect` of the API; does not always say the token's kind.
   *
   * @deprecated since 2026-01-15: use `introspect`.
   */
  async introspectV1(): Promise<TokenInfo> {
    const answer = await this.api.callOnce(
      { method: 'POST', path: '/public/v1/token/introspect' },
      { replaceRefusedToken: false },
    );
    return dataOf(answer, Introspection);
  }
}
