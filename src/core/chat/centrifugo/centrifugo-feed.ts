import { WebSocket } from 'ws';
import type { Cancel, Clock } from '../../primitives/clock.js';
import { messageOf } from '../../primitives/error.js';
import { printable } from '../../primitives/printable.js';
import type { Secret } from '../../primitives/secret.js';
import { connectionFailed, upgradeRefused } from '../realtime/connect-failure.js';
import type { Feed, FeedListener, Loss } from '../realtime/feed.js';

export interface CentrifugoAddress {
  /** `wss://realtime.us-west-2.platform.kick.com/connection/websocket`. */
  readonly url: string;
  readonly token: Secret;
  /** Asks for another token, before the present one is too old. */
  readonly freshToken: () => Promise<Secret>;
  readonly clock: Clock;
}

const options = {
  perMessageDeflate: false,
  maxPayload: 1_048_576,
  /** How long the peer may take to answer our close. */
  closeTimeout: 1_000,
};

const connectId = 1;
const alreadySubscribed = 105;
/** Of the token alone: token expired; connection expired; invalid token. */
const tokenCodes = new Set<unknown>([109, 3005, 3500]);
/** Going away, restart, over capacity (RFC 6455 §7.4.1 and its registry); shutdown, force reconnect. */
const restartCodes = new Set<unknown>([1001, 1012, 1013, 3001, 3011]);
/** How much of its life a token is used before it is replaced, and the shortest time between two tries. */
const refreshAfter = 0.75;
const shortestRefreshSeconds = 5;

const finalAdvice =
  'Where that stays so, name another transport in chat.transports. It is tried again meanwhile.';

type Part = Readonly<Record<string, unknown>>;

/**
 * One connection in Centrifugo's JSON protocol 2: as much of it as Kick's chat needs. Nothing the server sends
 * makes it throw. After `close()` the listener is not called any more.
 *
 * Sources: https://centrifugal.dev/docs/transports/client_protocol and https://centrifugal.dev/docs/server/codes
 */
export class CentrifugoFeed implements Feed {
  readonly gone: Promise<void>;
  readonly #address: CentrifugoAddress;
  readonly #listener: FeedListener;
  readonly #socket: WebSocket;
  /** Subscriptions that await their reply, by its id. */
  readonly #asked = new Map<number, string>();
  #token: Secret;
  #lastId = connectId;
  #refreshId: number | undefined;
  /** For how many seconds the token was good when that was last told, or asked for in vain. */
  #ttl = 0;
  #cancelRefresh: Cancel | undefined;
  #established = false;
  #live = true;
  #heard = false;

  /** Throws a `SyntaxError` for an address that is none. */
  constructor(address: CentrifugoAddress, listener: FeedListener) {
    this.#address = address;
    this.#listener = listener;
    this.#token = address.token;
    const socket = new WebSocket(address.url, options);
    this.#socket = socket;
    this.gone = new Promise((resolve) => socket.once('close', () => resolve()));
    let failure: Loss | undefined;
    socket.on('open', () => {
      this.#write(
        `{"id":${connectId},"connect":${JSON.stringify({ token: this.#token.reveal(), name: 'js' })}}`,
      );
    });
    socket.on('message', (data, isBinary) => {
      this.#heard = true;
      if (!this.#live) return;
      if (isBinary) listener.malformed();
      else this.#receive(data.toString());
    });
    socket.on('ping', () => this.#hear());
    socket.on('pong', () => this.#hear());
    socket.on('unexpected-response', (_, response) => {
      failure = upgradeRefused(response);
      socket.terminate();
    });
    socket.on('error', (error) => {
      failure ??= connectionFailed(error);
    });
    socket.on('close', (code, reason) => {
      this.#end(failure ?? lossByCode(`closed with ${this.#words(code, reason.toString())}`, code));
    });
  }

  subscribe(channel: string): void {
    this.#asked.set(this.#send('subscribe', { channel }), channel);
  }

  unsubscribe(channel: string): void {
    this.#send('unsubscribe', { channel });
  }

  /** Centrifugo pings every 25 s. A server that was told not to still answers WebSocket's own ping (RFC 6455 §5.5.2). */
  probe(): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.ping();
  }

  takeHeard(): boolean {
    const heard = this.#heard;
    this.#heard = false;
    return heard;
  }

  close(): void {
    this.#live = false;
    this.#cancelRefresh?.();
    this.#socket.close();
  }

  #hear(): void {
    this.#heard = true;
  }

