import { z } from 'zod';
import { printable } from '../primitives/printable.js';
import { Secret } from '../primitives/secret.js';
import { type HttpAnswer, type HttpRequest, headerOf, requestIdOf } from './http-exchange.js';
import { KickApiError, RateLimitedError } from './kick-api-error.js';

/** The texts an error body may hold: Kick's envelope, the OAuth family, the firewall's. */
const ErrorBody = z.object({
  message: z.string().optional().catch(undefined),
  data: z.string().optional().catch(undefined),
  error: z.string().optional().catch(undefined),
  error_description: z.string().optional().catch(undefined),
  reference: z.string().optional().catch(undefined),
});

/**
 * Who answers with these did not do it: Kick, too busy (RFC 9110 §15.6.4), or Cloudflare, that could not reach Kick.
 * Any other 5xx may come after the deed.
 *
 * @see https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/
 */
const notDone = new Set([503, 521, 523, 525, 526, 530]);

/**
 * The error that an answer stands for; nothing for 2xx.
 *
 * Kick has no error codes for programs: the status decides, then the text
 * (https://docs.kick.com; statuses and bodies as observed).
 */
export function refusalOf(request: HttpRequest, answer: HttpAnswer, now: number): KickApiError | undefined {
  const { status } = answer;
  if (status >= 200 && status < 300) return undefined;
  const { method, url } = request;
  const call = `${method} ${url.pathname}`;
  const details = { status, requestId: requestIdOf(answer) };
  const body = ErrorBody.safeParse(answer.json).data ?? {};
  // A server may quote what it was sent.
  const secrets = [new Secret(request.headers?.authorization?.replace('Bearer ', '') ?? '')];
  const said = printable(words(body), secrets);
  const quoted = said === '' ? '' : ` "${said}"`;

  if (status === 401) {
    return new KickApiError(
      'kick.unauthorized',
      `Kick refused the access token for ${call}. Run kickbot login for this account again.`,
      details,
    );
  }
  if (status === 403) {
    if (answer.isHtml || /security policy/i.test(body.error ?? '')) {
      const reference =
        body.reference === undefined
          ? ''
          : ` Kick can look up reference ${printable(body.reference, secrets)}.`;
      return new KickApiError(
        'kick.blocked',
        `The firewall in front of Kick turned ${call} away; wait some minutes, or run the bot from another network.${reference}`,
        details,
      );
    }
    return new KickApiError(
      'kick.forbidden',
      `Kick does not let this account do ${call}${quoted && `: it said${quoted}`}. Check its rights in that channel and the scopes it was granted.`,
      details,
    );
  }
  // A full quota is answered with 400 and has nothing to do with the request.
  if (status === 429 || (status === 400 && /quota exceeded/i.test(said))) {
    const retryAfterMs = retryAfter(answer, now);
    return new RateLimitedError(
      `Kick limits how often ${call} may be called; wait ${Math.ceil(retryAfterMs / 1000)} s.`,
      retryAfterMs,
      details,
    );
  }
  if (status === 404) {
    return new KickApiError('kick.not_found', `Kick has nothing at ${call}${quoted}. Check the id.`, details);
  }
  if (status >= 400 && status < 500) {
    return new KickApiError(
      'kick.invalid_request',
      `Kick refused ${call} with status ${status}${quoted && ` and said${quoted}`}. Check what was sent.`,
      details,
    );
  }
  if (status >= 500) {
    if (method !== 'GET' && !notDone.has(status)) {
      return new KickApiError(
        'kick.outcome_unknown',
        `Kick failed at ${call} (status ${status}${quoted}). It may have been done, so it is not repeated; look before you repeat it.`,
        details,
      );
    }
    return new KickApiError(
      'kick.unavailable',
      `Kick failed at ${call} (status ${status}${quoted}). Try again later; status.kick.com tells of outages.`,
      details,
    );
  }
  return new KickApiError(
    'kick.unexpected_answer',
    `${url.origin} answered ${call} with status ${status}. Check that this endpoint is Kick's API.`,
    details,
  );
}

/**
 * Milliseconds from `Retry-After`, which is seconds or a date (RFC 9110 §10.2.3), kept between 1 s and 10 min;
 * 30 s where there is none.
 */
function retryAfter(answer: HttpAnswer, now: number): number {
  const value = headerOf(answer, 'retry-after')?.trim() ?? '';
  const seconds = /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : secondsUntil(value, answer, now);
  return Math.min(Math.max(Number.isNaN(seconds) ? 30 : seconds, 1), 600) * 1000;
}

/** Measured by the server's own clock where it shows it, so that a wrong clock here does no harm. */
function secondsUntil(date: string, answer: HttpAnswer, now: number): number {
  const serverNow = Date.parse(headerOf(answer, 'date') ?? '');
  return (Date.parse(date) - (Number.isNaN(serverNow) ? now : serverNow)) / 1000;
}

function words({ data, error_description, error, message }: z.infer<typeof ErrorBody>): string {
  // `data` holds the reason where there is one; `message` is then a mere "Bad request".
  return data || error_description || error || message || '';
}
