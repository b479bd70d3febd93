import { createHash, timingSafeEqual } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { html } from 'hono/html';
import { Secret } from '../core/primitives/secret.js';
import type { ServerEnvironment } from '../core/server/public-server.js';
import type { ConsoleEnvironment, ConsoleParts, FindSession } from './environment.js';
import { GuessLimit } from './guess-limit.js';
import { Integrations, integrationsPath } from './integrations.js';
import { pageFiles, pageHeaders, renderPage } from './layout.js';
import { loginPage } from './login-page.js';
import { Sessions } from './sessions.js';

const loginPath = '/console/login';
const cookieName = 'kickbot';

/** The console: its pages at `/console`, and the redirect URL of the logins that begin there. */
export function consoleRoutes(parts: ConsoleParts): Hono<ServerEnvironment> {
  const { bot, config, clock, random } = parts;
  const sessions = new Sessions(clock, random);
  const integrations = new Integrations(parts);
  const { auth, website } = config.kick.endpoints;
  const headers = pageHeaders([auth, website]);
  const findSession: FindSession = async (c, origin) =>
    sessions.find(sessionCookie(c, origin), await bot.operatorPassword.current());

  const app = new Hono<ServerEnvironment>();
  app.get('/console', (c) => c.redirect(integrationsPath, 303));
  app.route('/console/page', pageFiles());
  app.use('/console/*', async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(headers)) {
      if (!c.res.headers.has(name)) c.header(name, value);
    }
  });
  app.post('/console/*', async (c, next) => {
    if (c.req.header('origin') !== c.get('origin')) return refusal(c, 'The form came from another site.');
    return await next();
  });
  signInRoutes(app, parts, sessions);
  const pages = behindLogin(findSession).route('/', integrations.pages());
  pages.post('/logout', (c) => {
    sessions.end(c.get('session').id);
    deleteCookie(c, cookieName, cookieOptions(c.get('origin')));
    return c.redirect(loginPath, 303);
  });
  app.route('/console', pages);
  integrations.callback(app, findSession);
  return app;
}

function signInRoutes(
  app: Hono<ServerEnvironment>,
  { bot, clock, logger }: ConsoleParts,
  sessions: Sessions,
): void {
  const guesses = new GuessLimit(clock);
  const hasPassword = async () => (await bot.operatorPassword.current()) !== undefined;

  app.get(loginPath, async (c) => c.html(loginPage({ hasPassword: await hasPassword() })));
  app.post(loginPath, async (c) => {
    const password = new Secret(new URLSearchParams(await c.req.text()).get('password') ?? '');
    const { waitSeconds } = guesses;
    if (waitSeconds > 0) {
      c.header('retry-after', String(waitSeconds));
      const problem = `There were too many wrong passwords. Try again in ${waitSeconds} s.`;
      return c.html(loginPage({ hasPassword: true, problem }), 429);
    }
    const hash = await guesses.check(() => bot.operatorPassword.match(password));
    if (hash === undefined) {
      logger.warn('Somebody tried to sign in to the console with a wrong password.');
      return c.html(
        loginPage({ hasPassword: await hasPassword(), problem: 'That is not the password.' }),
        403,
      );
    }
    // A new name for each session: one that somebody planted before is worth nothing.
    const origin = c.get('origin');
    sessions.end(sessionCookie(c, origin));
    setCookie(c, cookieName, sessions.begin(hash).id, cookieOptions(origin));
    return c.redirect(integrationsPath, 303);
  });
}

/** Lets nobody past who has not signed in, and no form that is not from a page of the session. */
function behindLogin(findSession: FindSession): Hono<ConsoleEnvironment> {
  const app = new Hono<ConsoleEnvironment>();
  app.use(async (c, next) => {
    const session = await findSession(c, c.get('origin'));
    if (session === undefined) return c.redirect(loginPath, 303);
    c.set('session', session);
    if (c.req.method === 'GET' || c.req.method === 'HEAD') return await next();
    const form = new URLSearchParams(await c.req.text());
    if (!sameText(form.get('csrf') ?? '', session.csrfToken)) {
      return refusal(c, 'The form is from an older session: open the page again.');
    }
    c.set('form', form);
    return await next();
  });
  return app;
}

/**
 * The cookie of a session, which no other site and no script can set or read. Over plain http, which is for
 * this machine only, Safari refuses the `__Host-` prefix and Secure, so there it goes without them.
 */
function cookieOptions(origin: string) {
  const always = { httpOnly: true, sameSite: 'Lax', path: '/' } as const;
  return isSecure(origin) ? ({ ...always, secure: true, prefix: 'host' } as const) : always;
}

function sessionCookie(c: Context, origin: string): string {
  return (isSecure(origin) ? getCookie(c, cookieName, 'host') : getCookie(c, cookieName)) ?? '';
}

const isSecure = (origin: string) => origin.startsWith('https:');

function refusal(c: Context, text: string) {
  return c.html(renderPage('Not this way', html`<p class="notice" data-kind="problem">${text}</p>`), 403);
}

const sameText = (one: string, other: string) =>
  timingSafeEqual(createHash('sha256').update(one).digest(), createHash('sha256').update(other).digest());
