import { Hono } from 'hono';
import type { SandboxEnvironment } from '../http/environment.js';
import type { SigningKey } from '../webhooks/signing-key.js';
import { ok } from './replies.js';

/** `GET /public/v1/public-key`: what webhooks are signed with. No token. */
export function publicKeyRoutes({ signingKey }: { signingKey: SigningKey }) {
  const routes = new Hono<SandboxEnvironment>();
  routes.get('/public-key', async (c) => ok(c, { public_key: await signingKey.publicKey() }));
  return routes;
}
