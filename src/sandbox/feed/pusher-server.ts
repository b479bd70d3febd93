import { randomInt } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import { type ClientFrame, readClientFrame } from './client-frame.js';
import type { Frame } from './frame.js';

const ACTIVITY_TIMEOUT_SECONDS = 120;
/** What may wait for one reader that does not read. */
const MAX_UNREAD = 16 * 1024 * 1024;
const CHANNEL_NAME = /^[\w\-=@,.;]{1,200}$/;
const NO_APP: Refused = [4001, 'App key not in this cluster. Did you forget to specify the cluster?'];

type Refused = readonly [code: number, message: string];

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

interface Connection {
  readonly socket: WebSocket;
  readonly stream: Duplex;
  readonly channels: Set<string>;
}

/**
 * Pusher Channels protocol 7, the public part, on `/app/{key}`.
 *
 * Source: https://pusher.com/docs/channels/library_auth_reference/pusher-websockets-protocol
 */
export class PusherServer {
  readonly key = 'kicksandbox';
  readonly cluster = 'local';
  /** Set by the fault switch. */
  handshakeFault: HandshakeFault | undefined;
  /** Set by the fault switch: subscriptions to such channels are neither answered nor made. */
  ignoresSubscription: (channel: string) => boolean = () => false;
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024 });
  /** Every upgraded TCP connection, those of refused handshakes included. */
  readonly #streams = new Set<Duplex>();
  readonly #connections = new Set<Connection>();
  readonly #subscribers = new Map<string, Set<Connection>>();
  #handshakes = 0;

  /** How many sockets are open now. */
  get connections(): number {
    return this.#connections.size;
  }

  /** How many upgrades were asked for since the start, refused ones included. */
  get handshakes(): number {
    return this.#handshakes;
  }

  /** How many sockets are subscribed to a Pusher channel, such as `chatrooms.700011.v2`. */
  subscribers(channel: string): number {
    return this.#subscribers.get(channel)?.size ?? 0;
  }

  /** Takes over an upgrade request of the HTTP server. */
  upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    this.#streams.add(stream);
    stream.on('error', () => stream.destroy());
    stream.on('close', () => this.#streams.delete(stream));
    const fault = this.handshakeFault;
    const target = [request.url ?? '/', 'http://sandbox'] as const;
    // HTTP lets a client ask for `//`, which is no address.
    const url = URL.canParse(...target) ? new URL(...target) : undefined;
    if (!url?.pathname.startsWith('/app/')) {
      refuseUpgrade(stream, 404);
      return;
    }
    this.#handshakes += 1;
    if (fault === 'reset') reset(stream);
    else if (typeof fault === 'object' && 'status' in fault) refuseUpgrade(stream, fault.status);
    else {
      this.#server.handleUpgrade(request, stream, head, (socket) => {
        socket.on('error', () => socket.terminate());
        const refused = this.#check(url);
        if (typeof fault === 'object') socket.close(fault.close);
        else if (refused) refuse(socket, refused);
        else this.#admit({ socket, stream, channels: new Set() }, fault === 'silent');
      });
    }
  }

  /** Sends an event to everyone subscribed to its channel. */
  publish({ channel, event, data }: Frame): void {
    const subscribers = this.#subscribers.get(channel);
    if (!subscribers) return;
    const text = JSON.stringify({ event, data: JSON.stringify(data), channel });
    for (const { socket } of subscribers) {
      socket.send(text);
      if (socket.bufferedAmount > MAX_UNREAD) socket.terminate();
    }
  }

  /** Sends a text as it is, to all or to a channel's subscribers. */
  sendRaw(text: string, channel?: string): void {
    const receivers = channel === undefined ? this.#connections : this.#subscribers.get(channel);
    for (const { socket } of receivers ?? []) socket.send(text);
  }

  /** Resets every TCP connection: no close frame. */
  drop(): void {
    for (const { stream } of this.#connections) reset(stream);
  }

  closeAll(code: number, reason = ''): void {
    for (const { socket } of this.#connections) socket.close(code, reason);
  }

  /** Neither reads nor writes on today's sockets any more, and leaves them open: a half-open connection. */
  freeze(): void {
    for (const connection of this.#connections) {
      this.#unsubscribeAll(connection);
      connection.stream.pause();
      connection.socket.pause();
    }
  }

  close(): void {
    for (const stream of this.#streams) stream.destroy();
    this.#server.close();
  }

  #check(url: URL): Refused | undefined {
    const [, , key, ...rest] = url.pathname.split('/');
    const protocol = url.searchParams.get('protocol');
    if (!key || rest.length > 0) return [4005, 'Path not found'];
    if (key !== this.key) return NO_APP;
    if (protocol === null) return [4008, 'No protocol version supplied'];
    if (!/^\d+$/.test(protocol)) return [4006, 'Invalid version string format'];
    if (Number(protocol) < 4 || Number(protocol) > 7) return [4007, 'Unsupported protocol version'];
    return undefined;
  }

  #admit(connection: Connection, silently: boolean): void {
    this.#connections.add(connection);
    connection.socket.on('close', () => this.#forget(connection));
    if (!silently) this.#greet(connection);
  }

  #greet(connection: Connection): void {
    const { socket } = connection;
    const socketId = `${randomInt(1_000_000)}.${randomInt(1_000_000_000)}`;
    const data = JSON.stringify({ socket_id: socketId, activity_timeout: ACTIVITY_TIMEOUT_SECONDS });
    socket.send(JSON.stringify({ event: 'pusher:connection_established', data }));
    socket.on('message', (message, isBinary) => {
      const frame = isBinary ? undefined : readClientFrame(String(message));
      if (frame) this.#receive(connection, frame);
      else sendError(socket, 'Invalid event format');
    });
  }

  #receive(connection: Connection, frame: ClientFrame) {
    const { socket } = connection;
    switch (frame.event) {
      case 'pusher:ping':
        return send(socket, { event: 'pusher:pong', data: '{}' });
      case 'pusher:pong':
        return undefined;
      case 'pusher:subscribe':
        return this.#subscribe(connection, frame.channel);
      case 'pusher:unsubscribe':
        return this.#unsubscribe(connection, frame.channel);
      case 'client':
        return sendError(
          socket,
          'Client event rejected - only supported on private and presence channels',
          4301,
        );
    }
  }

  #subscribe(connection: Connection, channel: string) {
    const { socket, channels } = connection;
    if (!CHANNEL_NAME.test(channel))
      return sendError(socket, `Invalid channel name ${channel.slice(0, 200)}`);
    if (/^(private|presence)-/.test(channel)) {
      const data = JSON.stringify({ type: 'AuthError', error: 'Auth value is not valid', status: 401 });
      return send(socket, { event: 'pusher:subscription_error', channel, data });
    }
    if (channels.has(channel)) return sendError(socket, `Existing subscription to channel ${channel}`);
    if (this.ignoresSubscription(channel)) return undefined;
    channels.add(channel);
    const subscribers = this.#subscribers.get(channel) ?? new Set();
    this.#subscribers.set(channel, subscribers.add(connection));
    return send(socket, { event: 'pusher_internal:subscription_succeeded', channel, data: '{}' });
  }

  #unsubscribe(connection: Connection, channel: string): void {
    connection.channels.delete(channel);
    const subscribers = this.#subscribers.get(channel);
    subscribers?.delete(connection);
    if (subscribers?.size === 0) this.#subscribers.delete(channel);
  }

  #unsubscribeAll(connection: Connection): void {
    for (const channel of connection.channels) this.#unsubscribe(connection, channel);
  }

  #forget(connection: Connection): void {
    this.#unsubscribeAll(connection);
    this.#connections.delete(connection);
  }
}

function send(socket: WebSocket, frame: object): void {
  socket.send(JSON.stringify(frame));
}

function sendError(socket: WebSocket, message: string, code: number | null = null): void {
  send(socket, { event: 'pusher:error', data: { code, message } });
}

function refuse(socket: WebSocket, [code, message]: Refused): void {
  sendError(socket, message, code);
  socket.close(code, message);
}

function refuseUpgrade(stream: Duplex, status: number): void {
  stream.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function reset(stream: Duplex): void {
  // Node types what an upgrade hands over as a Duplex; on a plain server it is the TCP socket.
  if ('resetAndDestroy' in stream) (stream as Socket).resetAndDestroy();
  else stream.destroy();
}