  /** Returns the id that the reply will bear. */
  #send(command: 'subscribe' | 'unsubscribe' | 'refresh', request: Part): number {
    const id = ++this.#lastId;
    this.#write(`{"id":${id},"${command}":${JSON.stringify(request)}}`);
    return id;
  }

  #write(text: string): void {
    // A failed write is followed by `close`.
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(text, () => undefined);
  }

  #end(loss: Loss): void {
    if (!this.#live) return;
    this.close();
    this.#listener.closed(loss);
  }

  /** One JSON object a line. */
  #receive(text: string): void {
    let from = 0;
    for (let to = text.indexOf('\n'); to !== -1; to = text.indexOf('\n', from)) {
      this.#line(text.slice(from, to));
      from = to + 1;
    }
    this.#line(from === 0 ? text : text.slice(from));
  }

  #line(line: string): void {
    if (line === '' || !this.#live) return;
    const message = parsed(line);
    if (!isPart(message)) this.#listener.malformed();
    else if (isPart(message.push)) this.#push(message.push);
    else if (typeof message.id === 'number') this.#reply(message.id, message);
    else if (Object.keys(message).length === 0) this.#write('{}');
    else this.#listener.malformed();
  }

  #push({ channel, pub, unsubscribe, disconnect }: Part): void {
    if (isPart(disconnect)) {
      const { code, reason } = disconnect;
      this.#end(lossByCode(`disconnected with ${this.#words(code, reason)}`, code));
    } else if (typeof channel !== 'string') this.#listener.malformed();
    else if (isPart(pub)) {
      const { data } = pub;
      if (!isPart(data) || typeof data.event !== 'string') this.#listener.malformed();
      else this.#listener.frame({ channel, event: data.event, data: data.data });
    } else if (isPart(unsubscribe)) {
      this.#listener.refused(channel, this.#words(unsubscribe.code, unsubscribe.reason));
    }
    // Whatever else Centrifugo pushes (joins, leaves, presence) has nothing to do with Kick's channels.
  }

  #reply(id: number, { error, connect, refresh }: Part): void {
    const failed = isPart(error) ? error : undefined;
    const said = failed && this.#words(failed.code, failed.message);
    const channel = this.#asked.get(id);
    if (channel !== undefined) {
      this.#asked.delete(id);
      if (said === undefined || failed?.code === alreadySubscribed) this.#listener.acknowledged(channel);
      else this.#listener.refused(channel, said);
    } else if (id === connectId && !this.#established) {
      if (failed) this.#end(lossByError(`refused with ${said}`, failed));
      else if (isPart(connect)) this.#greeted(connect);
      else this.#listener.malformed();
    } else if (said !== undefined) {
      this.#listener.complained(said);
      if (id !== this.#refreshId) return;
      if (failed?.temporary === true) this.#refreshWithin(this.#ttl / 4);
      else this.#end(lossByError(`the new token was refused with ${said}`, failed));
    } else if (isPart(refresh)) this.#expires(refresh);
  }

  #greeted(connect: Part): void {
    this.#established = true;
    this.#expires(connect);
    this.#listener.established();
  }

  #expires({ expires, ttl }: Part): void {
    if (expires === true && typeof ttl === 'number') this.#refreshWithin(ttl);
  }

  #refreshWithin(ttl: number): void {
    const { clock, freshToken } = this.#address;
    this.#ttl = ttl;
    this.#cancelRefresh?.();
    this.#cancelRefresh = clock.schedule(Math.max(ttl * refreshAfter, shortestRefreshSeconds) * 1000, () => {
      freshToken().then(
        (token) => {
          if (!this.#live) return;
          this.#token = token;
          this.#refreshId = this.#send('refresh', { token: token.reveal() });
        },
        (error: unknown) => {
          if (!this.#live) return;
          this.#listener.complained(messageOf(error));
          this.#refreshWithin(ttl / 4);
        },
      );
    });
  }

  #words(code: unknown, text: unknown): string {
    // A server may quote what it was sent.
    const said = typeof text === 'string' ? printable(text, [this.#token]) : '';
    return `${typeof code === 'number' ? code : 'no code'}${said && ` "${said}"`}`;
  }
}

/** Of a close or a disconnect. 3500 to 3999 and 4500 to 4999 ask not to come back. */
function lossByCode(reason: string, code: unknown): Loss {
  const isFinal =
    typeof code === 'number' && ((code >= 3500 && code < 4000) || (code >= 4500 && code < 5000));
  return lossOf(reason, code, isFinal);
}

/** Of an error in reply to a command that the connection cannot do without. */
function lossByError(reason: string, error: Part | undefined): Loss {
  return lossOf(reason, error?.code, error?.temporary !== true);
}

function lossOf(reason: string, code: unknown, isFinal: boolean): Loss {
  const isToken = tokenCodes.has(code);
  const isSlow = isFinal && !isToken;
  return {
    reason,
    isSlow,
    isRestart: restartCodes.has(code),
    isOutdated: isFinal || isToken,
    advice: isSlow ? finalAdvice : undefined,
  };
}

function isPart(value: unknown): value is Part {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
