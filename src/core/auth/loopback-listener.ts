import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { Clock } from '../primitives/clock.js';
import { KickbotError, messageOf } from '../primitives/error.js';
import { Secret } from '../primitives/secret.js';
import { type LoginPage, pageHeaders, renderLoginPage } from './login-page.js';

/** Takes the callback that carries the expected state, at most once, and says what to show. It must not reject. */
export type CallbackTaker = (callback: URLSearchParams) => Promise<LoginPage>;

type Environment = { Bindings: HttpBindings };

const callbackPath = '/callback';
const resultPath = '/done';
/** Long enough for any code and state of Kick's; what is longer is not read. */
const longest: Record<string, number> = {
  state: 512,
  code: 2048,
  error: 512,
  error_description: 4096,
  iss: 512,
};
const resultWaitMs = 3000;
const closeWaitMs = 1000;

/**
 * The small server a login comes back to (RFC 8252 §7.3, §8.3): on 127.0.0.1 and, where there is one, ::1, for
 * as long as one login takes. It judges requests only: a wrong one is answered and forgotten, and never ends the
 * login that is pending.
 */
export class LoopbackListener {
  #expected: { readonly state: Buffer; readonly take: CallbackTaker } | undefined;
  #used = false;
  #page: LoginPage | undefined;
  readonly #answering = new Set<ServerResponse>();
  #pageShown = () => {};
  readonly #shown = new Promise<void>((resolve) => {
    this.#pageShown = resolve;
  });

  private constructor(
    /** The port that is listened on. */
    readonly port: number,
    private readonly servers: readonly Server[],
    private readonly clock: Clock,
  ) {
    const listener = getRequestListener(this.#routes().fetch);
    for (const server of servers) {
      server.on('request', (request, response) => {
        this.#answering.add(response);
        response.once('close', () => this.#answering.delete(response));
        return listener(request, response);
      });
    }
  }

  /** Throws `auth.port_in_use` when somebody else listens there. Port 0 takes a free one. */
  static async open(port: number, clock: Clock): Promise<LoopbackListener> {
    const servers: Server[] = [];
    try {
      const ipv4 = await listen(port, '127.0.0.1');
      servers.push(ipv4);
      const address = ipv4.address();
      const taken = typeof address === 'object' && address !== null ? address.port : port;
      // A browser may take localhost for ::1, so nobody else may hold that port there.
      const ipv6 = await listen(taken, '::1').catch((error: unknown) => {
        if (['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(codeOf(error))) return undefined;
        throw error;
      });
      if (ipv6 !== undefined) servers.push(ipv6);
      return new LoopbackListener(taken, servers, clock);
    } catch (cause) {
      for (const server of servers) server.close();
      if (codeOf(cause) !== 'EADDRINUSE') {
        throw new KickbotError(
          'auth.port_unavailable',
          `Cannot listen on port ${port} of this machine (${messageOf(cause)}): choose another one, and register its redirect URL for the app.`,
          { cause },
        );
      }
      throw new KickbotError(
        'auth.port_in_use',
        `Port ${port} is in use by another program: stop that one, or choose another port and register http://localhost:<port>${callbackPath} as a redirect URL of the app at https://kick.com/settings/developer.`,
        { cause },
      );
    }
  }

  /** The redirect URL, as it is registered for the app. Kick's pages handle `localhost` better than `127.0.0.1`. */
  get redirectUri(): string {
    return `http://localhost:${this.port}${callbackPath}`;
  }

  /** From now on the callback with this state is taken. */
  expect(state: Secret, take: CallbackTaker): void {
    this.#expected = { state: digest(state.reveal()), take };
  }

  /** Resolves when the browser got the result, or when it did not ask for it for a while. */
  async resultShown(): Promise<void> {
    await this.#atMost(resultWaitMs, this.#shown);
  }

  /** Takes no more requests at once; answers on their way have a moment to arrive. */
  async close(): Promise<void> {
    const closed = this.servers.map((server) => new Promise((resolve) => server.close(resolve)));
    const answered = [...this.#answering].map((response) => once(response, 'close'));
    await this.#atMost(closeWaitMs, Promise.all(answered));
    for (const server of this.servers) server.closeAllConnections();
    await Promise.all(closed);
  }

  async #atMost(waitMs: number, event: Promise<unknown>): Promise<void> {
    const over = new AbortController();
    await Promise.race([event, this.clock.sleep(waitMs, over.signal).catch(() => undefined)]);
    over.abort();
  }

  #routes(): Hono<Environment> {
    const hosts = ['localhost', '127.0.0.1', '[::1]'].map(
      (name) => new URL(`http://${name}:${this.port}`).host,
    );
    const app = new Hono<Environment>();
    app.use(async (c, next) => {
      await next();
      for (const [name, value] of Object.entries(pageHeaders)) c.res.headers.set(name, value);
    });
    // Before anything else: another name for this machine is how a web page would reach in (DNS rebinding).
    app.use(async (c, next) => {
      if (!hosts.includes(c.req.header('host') ?? '')) {
        return this.#refuse(c, 403, 'This address is not served here.');
      }
      return await next();
    });
    app.all(callbackPath, async (c) => {
      // Browsers and chats look at a link before anybody clicked it: that uses nothing up.
      if (c.req.method === 'HEAD') return c.body(null, 204);
      if (/prefetch|preview/i.test(c.req.header('sec-purpose') ?? c.req.header('purpose') ?? '')) {
        return c.body(null, 503);
      }
      return this.#callback(c);
    });
    app.get(resultPath, (c) => {
      if (this.#page === undefined) return c.notFound();
      c.env.outgoing.once('close', this.#pageShown);
      return c.html(renderLoginPage(this.#page));
    });
    app.notFound((c) => this.#refuse(c, 404, 'There is nothing at this address.'));
    app.onError((_, c) => this.#refuse(c, 500, 'kickbot could not answer this request.'));
    return app;
  }

  async #callback(c: Context<Environment>): Promise<Response> {
    if (c.req.method !== 'GET') {
      c.header('allow', 'GET');
      return this.#refuse(c, 405, 'Only GET is answered here.');
    }
    const parameters = new URL(c.req.url).searchParams;
    for (const [name, length] of Object.entries(longest)) {
      const values = parameters.getAll(name);
      if (values.length > 1) return this.#refuse(c, 400, `The address carries ${name} more than once.`);
      if ((values[0] ?? '').length > length) return this.#refuse(c, 400, `The ${name} is too long.`);
    }
    // The state is looked at before anything it vouches for (CVE-2026-42073), in constant time.
    const expected = this.#expected;
    const state = digest(parameters.get('state') ?? '');
    if (expected === undefined || !timingSafeEqual(state, expected.state)) {
      return this.#refuse(c, 400, 'This does not belong to the login that is waiting; that one goes on.');
    }
    if (this.#used) return this.#refuse(c, 400, 'This address was already used.');
    if (!parameters.get('code') && !parameters.get('error')) {
      return this.#refuse(c, 400, 'The address carries no code; the login goes on.');
    }
    this.#used = true;
    this.#page = await expected.take(parameters);
    return c.redirect(resultPath, 303);
  }

  async #refuse(
    c: Context<Environment>,
    status: 400 | 403 | 404 | 405 | 500,
    text: string,
  ): Promise<Response> {
    return c.html(renderLoginPage({ title: 'Not this way', text }), status);
  }
}

const digest = (text: string) => createHash('sha256').update(text).digest();

const codeOf = (error: unknown) =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

function listen(port: number, host: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer({ requestTimeout: 10_000, headersTimeout: 10_000 });
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, () => {
      server.off('error', reject);
      resolve(server);
    });
  });
}
