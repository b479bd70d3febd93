import type { Provider } from './feed/realtime-settings.js';
import type { HandshakeFault, SocketServer } from './feed/socket-server.js';
import type { HttpFault, HttpFaults } from './http/http-faults.js';
import type { WebhookFault, Webhooks } from './webhooks/deliveries.js';

/**
 * What goes wrong, on order: requests by `next`, webhooks by `webhooks`, the chat feeds by the rest: the one of
 * `provider`, or both where none is named.
 */
export class FaultSwitch {
  constructor(
    private readonly http: HttpFaults,
    private readonly feeds: Record<Provider, SocketServer>,
    private readonly deliveries: Webhooks,
  ) {}

  /**
   * Lets the next requests go wrong that fit `pattern`, a method and a path in which `*` stands for anything.
   *
   * @example sandbox.faults.next('POST /public/v1/chat', { status: 429, retryAfter: 2 });
   * @example sandbox.faults.next('* /public/*', cloudflareBlock, Infinity);
   */
  next(pattern: string, fault: HttpFault, times = 1): void {
    this.http.next(pattern, fault, times);
  }

  /**
   * From now on this goes wrong with webhooks, and nothing else: `{}` is all well, and lets go of what was held.
   *
   * @example sandbox.faults.webhooks({ delayMs: 500, copies: 2 });
   */
  webhooks(fault: WebhookFault): void {
    this.deliveries.setFault(fault);
  }

  /**
   * From now on new sockets meet this; `undefined` lets them in again.
   *
   * @throws where no close frame may carry the code.
   */
  refuseHandshakes(fault: HandshakeFault | undefined, provider?: Provider): void {
    if (typeof fault === 'object' && 'close' in fault && !isCloseCode(fault.close)) {
      throw new RangeError(
        `No socket can be closed with ${fault.close}: allowed are 1000 to 1003, 1007 to 1014 and 3000 to 4999.`,
      );
    }
    for (const feed of this.#feeds(provider)) feed.handshakeFault = fault;
  }

  /** Never answers subscriptions to these channels (all, where nothing is said), and sends them nothing. */
  ignoreSubscriptions(channels: (channel: string) => boolean = () => true, provider?: Provider): void {
    for (const feed of this.#feeds(provider)) feed.ignoresSubscription = channels;
  }

  /** Resets every socket's TCP connection, without a close frame. */
  dropSockets(provider?: Provider): void {
    for (const feed of this.#feeds(provider)) feed.drop();
  }

  /** Closes every socket with this code. */
  closeSockets(code: number, reason?: string, provider?: Provider): void {
    for (const feed of this.#feeds(provider)) feed.closeAll(code, reason);
  }

  /** Leaves every open socket half-open: nothing is read from or written to it again. */
  freezeSockets(provider?: Provider): void {
    for (const feed of this.#feeds(provider)) feed.freeze();
  }

  /** Sends a text as it is to every socket, or to those subscribed to `channel`. */
  sendRaw(text: string, channel?: string, provider?: Provider): void {
    for (const feed of this.#feeds(provider)) feed.sendRaw(text, channel);
  }

  /** Everything that comes from now on goes well. Sockets frozen before stay frozen. */
  clear(): void {
    this.http.clear();
    this.deliveries.setFault({});
    this.refuseHandshakes(undefined);
    this.ignoreSubscriptions(() => false);
  }

  #feeds(provider: Provider | undefined): SocketServer[] {
    return provider ? [this.feeds[provider]] : Object.values(this.feeds);
  }
}

/** Those of RFC 6455, section 7.4, that may be sent. */
function isCloseCode(code: number): boolean {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}
