import { createRequire } from 'node:module';
import type { FeedSocket } from './feed-socket.js';

// pusher-js is CommonJS with types that say `export default`: under nodenext `new Pusher()` does not compile
// (TS2351, pusher-js issue 791) although it would run.
const Pusher = createRequire(import.meta.url)('pusher-js') as typeof import('pusher-js').default;
export type PusherClient = InstanceType<typeof Pusher>;

/** Where the feed is. `host` and `port` stand in for Pusher's own, which follow from the cluster. */
export interface PusherAddress {
  readonly key: string;
  readonly cluster: string;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly tls: boolean;
}

/**
 * pusher-js asks for a socket synchronously inside `connect()`, and tells only the URL. This is who is connecting;
 * while nobody is, another user of pusher-js in this process gets what it always got.
 */
let opening: ((url: string) => FeedSocket) | undefined;
const createWebSocket = Pusher.Runtime.createWebSocket;
Pusher.Runtime.createWebSocket = function (url) {
  return opening === undefined ? createWebSocket.call(this, url) : opening(url);
};

/** `pusher.connect()` on a socket made by `open`, which is returned. Throws what `open` throws. */
export function connect(pusher: PusherClient, open: (url: string) => FeedSocket): FeedSocket {
  let opened: { readonly socket: FeedSocket } | { readonly failure: unknown } | undefined;
  const tryToOpen = (url: string) => {
    try {
      const socket = open(url);
      opened = { socket };
      return socket;
    } catch (failure) {
      opened = { failure };
      throw failure;
    }
  };
  withSockets(tryToOpen, () => pusher.connect());
  if (opened !== undefined && 'socket' in opened) return opened.socket;
  throw opened?.failure ?? new Error('pusher-js asked for no socket.');
}

function withSockets<Result>(open: (url: string) => FeedSocket, run: () => Result): Result {
  opening = open;
  try {
    return run();
  } finally {
    opening = undefined;
  }
}

/** Whether pusher-js has a subscription of that name, confirmed or not. */
export function hasSubscription(pusher: PusherClient, channel: string): boolean {
  // `pusher.channel('constructor')` would find what every object has.
  return Object.hasOwn(pusher.channels.channels, channel);
}

/**
 * pusher-js keeps every instance for the life of the process (`Pusher.instances`, and two listeners each), so that
 * instances are lent out and taken back, never thrown away.
 */
const spare = new Map<string, PusherClient[]>();

export function borrowPusher(address: PusherAddress): PusherClient {
  return spare.get(JSON.stringify(address))?.pop() ?? createPusher(address);
}

/** Disconnects an instance from `borrowPusher`, empties it and takes it back. */
export function returnPusher(address: PusherAddress, pusher: PusherClient): void {
  pusher.disconnect();
  // Those that the server had not confirmed too: they are not pending any more.
  for (const { name } of pusher.allChannels()) pusher.unsubscribe(name);
  const place = JSON.stringify(address);
  spare.set(place, [...(spare.get(place) ?? []), pusher]);
}

function createPusher({ key, cluster, host, port, tls }: PusherAddress): PusherClient {
  const options = {
    cluster,
    ...(host !== undefined && { wsHost: host }),
    ...(port !== undefined && { wsPort: port, wssPort: port }),
    forceTLS: tls,
    // The WebSocket transport is called `ws` with TLS and without; `wss` would try TLS on a server that has none,
    // and all that is not named here would fall back to HTTP on other hosts.
    enabledTransports: ['ws' as const],
    // Whether the peer lives is watched by `Liveness`, on our clock: pusher-js must never reconnect by itself.
    pongTimeout: 2 ** 31 - 1,
  };
  // The constructor connects at once, before anybody could listen: it gets no socket, and is told to stop trying.
  const pusher = withSockets(refuse, () => new Pusher(key, options));
  pusher.disconnect();
  return pusher;
}

function refuse(): never {
  throw new Error('Not connected yet.');
}
