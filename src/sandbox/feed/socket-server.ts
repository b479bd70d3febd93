import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { reset } from '../reset.js';
import type { Frame } from './frame.js';

/** What may wait for one reader that does not read. */
const MAX_UNREAD = 16 * 1024 * 1024;

/** What happens to a new connection instead of a handshake. */
export type HandshakeFault =
  /** The upgrade is answered with this HTTP status. */
  | { status: number }
  /** The socket opens and is closed with this code before any frame. */
  | { close: number }
  /** The TCP connection is reset. */
  | 'reset'
  /** The socket opens and nothing ever comes. */
  | 'silent';

export interface Connection {
  readonly socket: WebSocket;
  readonly stream: Duplex;
  readonly channels: Set<string>;
}

/** One protocol's side of one connection. */
export interface Conversation {
  /** What the client sent; nothing where it was binary. */
  hear(text: string | undefined): void;
  /** Stops what goes on by itself: the socket is closed, or frozen. May come twice. */
  end?(): void;
}

const silence: Conversation = { hear: () => undefined };

/** What the feeds share whatever protocol they speak: sockets, who is subscribed, and what goes wrong on order. */
export abstract class SocketServer {
  /** Set by the fault switch. */
  handshakeFault: HandshakeFault | undefined;
  /** Set by the fault switch: subscriptions to such channels are neither answered nor made. */
  ignoresSubscription: (channel: string) => boolean = () => false;
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024 });
  /** Every upgraded TCP connection, those of refused handshakes included. */
  readonly #streams = new Set<Duplex>();
  readonly #conversations = new Map<Connection, Conversation>();
  readonly #subscribers = new Map<string, Set<Connection>>();
  #handshakes = 0;

  /** Is this the path of an address of this feed? */
  protected abstract serves(path: string): boolean;

  /** Takes up a new connection; one it refuses it closes, and returns nothing. */
  protected abstract converse(connection: Connection, url: URL): Conversation | undefined;

  /** An event as its subscribers read it. */
  protected abstract encode(frame: Frame): string;

  /** How many sockets are open now. */
  get connections(): number {
    return this.#conversations.size;
  }

  /** How many upgrades were asked for since the start, refused ones included. */
  get handshakes(): number {
    return this.#handshakes;
  }

  /** How many sockets are subscribed to a channel of the feed, such as `chatrooms.700011.v2`. */
  subscribers(channel: string): number {
    return this.#subscribers.get(channel)?.size ?? 0;
  }

  /** Takes over an upgrade request of the HTTP server; `false` where its address is not this feed's. */
  upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): boolean {
    const target = [request.url ?? '/', 'http://sandbox'] as const;
    // HTTP lets a client ask for `//`, which is no address.
    const url = URL.canParse(...target) ? new URL(...target) : undefined;
    if (!url || !this.serves(url.pathname)) return false;
    this.#handshakes += 1;
    this.#keep(stream);
    const fault = this.handshakeFault;
    if (fault === 'reset') reset(stream);
    else if (typeof fault === 'object' && 'status' in fault) refuseUpgrade(stream, fault.status);
    else {
      this.#server.handleUpgrade(request, stream, head, (socket) => {
        socket.on('error', () => socket.terminate());
        const connection = { socket, stream, channels: new Set<string>() };
        if (typeof fault === 'object') socket.close(fault.close);
        else this.#admit(connection, fault === 'silent' ? silence : this.converse(connection, url));
      });
    }
    return true;
  }

  /** Answers an upgrade to an address that no feed has. */
  refuse(stream: Duplex): void {
    this.#keep(stream);
    refuseUpgrade(stream, 404);
  }

  /** Sends an event to everyone subscribed to its channel. */
  publish(frame: Frame): void {
    const subscribers = this.#subscribers.get(frame.channel);
    if (!subscribers) return;
    const text = this.encode(frame);
    for (const { socket } of subscribers) {
      socket.send(text);
      if (socket.bufferedAmount > MAX_UNREAD) socket.terminate();
    }
  }

  /** Sends a text as it is, to all or to a channel's subscribers. */
  sendRaw(text: string, channel?: string): void {
    const receivers = channel === undefined ? this.#thawed() : this.#subscribers.get(channel);
    for (const { socket } of receivers ?? []) socket.send(text);
  }

  /** Resets every TCP connection: no close frame. */
  drop(): void {
    for (const { stream } of this.#conversations.keys()) reset(stream);
  }

  closeAll(code: number, reason = ''): void {
    for (const { socket } of this.#thawed()) socket.close(code, reason);
  }

  /** Neither reads nor writes on today's sockets any more, and leaves them open: a half-open connection. */
  freeze(): void {
    for (const [connection, conversation] of this.#conversations) {
      this.#end(connection, conversation);
      connection.stream.pause();
      connection.socket.pause();
    }
  }

  close(): void {
    for (const stream of this.#streams) stream.destroy();
    this.#server.close();
  }

  /** Makes a subscription; `false` where the fault switch has it ignored. */
  protected subscribe(connection: Connection, channel: string): boolean {
    if (this.ignoresSubscription(channel)) return false;
    connection.channels.add(channel);
    const subscribers = this.#subscribers.get(channel) ?? new Set();
    this.#subscribers.set(channel, subscribers.add(connection));
    return true;
  }

  protected unsubscribe(connection: Connection, channel: string): void {
    connection.channels.delete(channel);
    const subscribers = this.#subscribers.get(channel);
    subscribers?.delete(connection);
    if (subscribers?.size === 0) this.#subscribers.delete(channel);
  }

  /** All but the frozen ones. */
  #thawed(): Connection[] {
    return [...this.#conversations.keys()].filter(({ socket }) => !socket.isPaused);
  }

  #keep(stream: Duplex): void {
    this.#streams.add(stream);
    stream.on('error', () => stream.destroy());
    stream.on('close', () => this.#streams.delete(stream));
  }

  #admit(connection: Connection, conversation: Conversation | undefined): void {
    if (!conversation) return;
    this.#conversations.set(connection, conversation);
    connection.socket.on('message', (message, isBinary) => {
      conversation.hear(isBinary ? undefined : String(message));
    });
    connection.socket.on('close', () => {
      this.#end(connection, conversation);
      this.#conversations.delete(connection);
    });
  }

  #end(connection: Connection, conversation: Conversation): void {
    conversation.end?.();
    for (const channel of connection.channels) this.unsubscribe(connection, channel);
  }
}

function refuseUpgrade(stream: Duplex, status: number): void {
  stream.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
