import { type Context, Hono } from 'hono';
import { loopbackHosts } from './addresses.js';
import type { ServerEnvironment } from './public-server.js';

/** Whether the bot does what it is there for, and what keeps it from that. */
export interface Readiness {
  readonly isReady: boolean;
  /** One sentence each. */
  readonly problems: readonly string[];
}

export interface HealthParts {
  readiness(): Readiness;
  readonly metrics: { readonly contentType: string; text(): Promise<string> };
}

/**
 * For whoever watches over the process: `/healthz` (it answers), `/readyz` (every channel is received, 503
 * otherwise) and `/metrics` for Prometheus. Only for this machine and under its own names, never under the public
 * address.
 */
export function healthRoutes({ readiness, metrics }: HealthParts): Hono<ServerEnvironment> {
  const app = new Hono<ServerEnvironment>();
  for (const path of ['/healthz', '/readyz', '/metrics']) {
    app.use(path, async (c, next) => (isLocal(c) ? await next() : c.notFound()));
  }
  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.get('/readyz', (c) => {
    const { isReady, problems } = readiness();
    return c.json({ status: isReady ? 'ready' : 'not ready', problems }, isReady ? 200 : 503);
  });
  app.get('/metrics', async (c) =>
    c.body(await metrics.text(), 200, { 'content-type': metrics.contentType }),
  );
  return app;
}

/** As sockets name the other end. */
const loopback = /^(::1|(::ffff:)?127(\.\d+){3})$/;

/** A `Host` alone is whatever the client says. */
function isLocal(c: Context<ServerEnvironment>): boolean {
  if (!loopback.test(c.env.incoming.socket.remoteAddress ?? '')) return false;
  const { host, port } = new URL(c.get('origin'));
  return loopbackHosts(Number(port) || 80).includes(host);
}
