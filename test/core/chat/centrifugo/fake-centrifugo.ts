import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

export type Command = { readonly id?: number } & Readonly<Record<string, unknown>>;

/** A server of Centrifugo's JSON protocol that says whatever a test wants. */
export class FakeCentrifugo {
  /** Every command that was received, in order. */
  readonly received: Command[] = [];
  /** What each command is answered with; a string is sent as it is. */
  answer: (command: Command) => object | string | undefined = courteous;
  /** Instead of a WebSocket, this status and a page. */
  refuseUpgrades: number | undefined;
  #socket: WebSocket | undefined;
  readonly #server: WebSocketServer;

  private constructor(server: WebSocketServer) {
    this.#server = server;
    server.on('connection', (socket) => {
      this.#socket = socket;
      socket.on('error', () => undefined);
      socket.on('message', (data) => this.#receive(socket, JSON.parse(data.toString())));
    });
  }

  static async listen(): Promise<FakeCentrifugo> {
    const server: WebSocketServer = new WebSocketServer({
      host: '127.0.0.1',
      port: 0,
      verifyClient: (_: unknown, answer: (accepted: boolean, status?: number, page?: string) => void) =>
        answer(fake.refuseUpgrades === undefined, fake.refuseUpgrades, '<title>Just a moment...</title>'),
    });
    const fake = new FakeCentrifugo(server);
    await once(server, 'listening');
    return fake;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/connection/websocket`;
  }

  /** The newest connection. */
  get socket(): WebSocket {
    if (this.#socket === undefined) throw new Error('Nobody has connected.');
    return this.#socket;
  }

  async close(): Promise<void> {
    this.#socket?.terminate();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #receive(socket: WebSocket, command: Command): void {
    this.received.push(command);
    const answer = this.answer(command);
    if (answer !== undefined) socket.send(typeof answer === 'string' ? answer : JSON.stringify(answer));
  }
}

/** Answers as Kick's server does; a token is good for 100 s. */
export function courteous({ id, ...command }: Command): object | undefined {
  if ('connect' in command) {
    return {
      id,
      connect: { client: 'c', version: '6.9.0 PRO', expires: true, ttl: 100, ping: 25, pong: true },
    };
  }
  if ('refresh' in command) return { id, refresh: { expires: true, ttl: 100 } };
  if ('subscribe' in command) return { id, subscribe: {} };
  return 'unsubscribe' in command ? { id, unsubscribe: {} } : undefined;
}
