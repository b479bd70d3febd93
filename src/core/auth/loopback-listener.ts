import { createHash, timingSafeEqual } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { Clock } from '../primitives/clock.js';
import { KickbotError, messageOf } from '../primitives/error.js';
import { Secret } from '../primitives/secret.js';
import { loopbackHosts } from '../server/addresses.js';
import { type HttpEnvironment, HttpListener, listenErrorCode } from '../server/http-listener.js';
import { callbackRoute, refuse } from './login-callback.js';
import { type LoginPage, pageHeaders, renderLoginPage } from './login-page.js';

/** Takes the callback that carries the expected state, at most once, and says what to show. It must not reject. */
export type CallbackTaker = (callback: URLSearchParams) => Promise<LoginPage>;

const callbackPath = '/callback';
const resultPath = '/done';
const resultWaitMs = 3000;

/**
 * The small server a login comes back to (RFC 8252 §7.3, §8.3): on 127.0.0.1 and, where there is one, ::1, for
 * as long as one login takes. It judges requests only: a wrong one is answered and forgotten, and never ends the
 * login that is pending.
 */
export class LoopbackListener {
  #expected: { readonly state: Buffer; readonly take: CallbackTaker } | undefined;
  #used = false;
  #browserCame = false;
  #page: LoginPage | undefined;
  #pageShown = () => {};
  readonly #shown = new Promise<void>((resolve) => {
    this.#pageShown = resolve;
  });

  private constructor(
    private readonly listener: HttpListener,
    private readonly clock: Clock,
    private readonly given: URL | undefined,
  ) {
    listener.serve(this.#routes().fetch);
  }

  /**
   * Throws `auth.port_in_use` when somebody else listens there. Port 0 takes a free one. A redirect URL of the
   * owner's own says port and path itself; it must be http and on this machine, or `config.redirect_uri` is thrown.
   */
  static async open(port: number, clock: Clock, redirectUri?: string): Promise<LoopbackListener> {
    const given = redirectUri === undefined ? undefined : readRedirectUri(redirectUri);
    if (given) return LoopbackListener.#open(Number(given.port || 80), clock, given);
    return LoopbackListener.#open(port, clock, undefined);
  }

  static async #open(port: number, clock: Clock, given: URL | undefined): Promise<LoopbackListener> {
    try {
      return new LoopbackListener(await HttpListener.open('localhost', port, clock), clock, given);
    } catch (cause) {
      if (listenErrorCode(cause) !== 'EADDRINUSE') {
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

  /** The port that is listened on. */
  get port(): number {
    return this.listener.port;
  }

  /** The redirect URL, as it is registered for the app. Kick's pages handle `localhost` better than `127.0.0.1`. */
  get redirectUri(): string {
    if (this.given) return this.given.href;
    return `http://localhost:${this.port}${callbackPath}`;
  }

  /** From now on the callback with this state is taken. */
  expect(state: Secret, take: CallbackTaker): void {
    this.#expected = { state: digest(state.reveal()), take };
  }

  /**
   * Takes a callback that a person copied out of the browser's address bar. Resolves with why it is not the one
   * that is waited for; undefined when it was taken.
   */
  async paste(address: string): Promise<string | undefined> {
    if (!URL.canParse(address)) return 'This is not an address: copy all of it, from http:// on.';
    const callback = new URL(address).searchParams;
    const taken = this.#admit(callback);
    if (typeof taken === 'string') return taken;
    await taken(callback);
    return undefined;
  }

  /** Resolves when the browser got the result, or when it did not ask for it for a while. */
  async resultShown(): Promise<void> {
    if (!this.#browserCame) return;
    const over = new AbortController();
    await Promise.race([this.#shown, this.clock.sleep(resultWaitMs, over.signal).catch(() => undefined)]);
    over.abort();
  }

  /** Takes no more requests at once; answers on their way have a moment to arrive. */
  close(): Promise<void> {
    return this.listener.close();
  }

  #routes(): Hono<HttpEnvironment> {
    const hosts = loopbackHosts(this.port);
    const app = new Hono<HttpEnvironment>();
    app.use(async (c, next) => {
      await next();
      for (const [name, value] of Object.entries(pageHeaders)) c.res.headers.set(name, value);
    });
    // Before anything else: another name for this machine is how a web page would reach in (DNS rebinding).
    app.use(async (c, next) => {
      if (!hosts.includes(c.req.header('host') ?? '')) {
        return refuse(c, 403, 'This address is not served here.');
      }
      return await next();
    });
    app.all(
      this.given?.pathname ?? callbackPath,
      callbackRoute<HttpEnvironment>((c, callback) => this.#callback(c, callback)),
    );
    app.get(resultPath, (c) => {
      if (this.#page === undefined) return c.notFound();
      c.env.outgoing.once('close', this.#pageShown);
      return c.html(renderLoginPage(this.#page));
    });
    app.notFound((c) => refuse(c, 404, 'There is nothing at this address.'));
    app.onError((_, c) => refuse(c, 500, 'kickbot could not answer this request.'));
    return app;
  }

  async #callback(c: Context<HttpEnvironment>, callback: URLSearchParams): Promise<Response> {
    const take = this.#admit(callback);
    if (typeof take === 'string') return refuse(c, 400, take);
    this.#browserCame = true;
    this.#page = await take(callback);
    return c.redirect(resultPath, 303);
  }

  /** What takes this callback, from now on nothing else; or why it is not taken. */
  #admit(callback: URLSearchParams): CallbackTaker | string {
    // The state is looked at before anything it vouches for (CVE-2026-42073), in constant time.
    const expected = this.#expected;
    const state = digest(callback.get('state') ?? '');
    if (expected === undefined || !timingSafeEqual(state, expected.state)) {
      return 'This does not belong to the login that is waiting; that one goes on.';
    }
    if (this.#used) return 'This address was already used.';
    if (!callback.get('code') && !callback.get('error')) {
      return 'The address carries no code; the login goes on.';
    }
    this.#used = true;
    return expected.take;
  }
}

/** Kick compares redirect URLs letter by letter, so what is given has to be what a browser makes of it. */
function readRedirectUri(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isLoopback = url !== undefined && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname);
  const isPlain = url?.protocol === 'http:' && url.href === text && /^\/[\w./-]+$/.test(url.pathname);
  if (url && isLoopback && isPlain && url.search + url.hash === '' && url.pathname !== resultPath) return url;
  throw new KickbotError(
    'config.redirect_uri',
    `A login cannot come back to ${text.slice(0, 200)}: the redirect URL has to be http, on localhost, 127.0.0.1 or [::1], with a path and nothing behind it, such as http://localhost:3000/callback.`,
  );
}

const digest = (text: string) => createHash('sha256').update(text).digest();
