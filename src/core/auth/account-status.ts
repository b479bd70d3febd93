import { Clock } from '../primitives/clock.js';
import { KickbotError, messageOf } from '../primitives/error.js';
import type { Account } from './account-store.js';
import { missingScopes } from './scopes.js';
import type { StoredTokens } from './token-store.js';

/**
 * `expiring`: the access token cannot be renewed as things are; it serves until it ends, and may have ended.
 * `login-needed`: only a login mends it. `missing-scopes`: it works, without what was not granted.
 */
export type AccountState = 'connected' | 'expiring' | 'login-needed' | 'missing-scopes';

/** How an account is doing, for whoever looks after it. */
export interface AccountStatus {
  readonly account: Account;
  readonly state: AccountState;
  /** One sentence that says why, where it is not `connected`. */
  readonly reason?: string;
  readonly scopes: readonly string[];
  /** What the configuration asks for and the person did not grant. */
  readonly missingScopes: readonly string[];
}

export interface StatusParts {
  readonly wantedScopes: readonly string[];
  /** Throws when they are there and cannot be read. */
  readTokens(): Promise<StoredTokens | undefined>;
  /** Why the account's tokens are not refreshed at present. */
  readonly problem: KickbotError | undefined;
  readonly clock: Clock;
}

/** Judges by what is stored and by how the last refresh went. */
export async function statusOf(
  account: Account,
  { wantedScopes, readTokens, problem, clock }: StatusParts,
): Promise<AccountStatus> {
  const nothing = { account, scopes: [], missingScopes: [] };
  let stored: StoredTokens | undefined;
  try {
    stored = await readTokens();
  } catch (error) {
    return { ...nothing, state: 'login-needed', reason: messageOf(error) };
  }
  if (stored === undefined) {
    return { ...nothing, state: 'login-needed', reason: 'There are no tokens: connect it again.' };
  }
  const { scopes, refreshToken, receivedAt, expiresIn } = stored.tokens;
  const missing = missingScopes(wantedScopes, scopes);
  const found = { account, scopes, missingScopes: missing };
  const ended = clock.now() >= receivedAt + expiresIn * 1000;
  if (problem?.code === 'auth.login_needed' || (ended && refreshToken === undefined)) {
    const reason = 'Kick takes its tokens no more: connect it again.';
    return { ...found, state: 'login-needed', reason };
  }
  if (problem !== undefined) return { ...found, state: 'expiring', reason: problem.message };
  if (refreshToken === undefined) {
    const reason = 'Its token cannot be renewed: connect it again before it ends.';
    return { ...found, state: 'expiring', reason };
  }
  if (missing.length > 0) {
    return { ...found, state: 'missing-scopes', reason: `Not granted: ${missing.join(', ')}.` };
  }
  return { ...found, state: 'connected' };
}
