import type { Feed, FeedListener, FeedServer, FeedSource, Loss } from '../realtime/feed.js';
import { FeedSocket } from './feed-socket.js';
import {
  borrowPusher,
  connect,
  hasSubscription,
  type PusherAddress,
  type PusherClient,
  returnPusher,
} from './pusher-library.js';

/**
 * One connection to Pusher. pusher-js does the protocol: greeting, subscribing, answering pings. It never learns
 * that a connection was lost, because it stops for ever after some close codes, hammers the server after others
 * and waits for ever for some answers.
 */
export class PusherFeed implements Feed {
  readonly #address: PusherAddress;
  readonly #socket: FeedSocket;
  /** Borrowed while the connection lasts. */
  #pusher: PusherClient | undefined;

  /** Throws where the address is none. */
  constructor(address: PusherAddress, listener: FeedListener) {
    this.#address = address;
    const pusher = borrowPusher(address);
    this.#pusher = pusher;
    const closed = (loss: Loss) => {
      this.#giveBack();
      listener.closed(loss);
    };
    const isSubscribed = (channel: string) => hasSubscription(pusher, channel);
    try {
      this.#socket = connect(pusher, (url) => new FeedSocket(url, { ...listener, closed }, isSubscribed));
    } catch (error) {
      this.#giveBack();
      throw error;
    }
  }

  get gone(): Promise<void> {
    return this.#socket.gone;
  }

  subscribe(channel: string): void {
    const pusher = this.#pusher;
    if (pusher === undefined) return;
    const isPending = hasSubscription(pusher, channel);
    // Takes back a cancellation where it is pending.
    pusher.subscribe(channel);
    if (!isPending) return;
    // pusher-js waits for ever for an answer, and does not ask twice.
    pusher.send_event('pusher:unsubscribe', { channel });
    pusher.send_event('pusher:subscribe', { auth: '', channel });
  }

  unsubscribe(channel: string): void {
    this.#pusher?.unsubscribe(channel);
  }

  probe(): void {
    this.#pusher?.send_event('pusher:ping', {});
  }

  takeHeard(): boolean {
    const { heard } = this.#socket;
    this.#socket.heard = false;
    return heard;
  }

  close(): void {
    this.#socket.close();
    this.#giveBack();
  }

  #giveBack(): void {
    if (this.#pusher !== undefined) returnPusher(this.#address, this.#pusher);
    this.#pusher = undefined;
  }
}

export function pusherServer(address: PusherAddress): FeedServer {
  return { open: (listener) => new PusherFeed(address, listener) };
}

/** The Pusher app of the setting `kick.pusher`, come what may. */
export function pusherSource(address: PusherAddress): FeedSource {
  const server = pusherServer(address);
  return { server: async () => server, outdated: () => undefined };
}
