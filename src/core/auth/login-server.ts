import { Clock } from '../primitives/clock.js';
import { KickbotError } from '../primitives/error.js';
import { Secret } from '../primitives/secret.js';
import { describe } from './auth-error.js';

/** The one request this makes, as `fetch` of undici takes and answers it. */
export type AuthFetch = (url: string, request: AuthRequest) => Promise<AuthResponse>;
export interface AuthRequest {
  readonly method: 'POST';
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly redirect: 'manual';
  readonly signal: AbortSignal;
}
export interface AuthResponse {
  readonly status: number;
  readonly body: AsyncIterable<Uint8Array> | null;
}

/** What the login server answered, whatever it is. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

const deadlineMs = 15_000;
const largestAnswer = 64 * 1024;

/** The way to Kick's login server: addresses, deadline, bounds. It judges no answer. */
export class LoginServer {
  readonly #base: URL;

  constructor(
    private readonly options: { readonly authUrl: string; readonly userAgent: string },
    private readonly fetch: AuthFetch,
    private readonly clock: Clock,
  ) {
    this.#base = readBase(options.authUrl);
  }

  /** True for plain http, which is accepted for this machine alone. */
  get isPlain(): boolean {
    return this.#base.protocol === 'http:';
  }

  endpoint(name: 'authorize' | 'token' | 'revoke'): URL {
    return new URL(`${this.#base.href.replace(/\/+$/, '')}/oauth/${name}`);
  }

  /**
   * Posts a form, follows no redirect, and reads at most 64 kB within 15 seconds. Throws `auth.unreachable` or
   * `auth.unexpected_answer`, with none of `secrets` in it.
   */
  async post(
    url: string,
    request: {
      headers: Record<string, string>;
      body: string;
      secrets: readonly Secret[];
      signal?: AbortSignal | undefined;
    },
  ): Promise<Answer> {
    const deadline = new AbortController();
    // A process that was suspended finds its deadline over and, behind that, perhaps the answer: tokens that cannot
    // be had again. What has arrived is read first.
    let cancel = this.clock.schedule(deadlineMs, () => {
      cancel = this.clock.schedule(0, () =>
        deadline.abort(new Error(`no answer within ${deadlineMs / 1000} seconds`)),
      );
    });
    try {
      const response = await this.fetch(url, {
        method: 'POST',
        headers: { ...request.headers, 'user-agent': this.options.userAgent },
        body: request.body,
        redirect: 'manual',
        signal: request.signal ? AbortSignal.any([deadline.signal, request.signal]) : deadline.signal,
      });
      return { status: response.status, text: await readText(response.body) };
    } catch (error) {
      if (error instanceof KickbotError) throw error;
      // The thrown error itself may hold the request; only its words go on.
      throw new KickbotError(
        'auth.unreachable',
        `Kick’s login server ${this.#base.host} cannot be reached (${describe(error, request.secrets)}). Check the network and kick.endpoints.auth.`,
      );
    } finally {
      cancel();
    }
  }
}

function readBase(authUrl: string): URL {
  const url = new URL(authUrl);
  const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol === 'https:' || (url.protocol === 'http:' && loopback)) return url;
  throw new KickbotError(
    'auth.insecure_endpoint',
    `kick.endpoints.auth is ${url.protocol}//${url.host}: use https (plain http is accepted for this machine only).`,
  );
}

async function readText(body: AsyncIterable<Uint8Array> | null): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body ?? []) {
    length += part.byteLength;
    if (length > largestAnswer) {
      throw new KickbotError(
        'auth.unexpected_answer',
        'Kick’s login server answered with more than 64 kB: check kick.endpoints.auth.',
      );
    }
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
