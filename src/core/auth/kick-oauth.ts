import { createHash } from 'node:crypto';
import * as oauth from 'oauth4webapi';
import { z } from 'zod';
import { Clock } from '../primitives/clock.js';
import { KickbotError } from '../primitives/error.js';
import { printable } from '../primitives/printable.js';
import { Random } from '../primitives/random.js';
import { Secret } from '../primitives/secret.js';
import { Logger } from '../telemetry/logger.js';
import {
  type AuthStep,
  answerError,
  authorizationError,
  describe,
  UnusableTokensError,
} from './auth-error.js';
import { type Answer, type AuthFetch, LoginServer } from './login-server.js';
import { parseScopes } from './scopes.js';
import type { TokenSet } from './token-set.js';

export interface KickOAuthOptions {
  /** `kick.endpoints.auth`; plain http for loopback hosts only. */
  readonly authUrl: string;
  readonly clientId: string;
  /** Kick requires it; without one the request names only the client and the verifier. */
  readonly clientSecret?: Secret;
  /** Who asks. Cloudflare blocks requests without a telling one. */
  readonly userAgent: string;
}

/** A login that has begun: where to send the person, and what only this process knows about it. */
export interface Authorization {
  readonly url: string;
  readonly state: Secret;
  readonly verifier: Secret;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
}

const assumedExpiresIn = 3600;
const yearSeconds = 365 * 24 * 3600;

/**
 * Kick's OAuth 2.1 server: authorize with PKCE, exchange, refresh, revoke. It keeps nothing; `AccessTokens` does.
 *
 * Every method throws `KickbotError`s whose codes begin with `auth.`; no secret is in any of them.
 *
 * @see https://docs.kick.com/getting-started/generating-tokens-oauth2-flow
 */
export class KickOAuth {
  readonly #http: LoginServer;
  readonly #server: oauth.AuthorizationServer;
  readonly #client: oauth.Client;
  readonly #authentication: oauth.ClientAuth;
  #warnedOfExpiry = false;

