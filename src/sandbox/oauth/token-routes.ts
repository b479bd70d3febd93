import { createHash } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { bearerOf } from '../http/bearer.js';
import type { SandboxEnvironment } from '../http/environment.js';
import type { App, Apps } from './apps.js';
import type { AuthorizationCodes } from './authorize-routes.js';
import type { TokenReply, Tokens } from './tokens.js';

const INVALID_GRANT =
  'The provided authorization grant or refresh token is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client.';

/** `/oauth/token`, `/oauth/revoke` and `/oauth/token/introspect`, with Kick's departures from the RFCs. */
export function tokenRoutes({
  apps,
  tokens,
  codes,
}: {
  apps: Apps;
  tokens: Tokens;
  codes: AuthorizationCodes;
}) {
  const routes = new Hono<SandboxEnvironment>();

  routes.post('/oauth/token', async (c) => {
    c.header('Cache-Control', 'no-store');
    const type = c.req.header('content-type') ?? '';
    // HTTP Basic is refused on Kick: the secret belongs in the body (KickDevDocs issue 383).
    if (!type.startsWith('application/x-www-form-urlencoded') || c.req.header('authorization')) {
      return invalidRequest(c);
    }
    const form = new URLSearchParams(c.var.body);
    const app = apps.find(form.get('client_id'));
    if (!app || form.get('client_secret') !== app.clientSecret) {
      return c.json({ error: 'invalid_client', error_description: 'Client authentication failed' }, 401);
    }
    const name = form.get('grant_type') ?? '';
    const grant = Object.hasOwn(grants, name) ? grants[name]?.(app, form) : undefined;
    if (grant === undefined) return invalidRequest(c);
    return grant === 'invalid_grant'
      ? c.json({ error: 'invalid_grant', error_description: INVALID_GRANT }, 400)
      : c.json(grant);
  });

  type Grant = (app: App, form: URLSearchParams) => TokenReply | 'invalid_grant' | undefined;
  const grants: Partial<Record<string, Grant>> = {
    authorization_code(app, form) {
      const [code, verifier, redirectUri] = ['code', 'code_verifier', 'redirect_uri'].map((name) =>
        form.get(name),
      );
      if (!code || !verifier || !redirectUri) return undefined;
      const consent = codes.take(code);
      const challenge = createHash('sha256').update(verifier).digest('base64url');
      return consent?.app === app &&
        consent.redirectUri === redirectUri &&
        consent.codeChallenge === challenge
        ? tokens.issue(consent)
        : 'invalid_grant';
    },
    refresh_token(app, form) {
      const refreshToken = form.get('refresh_token');
      return refreshToken ? (tokens.refresh(app, refreshToken) ?? 'invalid_grant') : undefined;
    },
    client_credentials: (app) => tokens.issueToApp(app),
  };

  // Unlike RFC 7009 the token is in the query, and nobody has to say who asks.
  routes.post('/oauth/revoke', (c) => {
    const token = c.req.query('token');
    const hint = c.req.query('token_hint_type');
    if (!token || (hint !== undefined && hint !== 'access_token' && hint !== 'refresh_token'))
      return invalidRequest(c);
    tokens.revoke(token);
    return c.text('OK');
  });

  // The second is where it was until 2026-01-15, and still answers.
  routes.on('POST', ['/oauth/token/introspect', '/public/v1/token/introspect'], (c) => {
    const bearer = bearerOf(c.req.raw.headers);
    if (bearer === undefined) return c.json({ data: {}, message: 'Unauthorized' }, 401);
    const token = tokens.find(bearer);
    const data = token
      ? {
          active: true,
          client_id: token.app.clientId,
          token_type: token.grant ? 'user' : 'app',
          scope: token.grant?.scopes.join(' ') ?? '',
          exp: Math.floor(token.expiresAt / 1000),
        }
      : { active: false };
    return c.json({ data, message: 'OK' });
  });

  return routes;
}

function invalidRequest(c: Context) {
  return c.json({ error: 'Invalid request' }, 400);
}
