import type { ServerResponse } from 'node:http';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { createMiddleware } from 'hono/factory';
import { pause } from '../pause.js';
import type { SandboxEnvironment } from './environment.js';

/** What goes wrong with one request. The parts combine; all that is left out goes well. */
export interface HttpFault {
  /** Waits this long first, in real time; `Infinity` never answers. */
  delayMs?: number;
  /** Answers this without doing what was asked. */
  status?: number;
  /** An object is sent as JSON, a text as HTML. Without it: what Kick says with that status. */
  body?: string | object;
  /** `Retry-After`: seconds, or a date. */
  retryAfter?: number | Date;
  headers?: Record<string, string>;
  /**
   * Resets the connection: `before` anything was done; `after` it was done, so that only the reply is lost; or
   * `midway`, with half of the reply sent.
   */
  cut?: 'before' | 'after' | 'midway';
}

const messages: Partial<Record<number, string>> = {
  400: 'Bad request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not found',
  429: 'Too many requests',
  500: 'Internal server error',
  502: 'Bad gateway',
  503: 'Service unavailable',
};

/** Cloudflare's page in front of Kick, as hosts it distrusts get it instead of an answer. */
export const cloudflareBlock: HttpFault = {
  status: 403,
  headers: { server: 'cloudflare', 'cf-ray': '8f00000000000000-SJC' },
  body: `<!DOCTYPE html><html lang="en-US"><head><title>Attention Required! | Cloudflare</title></head>
<body><h1>Sorry, you have been blocked</h1><p>You are unable to access kick.com</p></body></html>`,
};

/** The other refusal of Kick's edge, on API and token endpoints (KickDevDocs issues 216, 281, 411). */
export const securityPolicyBlock: HttpFault = {
  status: 403,
  headers: { server: 'cloudflare' },
  body: { error: 'Request blocked by security policy.', reference: '1f2e3d4c' },
};

interface Rule {
  readonly matches: RegExp;
  readonly fault: HttpFault;
  left: number;
}

/** Which requests go wrong next. */
export class HttpFaults {
  #rules: Rule[] = [];
  #release = new AbortController();

  /** @param pattern a method and a path, where `*` stands for anything: `POST /public/v1/chat`, `* /public/*`. */
  next(pattern: string, fault: HttpFault, times = 1): void {
    const source = pattern.split('*').map(escapeExpression).join('.*');
    this.#rules.push({ matches: new RegExp(`^${source}$`), fault, left: times });
  }

  /** No request goes wrong any more; those that wait go on. */
  clear(): void {
    this.#rules = [];
    this.#release.abort();
    this.#release = new AbortController();
  }

  /** The fault for a request, used up by being asked for. Earlier rules come first. */
  take(method: string, path: string): HttpFault | undefined {
    const rule = this.#rules.find(({ left, matches }) => left > 0 && matches.test(`${method} ${path}`));
    if (rule) rule.left -= 1;
    return rule?.fault;
  }

  delay(delayMs: number): Promise<void> {
    return pause(delayMs, this.#release.signal);
  }
}

export function applyFaults(faults: HttpFaults) {
  return createMiddleware<SandboxEnvironment>(async (c, next) => {
    const fault = faults.take(c.req.method, c.req.path);
    if (!fault) return next();
    const { delayMs, status, headers = {}, cut } = fault;
    if (delayMs !== undefined) await faults.delay(delayMs);
    if (cut !== 'before' && status === undefined) await next();
    const reply = status === undefined ? c.res : madeUp(fault, status);
    for (const [name, value] of Object.entries(headers)) reply.headers.set(name, value);
    if (cut === 'midway') await sendHalf(c.env.outgoing, reply);
    if (cut !== undefined) reset(c.env.outgoing);
    // Hono adds the headers of the response that was there to the one that is set, unless there is none.
    c.res = undefined;
    c.res = cut === undefined ? reply : RESPONSE_ALREADY_SENT;
    return undefined;
  });
}

function madeUp({ body, retryAfter }: HttpFault, status: number): Response {
  const isText = typeof body === 'string';
  const headers = new Headers({ 'content-type': isText ? 'text/html; charset=UTF-8' : 'application/json' });
  if (retryAfter !== undefined) {
    headers.set(
      'retry-after',
      typeof retryAfter === 'number' ? String(retryAfter) : retryAfter.toUTCString(),
    );
  }
  const content = isText ? body : JSON.stringify(body ?? { data: {}, message: messages[status] ?? 'Error' });
  return new Response(content, { status, headers });
}

async function sendHalf(outgoing: ServerResponse, reply: Response): Promise<void> {
  const body = Buffer.from(await reply.arrayBuffer());
  outgoing.writeHead(reply.status, {
    ...Object.fromEntries(reply.headers),
    'content-length': body.length,
  });
  const half = body.subarray(0, Math.floor(body.length / 2));
  await new Promise((resolve) => outgoing.write(half, resolve));
}

function reset(outgoing: ServerResponse): void {
  outgoing.socket?.resetAndDestroy();
  outgoing.destroy();
}

function escapeExpression(text: string): string {
  return text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
}
