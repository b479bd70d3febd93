import { randomInt } from 'node:crypto';
import type { WebSocket } from 'ws';
import { type ClientFrame, readClientFrame } from './client-frame.js';
import type { Frame } from './frame.js';
import { type Connection, type Conversation, SocketServer } from './socket-server.js';

const ACTIVITY_TIMEOUT_SECONDS = 120;
const CHANNEL_NAME = /^[\w\-=@,.;]{1,200}$/;
const NO_APP: Refused = [4001, 'App key not in this cluster. Did you forget to specify the cluster?'];

type Refused = readonly [code: number, message: string];

/**
 * Pusher Channels protocol 7, the public part, on `/app/{key}`.
 *
 * Source: https://pusher.com/docs/channels/library_auth_reference/pusher-websockets-protocol
 */
export class PusherServer extends SocketServer {
  readonly key = 'kicksandbox';
  readonly cluster = 'local';

  protected serves(path: string): boolean {
    return path.startsWith('/app/');
  }

  protected converse(connection: Connection, url: URL): Conversation | undefined {
    const { socket } = connection;
    const refused = this.#check(url);
    if (refused) {
      refuse(socket, refused);
      return undefined;
    }
    const socketId = `${randomInt(1_000_000)}.${randomInt(1_000_000_000)}`;
    const data = JSON.stringify({ socket_id: socketId, activity_timeout: ACTIVITY_TIMEOUT_SECONDS });
    send(socket, { event: 'pusher:connection_established', data });
    return {
      hear: (text) => {
        const frame = text === undefined ? undefined : readClientFrame(text);
        if (frame) this.#receive(connection, frame);
        else sendError(socket, 'Invalid event format');
      },
    };
  }

  protected encode({ channel, event, data }: Frame): string {
    return JSON.stringify({ event, data: JSON.stringify(data), channel });
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
        return this.unsubscribe(connection, frame.channel);
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
    if (!this.subscribe(connection, channel)) return undefined;
    return send(socket, { event: 'pusher_internal:subscription_succeeded', channel, data: '{}' });
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
