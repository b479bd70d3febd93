import { createMiddleware } from 'hono/factory';
import type { Tokens } from '../oauth/tokens.js';
import { tooLarge } from '../rest/replies.js';
import { bearerOf } from './bearer.js';
import type { SandboxEnvironment } from './environment.js';
import { readText } from './request-body.js';

const KEPT_REQUESTS = 1000;
/** Far above anything Kick takes. */
const MAX_BODY = 64 * 1024;
const SECRETS = new Set(['client_secret', 'code', 'code_verifier', 'refresh_token', 'access_token', 'token']);

/** A request the sandbox received. Secrets in it read `[secret]`. */
export interface RecordedRequest {
  /** By the sandbox's clock. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** The username the token belongs to; absent without a good user token. */
  readonly user: string | undefined;
  /** Parsed where it is JSON or a form, else `[unreadable]` or `[too large]`; `undefined` where there is none. */
  readonly body: unknown;
  /** Absent while the request is worked on, and for ever where the connection was cut. */
  status: number | undefined;
}

/** The newest requests to what stands for Kick, oldest first. The sandbox's own pages are left out. */
export class RequestLog {
  readonly #requests: RecordedRequest[] = [];

  /** Those whose method and path are given, or all. */
  list(method?: string, path?: string): RecordedRequest[] {
    return this.#requests.filter(
      (request) =>
        (method === undefined || request.method === method) && (path === undefined || request.path === path),
    );
  }

  add(request: RecordedRequest): void {
    this.#requests.push(request);
    if (this.#requests.length > KEPT_REQUESTS) this.#requests.shift();
  }

  clear(): void {
    this.#requests.length = 0;
  }
}

/** Reads each request's body for the routes that follow, and keeps what was asked. A body has at most 64 kB. */
export function recordRequests(options: {
  requests: RequestLog;
  tokens: Tokens;
  now: () => number;
  log: (line: string) => void;
}) {
  const { requests, tokens, now, log } = options;
  return createMiddleware<SandboxEnvironment>(async (c, next) => {
    const url = new URL(c.req.url);
    if (/^\/sandbox(\/|$)/.test(url.pathname)) return next();
    const body = await readText(c, MAX_BODY);
    const request: RecordedRequest = {
      at: now(),
      method: c.req.method,
      path: url.pathname,
      query: withoutSecrets(url.searchParams),
      user: tokens.find(bearerOf(c.req.raw.headers))?.grant?.user.username,
      body: body === undefined ? '[too large]' : readable(body, c.req.header('content-type') ?? ''),
      status: undefined,
    };
    requests.add(request);
    if (body === undefined) {
      c.res = tooLarge(c);
    } else {
      c.set('body', body);
      await next();
    }
    request.status = c.env.outgoing.destroyed ? undefined : c.res.status;
    log(
      `${request.method} ${request.path} ${request.status ?? 'cut'}${request.user ? ` ${request.user}` : ''}`,
    );
    return undefined;
  });
}

function readable(text: string, contentType: string): unknown {
  if (text === '') return undefined;
  if (contentType.startsWith('application/x-www-form-urlencoded'))
    return withoutSecrets(new URLSearchParams(text));
  try {
    return JSON.parse(text, (name, value) => (SECRETS.has(name) ? '[secret]' : value));
  } catch {
    return '[unreadable]';
  }
}

function withoutSecrets(parameters: URLSearchParams): Record<string, string> {
  return Object.fromEntries(
    [...parameters].map(([name, value]) => [name, SECRETS.has(name) ? '[secret]' : value]),
  );
}
