import { randomUUID } from 'node:crypto';
import { LONGEST_TIMER_MS } from '../pause.js';
import { type Command, readCommands } from './centrifugo-command.js';
import type { Frame } from './frame.js';
import type { RealtimeSettings } from './realtime-settings.js';
import type { RealtimeTokens } from './realtime-tokens.js';
import { type Connection, type Conversation, SocketServer } from './socket-server.js';

/** How long a socket may stay open without having connected. */
const STALE_SECONDS = 15;
/** How long a socket outlives its token, for the client to bring a new one. */
const EXPIRED_SECONDS = 25;
/** Private channels need a login on the site, which a guest has not. */
const OPEN_CHANNEL = /^(?!private-|presence-)[\w\-=@,.;]{1,255}$/;

const errors = {
  unknownChannel: { code: 102, message: 'unknown channel', temporary: false },
  alreadySubscribed: { code: 105, message: 'already subscribed', temporary: false },
  notAvailable: { code: 108, message: 'not available', temporary: false },
  tokenExpired: { code: 109, message: 'token expired', temporary: false },
};

/** How Centrifugo closes a socket. */
class Disconnect {
  constructor(
    readonly code: number,
    readonly reason: string,
  ) {}
}

const disconnects = {
  expired: new Disconnect(3005, 'connection expired'),
  noPong: new Disconnect(3012, 'no pong'),
  invalidToken: new Disconnect(3500, 'invalid token'),
  badRequest: new Disconnect(3501, 'bad request'),
  stale: new Disconnect(3502, 'stale'),
};

interface Reply {
  readonly id: number;
  readonly [part: string]: unknown;
}

interface Client {
  readonly id: string;
  readonly connection: Connection;
  /** After a connect that failed, Centrifugo takes nothing more on that socket. */
  state: 'new' | 'connected' | 'unusable';
  /** Closes the socket when it has not connected, or not brought a new token, in time. */
  limit: NodeJS.Timeout | undefined;
  pings: NodeJS.Timeout | undefined;
  /** Runs while a pong is awaited. */
  pong: NodeJS.Timeout | undefined;
}

/**
 * Centrifugo's client protocol 2 in JSON, on `/connection/websocket`: the part Kick's site uses. Publications carry
 * what the Pusher feed sends as event and data.
 *
 * Source: https://centrifugal.dev/docs/transports/client_protocol and, for what it refuses how, client.go,
 * errors.go and disconnect.go of https://github.com/centrifugal/centrifuge. Which channels Kick refuses is not known.
 */
export class CentrifugoServer extends SocketServer {
  constructor(
    private readonly tokens: RealtimeTokens,
    private readonly settings: Pick<RealtimeSettings, 'pingSeconds'>,
  ) {
    super();
  }

  protected serves(path: string): boolean {
    return path === '/connection/websocket';
  }

  protected converse(connection: Connection): Conversation {
    const client: Client = {
      id: randomUUID(),
      connection,
      state: 'new',
      limit: undefined,
      pings: undefined,
      pong: undefined,
    };
    limit(client, STALE_SECONDS, disconnects.stale);
    return {
      hear: (text) => this.#hear(client, text ?? ''),
      end: () => stopTimers(client),
    };
  }

  protected encode({ channel, event, data }: Frame): string {
    return JSON.stringify({ push: { channel, pub: { data: { event, data: JSON.stringify(data) } } } });
  }

  /** Answers a frame's commands in one frame. */
  #hear(client: Client, text: string): void {
    const replies: string[] = [];
    let end: Disconnect | undefined;
    for (const command of readCommands(text)) {
      const answer = this.#answer(client, command);
      if (answer instanceof Disconnect) {
        end = answer;
        break;
      }
      if (answer) replies.push(JSON.stringify(answer));
    }
    if (replies.length > 0) client.connection.socket.send(replies.join('\n'));
    if (end) disconnect(client, end);
  }

  #answer(client: Client, command: Command | 'pong' | 'malformed'): Reply | Disconnect | undefined {
    if (command === 'malformed') return disconnects.badRequest;
    if (command === 'pong') {
      if (client.pong === undefined) return disconnects.badRequest;
      clearTimeout(client.pong);
      client.pong = undefined;
      return undefined;
    }
    const { id } = command;
    const expected = command.method === 'connect' ? 'new' : 'connected';
    if (client.state !== expected) return disconnects.badRequest;
    switch (command.method) {
      case 'connect':
        return this.#connect(client, id, command.token);
      case 'refresh':
        return this.#refresh(client, id, command.token);
      case 'subscribe':
        return this.#subscribe(client, id, command.channel);
      case 'unsubscribe':
        this.unsubscribe(client.connection, command.channel);
        return { id, unsubscribe: {} };
      case 'not offered':
        return { id, error: errors.notAvailable };
    }
  }

  #connect(client: Client, id: number, token: string): Reply | Disconnect {
    client.state = 'unusable';
    const ttl = this.tokens.secondsLeft(token);
    if (ttl === undefined) return disconnects.invalidToken;
    if (ttl <= 0) return { id, error: errors.tokenExpired };
    client.state = 'connected';
    limit(client, ttl + EXPIRED_SECONDS, disconnects.expired);
    const { pingSeconds } = this.settings;
    startPings(client, pingSeconds);
    const ping = Math.ceil(pingSeconds);
    return {
      id,
      connect: { client: client.id, version: '6.9.0 PRO', expires: true, ttl, ping, pong: true },
    };
  }

  #refresh(client: Client, id: number, token: string): Reply | Disconnect {
    const ttl = this.tokens.secondsLeft(token);
    if (ttl === undefined) return disconnects.invalidToken;
    if (ttl <= 0) return disconnects.expired;
    limit(client, ttl + EXPIRED_SECONDS, disconnects.expired);
    return { id, refresh: { expires: true, ttl } };
  }

  #subscribe({ connection }: Client, id: number, channel: string): Reply | undefined {
    if (!OPEN_CHANNEL.test(channel)) return { id, error: errors.unknownChannel };
    if (connection.channels.has(channel)) return { id, error: errors.alreadySubscribed };
    return this.subscribe(connection, channel) ? { id, subscribe: {} } : undefined;
  }
}

function startPings(client: Client, seconds: number): void {
  client.pings = setInterval(() => {
    client.connection.socket.send('{}');
    client.pong = setTimeout(() => disconnect(client, disconnects.noPong), timerMs(seconds / 3));
  }, timerMs(seconds));
}

function limit(client: Client, seconds: number, end: Disconnect): void {
  clearTimeout(client.limit);
  client.limit = setTimeout(() => disconnect(client, end), timerMs(seconds));
}

function timerMs(seconds: number): number {
  return Math.min(seconds * 1000, LONGEST_TIMER_MS);
}

function disconnect(client: Client, { code, reason }: Disconnect): void {
  stopTimers(client);
  client.connection.socket.close(code, reason);
}

function stopTimers({ limit, pings, pong }: Client): void {
  clearTimeout(limit);
  clearInterval(pings);
  clearTimeout(pong);
}
