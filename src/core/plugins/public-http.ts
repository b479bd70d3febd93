import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, fetch, type Response } from 'undici';
import type { Clock } from '../primitives/clock.js';
import { messageOf } from '../primitives/error.js';
import { runAsKickbot } from './attribution.js';
import { Http, HttpError, type HttpFailure, type HttpOptions, HttpResponse } from './http.js';
import { isPublicAddress } from './public-addresses.js';

const deadlineMs = 5_000;
const largestAnswer = 1_048_576;
const redirectsAtMost = 5;

export interface PublicHttpOptions {
  readonly clock: Clock;
  /** kickbot's, for the header `user-agent`. */
  readonly version: string;
  /** Which addresses may be asked; those of the internet, unless told. */
  readonly allows?: (address: string) => boolean;
  readonly lookup?: typeof systemLookup;
}

/** Refuses a name that stands for an address that may not be asked. */
class PrivateAddress extends Error {}

interface Going {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** `Http` over the network. Every connection is made to an address that was looked at, so a name cannot change its mind. */
export class PublicHttp extends Http {
  readonly #clock: Clock;
  readonly #allows: (address: string) => boolean;
  readonly #agent: Agent;
  readonly #userAgent: string;

  constructor({ clock, version, allows = isPublicAddress, lookup = systemLookup }: PublicHttpOptions) {
    super();
    this.#clock = clock;
    this.#allows = allows;
    this.#userAgent = `kickbot/${version} (chat bot framework)`;
    this.#agent = new Agent({
      connect: { timeout: deadlineMs, lookup: checkedLookup(lookup, allows) },
      connections: 8,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  fetch(url: string | URL, options: HttpOptions = {}): Promise<HttpResponse> {
    return runAsKickbot(() => this.#fetch(url, options));
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  async #fetch(url: string | URL, options: HttpOptions): Promise<HttpResponse> {
    let going = requestOf(url, options);
    const controller = new AbortController();
    const abort = () => controller.abort(options.signal?.reason);
    if (options.signal?.aborted) abort();
    options.signal?.addEventListener('abort', abort, { once: true });
    const cancelDeadline = this.#clock.schedule(deadlineMs, () => {
      controller.abort(failed('too_late', going.url, `it took more than ${deadlineMs / 1_000} s`));
    });
    try {
      for (let redirects = 0; redirects <= redirectsAtMost; redirects++) {
        const response = await this.#send(going, controller.signal);
        const location = response.headers.get('location');
        if (location === null || ![301, 302, 303, 307, 308].includes(response.status)) {
          return await read(going.url, response);
        }
        await response.body?.cancel();
        going = redirected(going, location, response.status);
      }
      throw failed('too_many_redirects', going.url, `more than ${redirectsAtMost} redirects`);
    } catch (error) {
      if (controller.signal.aborted) throw controller.signal.reason;
      throw error instanceof HttpError ? error : unreachable(going.url, error);
    } finally {
      cancelDeadline();
      options.signal?.removeEventListener('abort', abort);
    }
  }

  async #send({ url, method, headers, body }: Going, signal: AbortSignal): Promise<Response> {
    // An address needs no lookup, so the agent's would not be asked.
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    if (isIP(host) !== 0 && !this.#allows(host)) throw failed('private_address', url, host);
    return fetch(url, {
      method,
      headers: { 'user-agent': this.#userAgent, ...headers },
      body: body ?? null,
      redirect: 'manual',
      dispatcher: this.#agent,
      signal,
    });
  }
}

function requestOf(address: string | URL, { method = 'GET', headers = {}, body, json }: HttpOptions): Going {
  const url = webAddress(String(address));
  if (json === undefined) return { url, method, headers, body };
  return {
    url,
    method,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(json),
  };
}

function webAddress(text: string, base?: URL): URL {
  if (!URL.canParse(text, base?.href)) {
    throw new HttpError('bad_request', JSON.stringify(text.slice(0, 200)), 'this is no address');
  }
  const url = new URL(text, base);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw failed('bad_request', url, 'an address begins with https:// or http://');
  }
  if (url.username !== '' || url.password !== '') {
    throw failed('bad_request', url, 'a name and a password belong into a header');
  }
  return url;
}

/** As browsers do it (https://fetch.spec.whatwg.org/#http-redirect-fetch). */
function redirected(from: Going, location: string, status: number): Going {
  const url = webAddress(location, from.url);
  const becomesGet = status === 303 ? from.method !== 'HEAD' : status < 303 && from.method === 'POST';
  const left = new Set<string>();
  if (becomesGet) left.add('content-type').add('content-length');
  // What was meant for one server is no other's business.
  if (url.origin !== from.url.origin) left.add('authorization').add('cookie').add('proxy-authorization');
  return {
    url,
    method: becomesGet ? 'GET' : from.method,
    headers: Object.fromEntries(
      Object.entries(from.headers).filter(([name]) => !left.has(name.toLowerCase())),
    ),
    body: becomesGet ? undefined : from.body,
  };
}

async function read(url: URL, response: Response): Promise<HttpResponse> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > largestAnswer) throw failed('too_large', url, `more than ${largestAnswer / 1_048_576} MiB`);
    chunks.push(chunk);
  }
  const text = new TextDecoder().decode(Buffer.concat(chunks));
  return new HttpResponse(shown(url), response.status, text, new Map(response.headers));
}

function checkedLookup(lookup: typeof systemLookup, allows: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      const addresses: readonly LookupAddress[] = found;
      const [first] = addresses ?? [];
      if (error || first === undefined) return callback(error ?? new Error('it has no address'), '');
      const refused = addresses.find(({ address }) => !allows(address));
      if (refused !== undefined) return callback(new PrivateAddress(refused.address), '');
      if (options.all) callback(null, [...addresses]);
      else callback(null, first.address, first.family);
    });
  };
}

function unreachable(url: URL, error: unknown): HttpError {
  // undici's fetch says why in the cause; several addresses tried in vain come as one error without a text.
  let cause = error instanceof TypeError && error.cause !== undefined ? error.cause : error;
  if (cause instanceof AggregateError) cause = cause.errors[0];
  if (cause instanceof PrivateAddress) return failed('private_address', url, cause.message);
  return failed('unreachable', url, messageOf(cause), cause);
}

function failed(reason: HttpFailure, url: URL, detail: string, cause?: unknown): HttpError {
  return new HttpError(reason, shown(url), detail, { cause });
}

/** Keys and tokens often stand after the question mark. */
function shown({ origin, protocol, host, pathname }: URL): string {
  return `${origin === 'null' ? `${protocol}//${host}` : origin}${pathname}`;
}
