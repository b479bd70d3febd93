import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Config } from '../config/schema.js';
import { Clock } from '../primitives/clock.js';
import { KickbotError, messageOf } from '../primitives/error.js';
import { printable } from '../primitives/printable.js';
import { Logger } from '../telemetry/logger.js';
import { Addresses } from './addresses.js';
import { type HttpEnvironment, HttpListener, listenErrorCode } from './http-listener.js';

/** What a route finds beside the request: the origin the browser sees. */
export interface ServerEnvironment extends HttpEnvironment {
  Variables: { origin: string };
}

/** Where Kick posts its events: `{publicUrl}/webhooks/kick`. */
export const webhookPath = '/webhooks/kick';

const largestBody = 64 * 1024;
/** `http://user:password@host/`, which a request line may hold and the web's `Request` may not. */
const namesUser = /^\w+:\/\/[^/?#]*@/;

/** The one HTTP server: routes are mounted on it, and answer only under the addresses that are its own. */
export class PublicServer {
  private constructor(
    private readonly listener: HttpListener,
    readonly addresses: Addresses,
  ) {}

  /**
   * Listens on `server.host` and `server.port`, and answers with what `routesFor` makes. Throws
   * `server.port_in_use` or `server.cannot_listen`.
   */
  static async open(
    { host, port, publicUrl }: Config['server'],
    { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
    routesFor: (addresses: Addresses) => Hono<ServerEnvironment>,
  ): Promise<PublicServer> {
    const listener = await HttpListener.open(host, port, clock).catch((cause: unknown) => {
      throw cannotListen(host, port, cause);
    });
    const addresses = new Addresses({ publicUrl, port: listener.port });
    listener.serve(guarded(routesFor(addresses), addresses, logger).fetch);
    return new PublicServer(listener, addresses);
  }

  /** Takes no more requests at once; answers on their way have a moment to arrive. */
  close(): Promise<void> {
    return this.listener.close();
  }
}

/** The routes behind what holds for all of them: known hosts, bounded bodies, errors that tell a stranger nothing. */
export function guarded(
  routes: Hono<ServerEnvironment>,
  addresses: Addresses,
  logger: Logger,
): Hono<ServerEnvironment> {
  const app = new Hono<ServerEnvironment>();
  app.use(async (c, next) => {
    await next();
    c.header('x-content-type-options', 'nosniff');
  });
  // Before anything else is looked at.
  app.use(async (c, next) => {
    // Webhooks are known by their signature, under whatever name a proxy passes them on.
    const isWebhook = c.req.path === webhookPath;
    const origin = isWebhook ? addresses.publicOrigin : addresses.originOf(c.req.header('host'));
    if (origin === undefined || namesUser.test(c.req.url)) {
      return c.text('This address is not served here.', 403);
    }
    c.set('origin', origin);
    return await next();
  });
  const limited = bodyLimit({
    maxSize: largestBody,
    onError: (c) => c.text('The request is larger than 64 kB.', 413),
  });
  // Webhooks are larger and have a limit of their own.
  app.use((c, next) => (c.req.path === webhookPath ? next() : limited(c, next)));
  app.route('/', routes);
  app.notFound((c) => c.text('There is nothing at this address.', 404));
  app.onError((error, c) => {
    const line = `A request to ${printable(c.req.path)} failed: ${printable(messageOf(error))}`;
    // Whoever hangs up in the middle of a body broke nothing here, and could fill the log with it.
    if (error === c.env.incoming?.errored) logger.debug(line);
    else logger.error(line, { error });
    return c.text('kickbot could not answer this request; its log says why.', 500);
  });
  return app;
}

function cannotListen(host: string, port: number, cause: unknown): KickbotError {
  if (listenErrorCode(cause) === 'EADDRINUSE') {
    return new KickbotError(
      'server.port_in_use',
      `Port ${port} of ${host} is in use by another program (another kickbot?): stop that one, or choose another server.port.`,
      { cause },
    );
  }
  return new KickbotError(
    'server.cannot_listen',
    `Cannot listen on port ${port} of ${host} (${messageOf(cause)}): choose another server.host or server.port.`,
    { cause },
  );
}
