import { KickbotError, messageOf } from '../../primitives/error.js';
import type { Logger } from '../../telemetry/logger.js';
import type { PusherAddress } from '../pusher/pusher-library.js';
import type { FeedServer, FeedSource } from '../realtime/feed.js';
import { Broker, type BrokerOptions } from './broker.js';
import { centrifugoServer } from './centrifugo-source.js';
import { centrifugoOffer, type Offer, pusherOffer } from './credentials.js';

export interface AutoSourceOptions extends BrokerOptions {
  /** `kick.pusher`: used while the broker names nothing. Its host, port and TLS hold for the broker's apps too. */
  pusher: PusherAddress;
  pusherServer: (address: PusherAddress) => FeedServer;
  logger: Logger;
}

/** How long the broker is left alone after it named nothing. */
const pauseMs = 5 * 60_000;
/** How many connections to Centrifugo may fail in a row before Pusher is tried. */
const triesAtCentrifugo = 3;

/** The server that Kick's broker names, of either kind; while it names none that answers, the configured one. */
export class AutoSource implements FeedSource {
  readonly #options: AutoSourceOptions;
  readonly #broker: Broker<Offer>;
  /** Monotonic milliseconds. */
  #askAt = 0;
  #isFallback = false;
  /** Connections to Centrifugo that came to nothing since the last one was greeted. */
  #failures = 0;

  constructor(options: AutoSourceOptions) {
    this.#options = options;
    const { realtime } = options.endpoints;
    this.#broker = new Broker(
      options,
      new Map<string, (credentials: unknown) => Offer>([
        ['centrifugo', (credentials) => centrifugoOffer(credentials, realtime)],
        ['pusher', pusherOffer],
      ]),
    );
  }

  /** Never rejects. */
  async server(): Promise<FeedServer> {
    const { clock, logger, pusher, pusherServer } = this.#options;
    if (clock.monotonic() < this.#askAt) return pusherServer(pusher);
    try {
      const server = await this.#offered();
      if (this.#isFallback) logger.info("The realtime server that Kick's broker names is used again.");
      this.#isFallback = false;
      return server;
    } catch (error) {
      this.#askAt = clock.monotonic() + pauseMs;
      if (!this.#isFallback) {
        logger.warn(`${messageOf(error)} Meanwhile the Pusher app of the setting kick.pusher is used.`);
      }
      this.#isFallback = true;
      return pusherServer(pusher);
    }
  }

  outdated(): void {
    this.#broker.forget();
    this.#askAt = 0;
  }

  async #offered(): Promise<FeedServer> {
    const { clock, pusher, pusherServer } = this.#options;
    const offer = await this.#broker.offer();
    if (offer.provider === 'pusher') {
      return pusherServer({ ...pusher, key: offer.key, cluster: offer.cluster });
    }
    if (this.#failures >= triesAtCentrifugo) {
      this.#failures = 0;
      throw new KickbotError(
        'broker.server_unreachable',
        `No connection to ${new URL(offer.url).host}, which Kick's broker names, can be made; check that this network lets the bot reach it.`,
      );
    }
    return this.#counted(await centrifugoServer(offer.url, this.#broker, clock));
  }

  #counted(server: FeedServer): FeedServer {
    return {
      open: (listener) => {
        let isGreeted = false;
        const established = () => {
          isGreeted = true;
          this.#failures = 0;
          listener.established();
        };
        const feed = server.open({ ...listener, established });
        void feed.gone.then(() => {
          if (!isGreeted) this.#failures++;
        });
        return feed;
      },
    };
  }
}
