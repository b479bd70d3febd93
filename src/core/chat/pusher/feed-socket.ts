import { WebSocket } from 'ws';
import type { RealtimeFrame } from '../../events/realtime-frame.js';
import { printable } from '../../primitives/printable.js';
import { connectionFailed, upgradeRefused } from '../realtime/connect-failure.js';
import type { FeedListener, Loss } from '../realtime/feed.js';
import { closed } from './close-codes.js';

const options = {
  perMessageDeflate: false,
  maxPayload: 1_048_576,
  /** How long the peer may take to answer our close. */
  closeTimeout: 1_000,
};

/**
 * The WebSocket under pusher-js, and the gate before it. Events of channels go straight to the listener, parsed
 * once; pusher-js gets the frames of the protocol, and those only where they have the protocol's shape, because it
 * dies of `{}`, `[]`, `42`, an `event` that is no text or a channel called `constructor`. It never learns of close
 * codes either: what follows from them is the supervisor's decision.
 *
 * After `close()` the listener is not called any more, whatever the peer still sends.
 */
export class FeedSocket {
  // Set by pusher-js; the last two are never called.
  onopen?: () => void;
  onmessage?: (message: { data: string }) => void;
  onclose?: () => void;
  onerror?: (error: unknown) => void;

  /** Resolves when the connection is gone. */
  readonly gone: Promise<void>;
  /** Whether anything arrived since this was last set to false. */
  heard = false;

  readonly #socket: WebSocket;
  readonly #listener: FeedListener;
  readonly #hasSubscription: (channel: string) => boolean;
  #live = true;
  #established = false;
  #failure: Loss | undefined;

  /** Throws a `SyntaxError` for an address that is none. `hasSubscription`: whether pusher-js has one of that name. */
  constructor(url: string, listener: FeedListener, hasSubscription: (channel: string) => boolean) {
    this.#listener = listener;
    this.#hasSubscription = hasSubscription;
    const socket = new WebSocket(url, options);
    this.#socket = socket;
    this.gone = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.on('open', () => {
      if (this.#live) this.onopen?.();
    });
    socket.on('message', (data, isBinary) => {
      if (this.#live) this.#receive(isBinary ? undefined : data.toString());
    });
    socket.on('ping', () => {
      this.heard = true;
    });
    socket.on('unexpected-response', (_, response) => {
      this.#failure = upgradeRefused(response);
      socket.terminate();
    });
    socket.on('error', (error) => {
      this.#failure ??= connectionFailed(error);
    });
    socket.on('close', (code, reason) => {
      if (!this.#live) return;
      this.#live = false;
      const words = printable(reason.toString());
      listener.closed(this.#failure ?? closed(`closed with ${code}${words && ` "${words}"`}`, code));
    });
  }

  send(text: string): void {
    // A failed write is followed by `close`.
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(text, () => undefined);
  }

  close(): void {
    this.#live = false;
    this.#socket.close();
  }

  #receive(text: string | undefined): void {
    this.heard = true;
    const message = text === undefined ? undefined : parsed(text);
    if (!isEvent(message)) {
      this.#listener.malformed();
      return;
    }
    if (!message.event.startsWith('pusher')) {
      if (isChannelEvent(message)) this.#listener.frame(message);
      else this.#listener.malformed();
      return;
    }
    this.#control(message, text ?? '');
  }

  /** https://pusher.com/docs/channels/library_auth_reference/pusher-websockets-protocol (version 7). */
  #control(message: Event, text: string): void {
    switch (message.event) {
      case 'pusher:connection_established':
        if (this.#established) return;
        if (!isGreeting(message.data)) {
          this.#end('the server greeted without socket_id or activity_timeout', undefined);
          return;
        }
        this.#established = true;
        this.onmessage?.({ data: text });
        this.#listener.established();
        return;
      case 'pusher_internal:subscription_succeeded':
        if (typeof message.channel !== 'string' || !this.#hasSubscription(message.channel)) return;
        this.onmessage?.({ data: text });
        this.#listener.acknowledged(message.channel);
        return;
      case 'pusher:subscription_error':
        if (typeof message.channel === 'string') this.#listener.refused(message.channel, said(message.data));
        return;
      case 'pusher:ping':
      case 'pusher:pong':
        // Before the greeting pusher-js takes anything else for a failed handshake and stops for ever.
        if (this.#established) this.onmessage?.({ data: text });
        return;
      case 'pusher:error':
        this.#complained(message.data);
        return;
      default:
      // `pusher_internal:subscription_count` and whatever Pusher adds: nothing to do with public channels.
    }
  }

  #complained(data: unknown): void {
    const error = recordIn(data);
    if (this.#established) this.#listener.complained(said(data));
    else this.#end(`refused with "${said(data)}"`, typeof error?.code === 'number' ? error.code : undefined);
  }

  #end(reason: string, code: number | undefined): void {
    this.close();
    this.#listener.closed(closed(reason, code));
  }
}

interface Event {
  readonly event: string;
  readonly channel?: unknown;
  readonly data?: unknown;
}

function isEvent(value: unknown): value is Event {
  return (
    typeof value === 'object' && value !== null && typeof (value as { event?: unknown }).event === 'string'
  );
}

function isChannelEvent(event: Event): event is RealtimeFrame {
  return typeof event.channel === 'string';
}

function isGreeting(data: unknown): boolean {
  const { socket_id, activity_timeout } = recordIn(data) ?? {};
  return typeof socket_id === 'string' && typeof activity_timeout === 'number' && activity_timeout > 0;
}

/** What the server said was wrong: `{code, message}`, or `{status, error}` of a subscription. */
function said(data: unknown): string {
  const { code, status, message, error } = recordIn(data) ?? { message: data };
  const parts = [code ?? status, message ?? error].filter((part) => part !== undefined && part !== null);
  return printable(parts.join(' '));
}

/** Pusher encodes data as a text, mostly. */
function recordIn(data: unknown): Readonly<Record<string, unknown>> | undefined {
  const value = typeof data === 'string' ? parsed(data) : data;
  return isRecord(value) ? value : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
