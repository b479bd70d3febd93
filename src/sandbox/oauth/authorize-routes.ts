import { randomBytes } from 'node:crypto';
import { Hono } from 'hono';
import type { SandboxEnvironment } from '../http/environment.js';
import type { User } from '../world/state.js';
import type { World } from '../world/world.js';
import type { App, Apps } from './apps.js';
import { consentPage, consentPolicy } from './consent-page.js';
import { isScope, type Scope } from './scopes.js';

const CONSENT_MS = 10 * 60 * 1000;
const CODE_MS = 60 * 1000;
const MAX_OPEN = 100;

interface AuthorizeRequest {
  readonly app: App;
  readonly redirectUri: string;
  readonly state: string;
  readonly scopes: readonly Scope[];
  readonly codeChallenge: string;
}

interface Consent extends AuthorizeRequest {
  readonly user: User;
}

/** Things that are good once and for a short time, under names nobody can guess. */
class OneTime<Value> {
  readonly #entries = new Map<string, { value: Value; until: number }>();

  constructor(
    private readonly now: () => number,
    private readonly lifetimeMs: number,
  ) {}

  put(value: Value): string {
    const name = randomBytes(24).toString('base64url');
    this.#entries.set(name, { value, until: this.now() + this.lifetimeMs });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > MAX_OPEN && oldest !== undefined) this.#entries.delete(oldest);
    return name;
  }

  take(name: string): Value | undefined {
    const entry = this.#entries.get(name);
    this.#entries.delete(name);
    return entry && entry.until > this.now() ? entry.value : undefined;
  }
}

export type AuthorizationCodes = Pick<OneTime<Consent>, 'take'>;

/**
 * `GET /oauth/authorize`, the page where a person lets an app act for them, and where its form goes.
 *
 * As on Kick, anything missing or wrong in the query ends in a redirect to the bare root, which answers 404; the
 * log says what it was. Source: the Kick docs, "Generating tokens (OAuth 2.1)".
 */
export function authorizeRoutes({
  world,
  apps,
  log,
}: {
  world: World;
  apps: Apps;
  log: (line: string) => void;
}) {
  const requests = new OneTime<AuthorizeRequest>(world.now, CONSENT_MS);
  const codes = new OneTime<Consent>(world.now, CODE_MS);
  const routes = new Hono<SandboxEnvironment>();

  routes.get('/oauth/authorize', (c) => {
    const request = readRequest(apps, new URL(c.req.url).search);
    if (typeof request === 'string') {
      log(`authorize refused: ${request}`);
      return c.redirect('/', 302);
    }
    c.header('Content-Security-Policy', consentPolicy(request.redirectUri));
    c.header('Cache-Control', 'no-store');
    c.header('Referrer-Policy', 'no-referrer');
    c.header('X-Content-Type-Options', 'nosniff');
    const transaction = requests.put(request);
    return c.html(
      consentPage({
        transaction,
        clientId: request.app.clientId,
        scopes: request.scopes,
        users: world.users,
      }),
    );
  });

  routes.post('/oauth/authorize', async (c) => {
    const form = new URLSearchParams(c.var.body);
    const request = requests.take(form.get('transaction') ?? '');
    const user = world.findUser(form.get('user') ?? '');
    if (!request || !user) return c.redirect('/', 302);
    const answer = new URL(request.redirectUri);
    if (form.get('decision') === 'approve') {
      const granted = request.scopes.filter((scope) => form.getAll('scope').includes(scope));
      answer.searchParams.set('code', codes.put({ ...request, user, scopes: granted }));
    } else {
      answer.searchParams.set('error', 'access_denied');
    }
    answer.searchParams.set('state', request.state);
    return c.redirect(answer.href, 303);
  });

  return { routes, codes: codes satisfies AuthorizationCodes };
}

/** The request, or what is wrong with it. */
function readRequest(apps: Apps, search: string): AuthorizeRequest | string {
  // Kick's page rewrites the first 127.0.0.1 in its address, wherever that is, so that a redirect URI with it
  // matches nothing unless a decoy parameter came before.
  const query = new URLSearchParams(search.replace('127.0.0.1', 'localhost'));
  const app = apps.find(query.get('client_id'));
  const redirectUri = query.get('redirect_uri') ?? '';
  const state = query.get('state');
  const scopes = (query.get('scope') ?? '').split(' ').filter((scope) => scope !== '');
  const codeChallenge = query.get('code_challenge') ?? '';
  if (!app) return 'client_id names no registered app';
  if (query.get('response_type') !== 'code') return 'response_type is not code';
  if (!app.redirectUris.includes(redirectUri)) return `redirect_uri ${redirectUri} is not registered`;
  if (!state) return 'state is missing';
  if (scopes.length === 0) return 'scope is missing';
  const unknown = scopes.find((scope) => !isScope(scope));
  if (unknown !== undefined) return `scope ${unknown} does not exist`;
  if (query.get('code_challenge_method') !== 'S256') return 'code_challenge_method is not S256';
  if (!/^[\w-]{43}$/.test(codeChallenge)) return 'code_challenge is not a SHA-256 in base64url';
  return { app, redirectUri, state, scopes: [...new Set(scopes.filter(isScope))], codeChallenge };
}
