import { createMiddleware } from 'hono/factory';
import { bearerOf } from '../http/bearer.js';
import type { SandboxEnvironment } from '../http/environment.js';
import type { Scope } from '../oauth/scopes.js';
import type { Tokens } from '../oauth/tokens.js';
import { forbidden, unauthorized } from './replies.js';

/** Lets app tokens in, and user tokens that carry the scope. */
export function anyToken(tokens: Tokens, scope: Scope) {
  return createMiddleware<SandboxEnvironment>(async (c, next) => {
    const token = tokens.find(bearerOf(c.req.raw.headers));
    if (!token) return unauthorized(c);
    if (token.grant && !token.grant.scopes.includes(scope)) return forbidden(c);
    c.set('app', token.app);
    c.set('owner', token.grant?.user);
    return next();
  });
}

/** Lets user tokens in that carry the scope; an app token is unauthorized here. */
export function userToken(tokens: Tokens, scope: Scope) {
  return createMiddleware<SandboxEnvironment>(async (c, next) => {
    const token = tokens.find(bearerOf(c.req.raw.headers));
    if (!token?.grant) return unauthorized(c);
    if (!token.grant.scopes.includes(scope)) return forbidden(c);
    c.set('app', token.app);
    c.set('user', token.grant.user);
    return next();
  });
}
