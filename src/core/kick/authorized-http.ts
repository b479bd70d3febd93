import { z } from 'zod';
import type { HttpClient } from './http-client.js';
import { type HttpAnswer, type HttpRequest, requestIdOf } from './http-exchange.js';
import { KickApiError, TokenReplacedError } from './kick-api-error.js';
import type { Page } from './paged-list.js';
import type { TokenSource } from './token-source.js';

export interface ApiRequest {
  readonly method: HttpRequest['method'];
  /** Starts with a slash. */
  readonly path: string;
  readonly query?: Query;
  readonly body?: unknown;
  /** The most bytes its answer may have, 1 MiB unless told. */
  readonly largestAnswer?: number;
}

/** Several values repeat the key; a missing one is left out. */
export type Query = Readonly<Record<string, string | number | readonly (string | number)[] | undefined>>;

/** Kick's API as one account: adds the access token and replaces one that Kick refuses. */
export class AuthorizedHttp {
  readonly #apiUrl: string;
  readonly #tokens: TokenSource;
  readonly #http: HttpClient;

  constructor({ apiUrl, tokens, http }: { apiUrl: string; tokens: TokenSource; http: HttpClient }) {
    this.#apiUrl = apiUrl.replace(/\/$/, '');
    this.#tokens = tokens;
    this.#http = http;
  }

  /** Sends the request; when Kick refuses the token, once more with a new one. */
  async call(request: ApiRequest): Promise<HttpAnswer> {
    try {
      return await this.callOnce(request);
    } catch (error) {
      if (!(error instanceof TokenReplacedError)) throw error;
    }
    return this.callOnce(request, { replaceRefusedToken: false });
  }

  /**
   * Sends the request exactly once, for those who count requests. When Kick refuses the token it is replaced, and
   * a `TokenReplacedError` asks for the next call.
   */
  async callOnce(request: ApiRequest, { replaceRefusedToken = true } = {}): Promise<HttpAnswer> {
    const token = await this.#tokens.accessToken();
    try {
      return await this.#http.send({
        method: request.method,
        url: this.#urlOf(request),
        headers: { authorization: `Bearer ${token.reveal()}` },
        body: request.body,
        largestAnswer: request.largestAnswer,
      });
    } catch (error) {
      const refused = error instanceof KickApiError && error.code === 'kick.unauthorized';
      if (!refused || !replaceRefusedToken) throw error;
      await this.#tokens.replaceRefused(token);
      throw new TokenReplacedError(error);
    }
  }

  #urlOf({ path, query = {} }: ApiRequest): URL {
    const url = new URL(this.#apiUrl + path);
    for (const [key, values] of Object.entries(query)) {
      for (const value of [values ?? []].flat()) url.searchParams.append(key, String(value));
    }
    return url;
  }
}

/** What an answer holds, checked. Throws `kick.unexpected_answer`. */
export function read<T>(answer: HttpAnswer, schema: z.ZodType<T>): T {
  const result = schema.safeParse(answer.json);
  if (result.success) return result.data;
  throw new KickApiError(
    'kick.unexpected_answer',
    `Kick's answer does not have the documented shape: ${z.prettifyError(result.error).replaceAll(/\s+/g, ' ')}. A newer kickbot may know it.`,
    { status: answer.status, requestId: requestIdOf(answer), cause: result.error },
  );
}

/** What the envelope `{ data, message }` holds, checked. Throws `kick.unexpected_answer`. */
export function dataOf<T>(answer: HttpAnswer, schema: z.ZodType<T>): T {
  return read(answer, z.object({ data: schema })).data;
}

const Pagination = z.object({ next_cursor: z.string().nullish() }).nullish();

/** The page in `{ data, message, pagination: { next_cursor } }`; an empty cursor marks the last. */
export function pageOf<T>(answer: HttpAnswer, schema: z.ZodType<readonly T[]>): Page<T> {
  const { data, pagination } = read(answer, z.object({ data: schema, pagination: Pagination }));
  return { items: data, nextCursor: pagination?.next_cursor || undefined };
}
