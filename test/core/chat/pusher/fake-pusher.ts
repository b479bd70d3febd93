import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

/** One connection as the server sees it. */
export interface Peer {
  readonly socket: WebSocket;
  readonly path: string;
  /** Every event the client sent, in order. */
  readonly received: { readonly event: string; readonly channel: string | undefined }[];
  readonly subscribed: Set<string>;
}

/** What the server does other than it should. Each may be changed at any time. */
export interface Misdeeds {
  /** Instead of the greeting: a close code, a text, or nothing at all. */
  greeting: { close: number } | { text: string } | 'none' | undefined;
  /** Subscriptions to these are never answered. */
  unanswered: Set<string>;
  /** Neither pings nor subscriptions are answered. */
  silent: boolean;
}

/** A server of the Pusher protocol, version 7, that can misbehave. */
export class FakePusher {
  readonly misdeeds: Misdeeds = { greeting: undefined, unanswered: new Set(), silent: false };
  /** Every connection that was ever made. */
  readonly peers: Peer[] = [];
  /** Answers with this status and a page, as a firewall does. */
  refuseUpgrades: number | undefined;
  readonly #server: WebSocketServer;

  private constructor(server: WebSocketServer) {
    this.#server = server;
    server.on('connection', (socket, request) => this.#greet(socket, request.url ?? ''));
  }

  static async listen(port = 0): Promise<FakePusher> {
    const server: WebSocketServer = new WebSocketServer({
      host: '127.0.0.1',
      port,
      verifyClient: (_: unknown, answer: (accepted: boolean, status: number, page: string) => void) =>
        answer(
          fake.refuseUpgrades === undefined,
          fake.refuseUpgrades ?? 0,
          '<title>Just a moment...</title>',
        ),
    });
    const fake = new FakePusher(server);
    await once(server, 'listening');
    return fake;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The newest connection. */
  get peer(): Peer {
    const peer = this.peers.at(-1);
    if (peer === undefined) throw new Error('Nobody has connected.');
    return peer;
  }

  /** An event of a channel, encoded twice as Kick does. */
  publish(channel: string, event: string, data: unknown): void {
    this.write(JSON.stringify({ event, channel, data: JSON.stringify(data) }));
  }

  write(text: string | Buffer): void {
    this.peer.socket.send(text);
  }

  async close(): Promise<void> {
    for (const { socket } of this.peers) socket.terminate();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #greet(socket: WebSocket, path: string): void {
    const peer: Peer = { socket, path, received: [], subscribed: new Set() };
    this.peers.push(peer);
    socket.on('error', () => undefined);
    socket.on('message', (data) => this.#receive(peer, JSON.parse(data.toString())));
    const { greeting } = this.misdeeds;
    if (greeting === 'none') return;
    if (greeting === undefined) {
      const data = JSON.stringify({ socket_id: `1.${this.peers.length}`, activity_timeout: 120 });
      socket.send(JSON.stringify({ event: 'pusher:connection_established', data }));
    } else if ('close' in greeting) socket.close(greeting.close, 'refused by the test');
    else socket.send(greeting.text);
  }

  #receive(peer: Peer, { event, data }: { event: string; data: { channel?: string } }): void {
    const { channel } = data;
    peer.received.push({ event, channel });
    if (this.misdeeds.silent) return;
    if (event === 'pusher:ping') peer.socket.send(JSON.stringify({ event: 'pusher:pong', data: '{}' }));
    if (channel === undefined) return;
    if (event === 'pusher:unsubscribe') peer.subscribed.delete(channel);
    if (event !== 'pusher:subscribe' || this.misdeeds.unanswered.has(channel)) return;
    peer.subscribed.add(channel);
    peer.socket.send(
      JSON.stringify({ event: 'pusher_internal:subscription_succeeded', channel, data: '{}' }),
    );
  }
}