  constructor(
    private readonly options: KickOAuthOptions,
    fetch: AuthFetch,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly logger: Logger,
  ) {
    this.#http = new LoginServer(options, fetch, clock);
    this.#server = {
      issuer: options.authUrl.replace(/\/+$/, ''),
      token_endpoint: this.#http.endpoint('token').href,
    };
    this.#client = { client_id: options.clientId };
    this.#authentication =
      options.clientSecret === undefined
        ? oauth.None()
        : oauth.ClientSecretPost(options.clientSecret.reveal());
  }

  /** Begins a login with a fresh state and verifier (RFC 7636 §4.1; 32 random bytes each). */
  begin({ redirectUri, scopes }: { redirectUri: string; scopes: readonly string[] }): Authorization {
    const state = this.#unguessable();
    const verifier = this.#unguessable();
    const url = this.#http.endpoint('authorize');
    url.searchParams.set('response_type', 'code');
    url.searchParams.set('client_id', this.options.clientId);
    // Kick's consent page turns the first 127.0.0.1 of the address into localhost, after which the redirect URL
    // does not match the registered one: give it another to find (KickDevDocs, note on redirect URLs; #211).
    if (redirectUri.includes('127.0.0.1')) url.searchParams.set('redirect', '127.0.0.1');
    url.searchParams.set('redirect_uri', redirectUri);
    url.searchParams.set('scope', scopes.join(' '));
    url.searchParams.set('state', state.reveal());
    url.searchParams.set(
      'code_challenge',
      createHash('sha256').update(verifier.reveal()).digest('base64url'),
    );
    url.searchParams.set('code_challenge_method', 'S256');
    return { url: url.href, state, verifier, redirectUri, scopes };
  }

  /**
   * Turns what came back to the redirect address into tokens. Throws `auth.denied` and its like when it carries an
   * error, `auth.wrong_issuer` when another server sent it.
   */
  async exchange(login: Authorization, callback: URLSearchParams, signal?: AbortSignal): Promise<TokenSet> {
    const secrets = [login.verifier, login.state, new Secret(callback.get('code') ?? '')];
    let parameters: URLSearchParams;
    try {
      parameters = oauth.validateAuthResponse(this.#server, this.#client, callback, login.state.reveal());
    } catch (error) {
      throw callbackError(error, callback, secrets);
    }
    return this.#requestTokens('exchange', {
      secrets,
      fallback: { scopes: login.scopes },
      send: (options) =>
        oauth.authorizationCodeGrantRequest(
          this.#server,
          this.#client,
          this.#authentication,
          parameters,
          login.redirectUri,
          login.verifier.reveal(),
          options,
        ),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  /**
   * Fresh tokens for old ones. What the answer leaves out (refresh token, scopes) stays as it was. Throws
   * `UnusableTokensError` when only the new refresh token of the answer could be used.
   */
  async refresh(tokens: TokenSet): Promise<TokenSet> {
    const { refreshToken, scopes } = tokens;
    if (refreshToken === undefined) {
      throw new KickbotError(
        'auth.invalid_grant',
        'There is no refresh token: log in again with `kickbot login`.',
      );
    }
    return this.#requestTokens('refresh', {
      secrets: [refreshToken, tokens.accessToken],
      fallback: { scopes, refreshToken },
      send: (options) =>
        oauth.refreshTokenGrantRequest(
          this.#server,
          this.#client,
          this.#authentication,
          refreshToken.reveal(),
          options,
        ),
    });
  }

  /**
   * The app's own tokens, without a person (RFC 6749 §4.4): no refresh token, no scopes. Throws
   * `config.client_missing` without the app's secret.
   */
  async appToken(): Promise<TokenSet> {
    if (this.options.clientId === '' || this.options.clientSecret === undefined) {
      throw new KickbotError(
        'config.client_missing',
        'Acting as the app needs the app and its secret: set KICK_INTEGRATION_CLIENT_ID and KICK_INTEGRATION_CLIENT_SECRET (or kick.clientId and kick.clientSecret).',
      );
    }
    return this.#requestTokens('app', {
      secrets: [],
      fallback: { scopes: [] },
      send: (options) =>
        oauth.clientCredentialsGrantRequest(
          this.#server,
          this.#client,
          this.#authentication,
          new URLSearchParams(),
          options,
        ),
    });
  }

  /** Ends a token. Kick takes it in the query, so this address is never logged and not in any error. */
  async revoke(token: Secret, hint: 'access_token' | 'refresh_token'): Promise<void> {
    const url = this.#http.endpoint('revoke');
    url.searchParams.set('token', token.reveal());
    url.searchParams.set('token_hint_type', hint);
    const answer = await this.#http.post(url.href, { headers: {}, body: '', secrets: [token] });
    if (answer.status !== 200) throw answerError('revoke', answer, [token]);
  }

  async #requestTokens(
    step: AuthStep,
    {
      secrets: own,
      fallback,
      send,
      signal,
    }: {
      secrets: readonly Secret[];
      fallback: Pick<TokenSet, 'scopes' | 'refreshToken'>;
      send(options: oauth.TokenEndpointRequestOptions): Promise<Response>;
      signal?: AbortSignal;
    },
  ): Promise<TokenSet> {
    const { clientSecret } = this.options;
    const secrets = clientSecret === undefined ? own : [...own, clientSecret];
    let answered: TokenBody = {};
    const response = await send({
      [oauth.allowInsecureRequests]: this.#http.isPlain,
      [oauth.customFetch]: async (url, { headers, body }) => {
        const request = { headers, body: String(body), secrets, ...(signal === undefined ? {} : { signal }) };
        const answer = await this.#http.post(url, request);
        if (answer.status !== 200) throw this.#refusal(step, answer, secrets);
        answered = this.#readBody(step, answer, secrets);
        return Response.json(answered);
      },
    });
    const receivedAt = this.clock.now();
    try {
      const tokens = await oauth.processRefreshTokenResponse(this.#server, this.#client, response);
      if (tokens.token_type !== 'bearer') throw new Error(`its token type is ${tokens.token_type}`);
      const refreshToken =
        tokens.refresh_token === undefined ? fallback.refreshToken : new Secret(tokens.refresh_token);
      return {
        accessToken: new Secret(tokens.access_token),
        ...(refreshToken === undefined ? {} : { refreshToken }),
        receivedAt,
        expiresIn: tokens.expires_in ?? assumedExpiresIn,
        scopes: tokens.scope === undefined ? fallback.scopes : parseScopes(tokens.scope),
      };
    } catch (error) {
      // The library keeps the whole answer, tokens included, as the error's cause: only its words go on.
      const { access_token, refresh_token } = answered;
      const words = printable(describe(error, []), [
        ...secrets,
        ...stringSecrets([access_token, refresh_token]),
      ]);
      const message = `Kick’s answer holds no usable tokens (${words}); try again in a while.`;
      const [rotated] = stringSecrets([refresh_token]);
      if (rotated !== undefined) throw new UnusableTokensError(message, rotated);
      throw new KickbotError('auth.unexpected_answer', message);
    }
  }

  #refusal(step: AuthStep, answer: Answer, secrets: readonly Secret[]): KickbotError {
    const error = answerError(step, answer, secrets);
    const isAboutTheApp = ['auth.invalid_client', 'auth.unauthorized_client', 'auth.invalid_request'];
    if (this.options.clientSecret !== undefined || !isAboutTheApp.includes(error.code)) return error;
    return new KickbotError(
      error.code,
      `Kick refuses an app that sends no secret, although PKCE stands in for one: set KICK_INTEGRATION_CLIENT_SECRET (or kick.clientSecret) to the secret of the app at https://kick.com/settings/developer. ${error.message}`,
      { cause: error },
    );
  }

  /** The body of a 200 as an object whose `expires_in` is a number of seconds that can be. */
  #readBody(step: AuthStep, answer: Answer, secrets: readonly Secret[]): TokenBody {
    let body: TokenBody;
    try {
      body = tokenBody.parse(JSON.parse(answer.text));
    } catch {
      throw answerError(step, answer, secrets);
    }
    const { expires_in: given, id_token: _, ...fields } = body;
    // A field that is empty says nothing: it is as absent as one that is not there.
    const rest = Object.fromEntries(
      Object.entries(fields).filter(([, value]) => value !== null && value !== ''),
    );
    const seconds = typeof given === 'string' && given.trim() !== '' ? Number(given) : given;
    if (typeof seconds === 'number' && seconds >= 1 && seconds <= yearSeconds) {
      return { ...rest, expires_in: seconds };
    }
    if (!this.#warnedOfExpiry) {
      this.#warnedOfExpiry = true;
      this.logger.warn('Kick did not say how long the access token lives; one hour is assumed.', {
        expiresIn: printable(JSON.stringify(given) ?? 'absent', secrets),
      });
    }
    return { ...rest, expires_in: assumedExpiresIn };
  }

  #unguessable(): Secret {
    return new Secret(Buffer.from(this.random.bytes(32)).toString('base64url'));
  }
}

const tokenBody = z.record(z.string(), z.unknown());
type TokenBody = z.infer<typeof tokenBody>;

const stringSecrets = (values: readonly unknown[]) =>
  values
    .filter((value) => typeof value === 'string' && value !== '')
    .map((value) => new Secret(String(value)));

function callbackError(thrown: unknown, callback: URLSearchParams, secrets: readonly Secret[]): KickbotError {
  const field = (name: string) => printable(callback.get(name) ?? '', secrets);
  if (thrown instanceof oauth.AuthorizationResponseError) {
    return authorizationError(field('error'), field('error_description'));
  }
  if (callback.has('iss')) {
    return new KickbotError(
      'auth.wrong_issuer',
      `The login came back from ${field('iss')}, not from kick.endpoints.auth: log in again.`,
    );
  }
  return new KickbotError(
    'auth.invalid_callback',
    `The login came back unusable (${describe(thrown, secrets)}).`,
  );
}
