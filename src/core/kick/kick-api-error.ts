import { KickbotError } from '../primitives/error.js';

/** Every way a call to Kick's API can fail. */
export type KickErrorCode =
  /** 401: the access token is not valid any more. */
  | 'kick.unauthorized'
  /** 403: the account may not do this here. */
  | 'kick.forbidden'
  /** 403 from the firewall in front of Kick; the request never reached Kick. */
  | 'kick.blocked'
  /** 429, or Kick's own message quota. */
  | 'kick.rate_limited'
  | 'kick.not_found'
  /** Any other 4xx, and everything refused before it was sent. */
  | 'kick.invalid_request'
  /** Kick could not be reached, or did not do it for a reason of its own (503; any 5xx to a GET). */
  | 'kick.unavailable'
  /** Kick may have done it, but its answer never came or was a 5xx. Such a request is never sent again. */
  | 'kick.outcome_unknown'
  /** An answer that does not look like Kick's. */
  | 'kick.unexpected_answer'
  /** Kick accepted the request and answered `is_sent: false`. */
  | 'kick.message_not_sent';

interface Details {
  cause?: unknown;
  status?: number | undefined;
  requestId?: string | undefined;
}

/** A call to Kick's API that failed; `code` says how. */
export class KickApiError extends KickbotError {
  override readonly name: string = 'KickApiError';
  /** The HTTP status, where Kick answered. */
  readonly status: number | undefined;
  /** Kick's `x-request-id`, to name when asking Kick about it. */
  readonly requestId: string | undefined;

  constructor(code: KickErrorCode, message: string, { cause, status, requestId }: Details = {}) {
    super(code, message, { cause });
    this.status = status;
    this.requestId = requestId;
  }
}

/** `kick.rate_limited`, with the time Kick wants to be left alone. */
export class RateLimitedError extends KickApiError {
  override readonly name = 'RateLimitedError';
  /** From Kick's `Retry-After`, kept between 1 s and 10 min; 30 s where Kick does not say. */
  readonly retryAfterMs: number;

  constructor(message: string, retryAfterMs: number, details: Details = {}) {
    super('kick.rate_limited', message, details);
    this.retryAfterMs = retryAfterMs;
  }
}

/** `kick.unauthorized`, where the refused token has been replaced: the same request may go again now. */
export class TokenReplacedError extends KickApiError {
  override readonly name = 'TokenReplacedError';

  constructor(refused: KickApiError) {
    super('kick.unauthorized', 'Kick refused the access token; it has a new one now, try again.', {
      cause: refused,
      status: refused.status,
      requestId: refused.requestId,
    });
  }
}
