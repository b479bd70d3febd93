import { createMiddleware } from 'hono/factory';
import { bearerOf } from '../http/bearer.js';
import type { SandboxEnvironment } from '../http/environment.js';
import type { Scope } from '../oauth/scopes.js';
import type { AccessToken, Tokens } from '../oauth/tokens.js';
import { forbidden, unauthorized } from './replies.js';

/** Lets app tokens in, and user tokens that carry one of the scopes; any user token where none is named. */
export function anyToken(tokens: Tokens, ...scopes: Scope[]) {
  return createMiddleware<SandboxEnvironment>(async (c, next) => {
    const token = tokens.find(bearerOf(c.req.raw.headers));
    if (!token) return unauthorized(c);
    if (token.grant && !carries(token, scopes)) return forbidden(c);
    c.set('app', token.app);
    c.set('owner', token.grant?.user);
    c.set('scopes', token.grant?.scopes ?? []);
    return next();
  });
}

/** Lets user tokens in that carry one of the scopes; an app token is unauthorized here. */
export function userToken(tokens: Tokens, ...scopes: Scope[]) {
  return createMiddleware<SandboxEnvironment>(async (c, next) => {
    const token = tokens.find(bearerOf(c.req.raw.headers));
    if (!token?.grant) return unauthorized(c);
    if (!carries(token, scopes)) return forbidden(c);
    c.set('app', token.app);
    c.set('user', token.grant.user);
    return next();
  });
}

/** Lets the app tokens of an organization's apps in, and nobody else. */
export function organizationToken(tokens: Tokens) {
  return createMiddleware<SandboxEnvironment>(async (c, next) => {
    const token = tokens.find(bearerOf(c.req.raw.headers));
    // The docs of Drops show null here, where the rest of the API has an empty object.
    if (!token || token.grant || !token.app.organization) {
      return c.json({ data: null, message: 'Unauthorized' }, 401);
    }
    c.set('app', token.app);
    return next();
  });
}

function carries({ grant }: AccessToken, scopes: readonly Scope[]): boolean {
  return scopes.length === 0 || scopes.some((scope) => grant?.scopes.includes(scope));
}
