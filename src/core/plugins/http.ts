import type { z } from 'zod';
import { KickbotError, messageOf } from '../primitives/error.js';

export interface HttpOptions {
  /** `GET`, unless told. */
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD';
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is. */
  readonly body?: string;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Ends the request earlier; hand it `ctx.signal`. */
  readonly signal?: AbortSignal;
}

const reasons = {
  bad_request: 'cannot be asked for',
  private_address: 'lies in a private network, where plugins may not ask',
  unreachable: 'cannot be reached',
  too_late: 'did not answer in time',
  too_large: 'answers with too much',
  too_many_redirects: 'leads from one address to the next',
  refused: 'did not give what was asked for',
  not_json: 'does not answer with the JSON that was expected',
} as const;

/** Why a request came to nothing. */
export type HttpFailure = keyof typeof reasons;

/** A request that came to nothing. `code` is `http.` and the reason; `cause` is what the network said, if it did. */
export class HttpError extends KickbotError {
  override readonly name = 'HttpError';
  readonly reason: HttpFailure;
  /** What was answered, where it was. */
  readonly status: number | undefined;

  constructor(
    reason: HttpFailure,
    address: string,
    detail: string,
    { status, cause }: { status?: number; cause?: unknown } = {},
  ) {
    super(`http.${reason}`, `${address} ${reasons[reason]}: ${detail}.`, { cause });
    this.reason = reason;
    this.status = status;
  }
}

/** What a server answered. */
export class HttpResponse {
  constructor(
    /** Where it came from in the end, after redirects; without what followed a `?`. */
    readonly address: string,
    readonly status: number,
    readonly text: string,
    /** Names in lower case. */
    readonly headers: ReadonlyMap<string, string> = new Map(),
  ) {}

  /** Whether the status is one of 200 to 299. */
  get isOk(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  /** The JSON in it, checked. Throws an `HttpError`, `not_json`. */
  json<Output>(schema: z.ZodType<Output>): Output {
    try {
      return schema.parse(JSON.parse(this.text));
    } catch (cause) {
      const { status } = this;
      throw new HttpError('not_json', this.address, messageOf(cause).replaceAll(/\s+/g, ' '), {
        status,
        cause,
      });
    }
  }
}

/**
 * Asks servers on the internet. A request with all its redirects is over after 5 s, and an answer has at most 1 MiB.
 * Addresses of private networks, this machine's among them, are refused, also where a name or a redirect leads there.
 *
 * @example
 * constructor(private readonly http: Http) {}
 *
 * @Command('joke')
 * async joke(ctx: CommandContext) {
 *   const { joke } = await this.http.json('https://jokes.example/random', z.object({ joke: z.string() }));
 *   return joke;
 * }
 */
export abstract class Http {
  /** Resolves with any answer, whatever its status. Rejects with an `HttpError`, and when the signal aborts. */
  abstract fetch(url: string | URL, options?: HttpOptions): Promise<HttpResponse>;

  /** What a server answers with, checked. Rejects as `fetch` does, and where the status is not one of 200 to 299. */
  async json<Output>(
    url: string | URL,
    schema: z.ZodType<Output>,
    options: HttpOptions = {},
  ): Promise<Output> {
    const headers = { accept: 'application/json', ...options.headers };
    const response = await this.fetch(url, { ...options, headers });
    if (response.isOk) return response.json(schema);
    const { address, status } = response;
    throw new HttpError('refused', address, `status ${status}`, { status });
  }
}
