import { needsOwner } from '../../auth/auth-error.js';
import { KickApiError } from '../../kick/kick-api-error.js';
import { KickbotError } from '../../primitives/error.js';
import type { NotSentReason } from '../sender.js';

/** Why a request that failed with `error` sent nothing. Only what is `unavailable` may be tried again. */
export function reasonFor(error: unknown): NotSentReason {
  if (!(error instanceof KickApiError)) {
    // Not from Kick's API but from where the token comes from, so nothing was sent.
    const isRefused =
      error instanceof KickbotError && ['auth.login_needed', 'auth.token_refused'].includes(error.code);
    if (isRefused) return 'login_needed';
    return needsOwner(error) ? 'no_token' : 'unavailable';
  }
  switch (error.code) {
    case 'kick.unauthorized':
      return 'login_needed';
    case 'kick.unavailable':
    // The firewall turns requests away by the minute, and before Kick sees them.
    case 'kick.blocked':
      return 'unavailable';
    case 'kick.outcome_unknown':
    case 'kick.unexpected_answer':
      return 'outcome_unknown';
    default:
      return 'refused';
  }
}

/**
 * Whether an answer may have been refused because what it answers is gone. Kick does not say how it tells; all else
 * that 400 and 404 can mean is met again by the plain message.
 */
export function mayLackParent(error: unknown): boolean {
  return error instanceof KickApiError && (error.status === 404 || error.status === 400);
}

const notKicksWord = new Set(['kick.unavailable', 'kick.blocked', 'kick.outcome_unknown']);

/** Whether Kick itself said no, rather than somebody on the way there or nobody. */
export function isKicksWord(error: unknown): boolean {
  return error instanceof KickApiError && !notKicksWord.has(error.code);
}

/** Whether Kick does not let the account speak in the channel at all (banned, followers only). */
export function isForbidden(error: unknown): boolean {
  return error instanceof KickApiError && error.code === 'kick.forbidden';
}
