import { z } from 'zod';
import { Secret } from '../primitives/secret.js';

/** What a login or a refresh gave for one account. */
export interface TokenSet {
  readonly accessToken: Secret;
  /** Absent for tokens that cannot be refreshed; a login is needed when they end. */
  readonly refreshToken?: Secret;
  /** Wall clock in milliseconds when Kick's answer arrived. */
  readonly receivedAt: number;
  /** The access token's life in seconds, counted from `receivedAt`. */
  readonly expiresIn: number;
  /** The scopes the person granted. */
  readonly scopes: readonly string[];
}

const storedForm = z.object({
  accessToken: z.string(),
  refreshToken: z.string().optional(),
  receivedAt: z.number(),
  expiresIn: z.number(),
  scopes: z.array(z.string()),
});

/** The set as a text with the tokens in the clear, for the sealer alone. */
export function writeTokenSet(tokens: TokenSet): string {
  return JSON.stringify({
    ...tokens,
    accessToken: tokens.accessToken.reveal(),
    refreshToken: tokens.refreshToken?.reveal(),
  });
}

/** Reads what `writeTokenSet` wrote. Throws on anything else. */
export function readTokenSet(text: string): TokenSet {
  const { accessToken, refreshToken, ...rest } = storedForm.parse(JSON.parse(text));
  return {
    ...rest,
    accessToken: new Secret(accessToken),
    ...(refreshToken === undefined ? {} : { refreshToken: new Secret(refreshToken) }),
  };
}
