import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { Clock } from '../primitives/clock.js';

/** What a route finds: Node's own request and response. */
export interface HttpEnvironment {
  Bindings: HttpBindings;
}

const closeWaitMs = 1000;
const loopbackNames = ['localhost', '127.0.0.1', '::1'];

/** What one client may take: time, connections. Slow senders are cut off. */
const limits = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 5_000,
  // Node looks for those who are late every 30 seconds unless told.
  connectionsCheckingInterval: 2_000,
};
const maxConnections = 1000;
const maxRequestsPerSocket = 1000;

/** A port of this machine that answers HTTP once it is told how. */
export class HttpListener {
  readonly #answering = new Set<ServerResponse>();

  private constructor(
    /** The port that is listened on. */
    readonly port: number,
    private readonly servers: readonly Server[],
    private readonly clock: Clock,
  ) {}

  /**
   * Listens on `host`; a loopback name means 127.0.0.1 and, where there is one, ::1, for a browser may take
   * localhost for either, so nobody else may hold that port there. Port 0 takes a free one. Throws Node's own
   * error, see `listenErrorCode`.
   */
  static async open(host: string, port: number, clock: Clock): Promise<HttpListener> {
    const isLoopback = loopbackNames.includes(host);
    const servers: Server[] = [];
    try {
      const first = await listen(port, isLoopback ? '127.0.0.1' : host);
      servers.push(first);
      const address = first.address();
      const taken = typeof address === 'object' && address !== null ? address.port : port;
      const ipv6 = isLoopback ? await listen(taken, '::1').catch(ignoreAbsentIpv6) : undefined;
      if (ipv6 !== undefined) servers.push(ipv6);
      return new HttpListener(taken, servers, clock);
    } catch (error) {
      for (const server of servers) server.close();
      throw error;
    }
  }

  /** Answers from now on. */
  serve(answer: Parameters<typeof getRequestListener>[0]): void {
    const listener = getRequestListener(answer);
    for (const server of this.servers) {
      server.on('request', (request, response) => {
        this.#answering.add(response);
        response.once('close', () => this.#answering.delete(response));
        return listener(request, response);
      });
    }
  }

  /** Takes no more requests at once; answers on their way have a moment to arrive. */
  async close(): Promise<void> {
    const closed = this.servers.map((server) => new Promise((resolve) => server.close(resolve)));
    const answered = [...this.#answering].map((response) => once(response, 'close'));
    const over = new AbortController();
    await Promise.race([
      Promise.all(answered),
      this.clock.sleep(closeWaitMs, over.signal).catch(() => undefined),
    ]);
    over.abort();
    for (const server of this.servers) server.closeAllConnections();
    await Promise.all(closed);
  }
}

/** Why `HttpListener.open` threw: `EADDRINUSE`, `EACCES` … */
export function listenErrorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function ignoreAbsentIpv6(error: unknown): undefined {
  if (!['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(listenErrorCode(error))) throw error;
}

function listen(port: number, host: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(limits);
    server.maxConnections = maxConnections;
    server.maxRequestsPerSocket = maxRequestsPerSocket;
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, () => {
      server.off('error', reject);
      resolve(server);
    });
  });
}
