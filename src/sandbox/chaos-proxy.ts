import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { pause } from './pause.js';
import { reset } from './reset.js';

export interface ChaosProxyOptions {
  target: { host: string; port: number };
  /** 0, the default, takes a free one. */
  port?: number;
}

/** What a new connection meets instead of the target: a reset, or nothing at all. */
export type Refusing = 'reset' | 'silent';

/** One connection through the proxy, and the bytes that came in for its ends, swallowed ones included. */
export interface ProxiedConnection {
  readonly toTarget: number;
  readonly toClient: number;
}

interface Link {
  readonly client: Socket;
  readonly target: Socket;
  toTarget: number;
  toClient: number;
  /** Whatever is sent into it disappears, for good. */
  swallows: boolean;
}

/**
 * A TCP connection's way through a bad network: forwards to a target until told to misbehave. What `stall`, `delay`
 * and `refuse` say holds until `resume`.
 *
 * @example
 * const proxy = await startChaosProxy({ target: sandbox.pusher });
 * const bot = createBot({ kick: { pusher: { ...sandbox.pusher, port: proxy.port } } });
 * proxy.stall();
 */
export class ChaosProxy {
  readonly host = '127.0.0.1';
  /** Where clients connect to, instead of to the target. */
  readonly port: number;
  readonly #links = new Set<Link>();
  /** Accepted and connected to nothing. */
  readonly #refused = new Set<Socket>();
  #accepted = 0;
  #stalls = false;
  #refusing: Refusing | undefined;
  #delayMs = 0;

  /** @param server listening, with both its sockets' halves closing on their own. */
  constructor(
    private readonly server: Server,
    private readonly target: ChaosProxyOptions['target'],
  ) {
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (client: Socket) => this.#accept(client));
  }

  /** How many connections were made to it since the start, refused ones included. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Those that are open to the target, oldest first. */
  get connections(): readonly ProxiedConnection[] {
    return [...this.#links].map(({ toTarget, toClient }) => ({ toTarget, toClient }));
  }

  /**
   * Swallows all that is sent either way, and every sign that one side is gone: half-open. What is open now never
   * works again; new connections are silent.
   */
  stall(): void {
    this.#stalls = true;
    for (const link of this.#links) link.swallows = true;
  }

  /** Resets (RST) every connection, towards both sides. */
  reset(): void {
    for (const socket of this.#sockets()) reset(socket);
  }

  /** Ends (FIN) every connection, towards both sides. */
  cut(): void {
    // What waited for the other side to read would wait for ever: Node tells no more of it after the end.
    for (const socket of this.#sockets()) socket.end().resume();
  }

  /** Everything arrives this much later from now on, each way. */
  delay(ms: number): void {
    this.#delayMs = ms;
  }

  /** From now on new connections come to nothing. Open ones go on. */
  refuse(how: Refusing = 'reset'): void {
    this.#refusing = how;
  }

  /**
   * From now on all is well for new connections, and for open ones that were neither stalled nor refused. Whose other
   * side left meanwhile is reset.
   */
  resume(): void {
    this.#stalls = false;
    this.#refusing = undefined;
    this.#delayMs = 0;
    for (const link of this.#links) this.#resetIfLeft(link);
  }

  /** Ends everything and frees the port. */
  async close(): Promise<void> {
    if (!this.server.listening) return;
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.#sockets()) socket.destroy();
    await closed;
  }

  #sockets(): Socket[] {
    return [...this.#refused, ...[...this.#links].flatMap(({ client, target }) => [client, target])];
  }

  #accept(client: Socket): void {
    this.#accepted += 1;
    const refusing = this.#stalls ? 'silent' : this.#refusing;
    if (refusing === undefined) {
      this.#link(client);
      return;
    }
    client.on('error', () => undefined);
    client.on('end', () => client.destroy());
    client.on('close', () => this.#refused.delete(client));
    this.#refused.add(client);
    if (refusing === 'reset') reset(client);
    else client.resume();
  }

  #link(client: Socket): void {
    const { host, port } = this.target;
    const target = connect({ host, port, allowHalfOpen: true, noDelay: true });
    client.setNoDelay(true);
    const link: Link = { client, target, toTarget: 0, toClient: 0, swallows: false };
    this.#links.add(link);
    this.#forward(link, client, target, 'toTarget');
    this.#forward(link, target, client, 'toClient');
  }

  /** One way of a connection: bytes, end and reset, in order and each as late as the delay then was. */
  #forward(link: Link, from: Socket, to: Socket, count: 'toTarget' | 'toClient'): void {
    let before: Promise<unknown> = Promise.resolve();
    const later = (act: () => void) => {
      const due = this.#delayMs > 0 ? pause(this.#delayMs) : undefined;
      before = before
        .then(() => due)
        .then(() => {
          if (!link.swallows) act();
        });
    };
    from.on('data', (chunk) => {
      link[count] += chunk.length;
      later(() => {
        // What was delayed comes in a row, and one pause is enough for all of it.
        if (!to.writable || to.write(chunk) || from.isPaused()) return;
        from.pause();
        to.once('drain', () => from.resume());
      });
    });
    from.on('end', () => {
      if (link.swallows) from.destroy();
      else later(() => to.end());
    });
    from.on('error', () => later(() => reset(to)));
    from.on('close', () => {
      if (to.destroyed) this.#links.delete(link);
      else this.#resetIfLeft(link);
    });
  }

  /** While all is stalled no side learns that the other left. */
  #resetIfLeft({ swallows, client, target }: Link): void {
    const left = [client, target].some(({ destroyed, readableEnded }) => destroyed || readableEnded);
    if (!swallows || !left || this.#stalls) return;
    reset(client);
    reset(target);
  }
}

/** Starts a proxy on loopback. Rejects with Node's own error (`EADDRINUSE` …) when it cannot listen. */
export async function startChaosProxy({ target, port = 0 }: ChaosProxyOptions): Promise<ChaosProxy> {
  const server = createServer({ allowHalfOpen: true });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return new ChaosProxy(server, target);
}
