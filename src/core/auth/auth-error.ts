import { KickbotError } from '../primitives/error.js';
import { printable } from '../primitives/printable.js';
import { Secret } from '../primitives/secret.js';

/** What was asked of Kick's login server when it refused. */
export type AuthStep = 'exchange' | 'refresh' | 'app' | 'revoke';

/** A 200 whose tokens cannot be used, but which holds the refresh token that replaces the old one. */
export class UnusableTokensError extends KickbotError {
  constructor(
    message: string,
    readonly rotated: Secret,
  ) {
    super('auth.unexpected_answer', message);
  }
}

const temporary = new Set([
  'auth.unreachable',
  'auth.unavailable',
  'auth.blocked',
  'auth.unexpected_answer',
  'auth.invalid_request',
  'auth.refused',
]);

/**
 * Whether the tokens may still be good and asking again later makes sense. Only `auth.invalid_grant` says the
 * tokens are dead, and `auth.invalid_client` and `auth.unauthorized_client` that the settings are wrong.
 */
export function isTemporary(error: KickbotError): boolean {
  return temporary.has(error.code);
}

const mendedByTheOwner = new Set([
  'auth.login_needed',
  'auth.secret_key_wrong',
  'auth.secret_key_missing',
  'auth.tokens_unreadable',
  'auth.invalid_client',
  'auth.unauthorized_client',
]);

/** Whether the owner has to mend it: an account with this is of no use until then, however long one waits. */
export function needsOwner(error: unknown): boolean {
  return error instanceof KickbotError && mendedByTheOwner.has(error.code);
}

const settings = 'https://kick.com/settings/developer';
const credentials =
  'KICK_INTEGRATION_CLIENT_ID and KICK_INTEGRATION_CLIENT_SECRET (or kick.clientId and kick.clientSecret)';

/** Kick's error codes (RFC 6749 §5.2 and §4.1.2.1), and the sentence that says what to change. */
const sentences: Record<string, readonly [code: string, sentence: string]> = {
  invalid_client: [
    'auth.invalid_client',
    `Kick does not know this app or its secret: compare ${credentials} with the app at ${settings}`,
  ],
  unauthorized_client: [
    'auth.unauthorized_client',
    `Kick does not let this app log people in: check the app at ${settings} and ${credentials}`,
  ],
  invalid_request: [
    'auth.invalid_request',
    `Kick calls the request invalid: check that the redirect URL is registered for the app at ${settings}, and ${credentials}`,
  ],
  invalid_scope: [
    'auth.invalid_scope',
    `Kick refuses one of the scopes: tick them for the app at ${settings}, or take them out of kick.scopes`,
  ],
  access_denied: ['auth.denied', 'Access was not granted on Kick’s page: log in again and allow it there'],
  server_error: ['auth.unavailable', 'Kick’s login server has a problem of its own: try again in a while'],
  temporarily_unavailable: ['auth.unavailable', 'Kick’s login server is overloaded: try again in a while'],
};

const grantSentences: Record<AuthStep, string> = {
  exchange:
    'Kick refuses the code of this login (it was used, is too old or belongs to another): log in again',
  refresh: 'Kick no longer accepts the refresh token: log in again with `kickbot login`',
  app: 'Kick gives this app no token of its own',
  revoke: 'Kick no longer knows this token',
};

/** The error for what came back to the redirect address in place of a code (RFC 6749 §4.1.2.1). */
export function authorizationError(error: string, description: string): KickbotError {
  return named(error, description) ?? refused(error, description);
}

/** The error for an answer of the token or revoke endpoint. `secrets` are kept out of what is quoted from it. */
export function answerError(
  step: AuthStep,
  { status, text }: { readonly status: number; readonly text: string },
  secrets: readonly Secret[],
): KickbotError {
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    return new KickbotError(
      'auth.unavailable',
      `Kick’s login server answered ${status}: it is overloaded or has a problem; try again in a while.`,
    );
  }
  const { error, description } = parseError(text, secrets);
  if (error === 'invalid_grant') {
    return new KickbotError('auth.invalid_grant', `${grantSentences[step]}${quoted(description)}.`);
  }
  const known = named(error, description);
  if (known !== undefined) return known;
  if (status === 403) {
    return new KickbotError(
      'auth.blocked',
      `Cloudflare, in front of Kick’s login server, blocked the request${quoted(error)}: try again later or from another network.`,
    );
  }
  if (status >= 400 && error !== '') return refused(error, description);
  return new KickbotError(
    'auth.unexpected_answer',
    `Kick’s login server answered ${status} with something that is not an OAuth answer: check kick.endpoints.auth.`,
  );
}

/** The words of anything thrown, down to its first cause, without the secrets. */
export function describe(thrown: unknown, secrets: readonly Secret[]): string {
  const words: string[] = [];
  for (let error = thrown; error instanceof Error && words.length < 3; error = error.cause) {
    const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
    words.push(error.message || code || error.name);
  }
  return printable(words.join(': ') || String(thrown), secrets);
}

function named(error: string, description: string): KickbotError | undefined {
  // Kick's own documentation shows the code as a sentence, "Invalid request".
  const entry = Object.entries(sentences).find(([name]) => name === error.toLowerCase().replaceAll(' ', '_'));
  return entry && new KickbotError(entry[1][0], `${entry[1][1]}${quoted(description)}.`);
}

function refused(error: string, description: string): KickbotError {
  return new KickbotError(
    'auth.refused',
    `Kick refused with a reason kickbot does not know${quoted([error, description].filter(Boolean).join(': '))}: see the app at ${settings}.`,
  );
}

const quoted = (text: string) => (text === '' ? '' : ` (Kick says: ${printable(text)})`);

/** Both families of Kick's errors: `{error, error_description}` and the API's `{data, message}`. */
function parseError(text: string, secrets: readonly Secret[]): { error: string; description: string } {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  const field = (name: string) => {
    const value: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
    return typeof value === 'string' ? printable(value, secrets) : '';
  };
  return { error: field('error') || field('message'), description: field('error_description') };
}
