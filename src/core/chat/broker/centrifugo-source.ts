import type { Clock } from '../../primitives/clock.js';
import type { Secret } from '../../primitives/secret.js';
import { CentrifugoFeed } from '../centrifugo/centrifugo-feed.js';
import type { FeedServer, FeedSource } from '../realtime/feed.js';
import { Broker, type BrokerOptions } from './broker.js';
import { type CentrifugoOffer, centrifugoOffer } from './credentials.js';

/** The Centrifugo server that Kick's broker names. */
export class CentrifugoSource implements FeedSource {
  readonly #broker: Broker<CentrifugoOffer>;
  readonly #clock: Clock;

  constructor(options: BrokerOptions) {
    const { realtime } = options.endpoints;
    this.#broker = new Broker(
      options,
      new Map([['centrifugo', (credentials) => centrifugoOffer(credentials, realtime)]]),
    );
    this.#clock = options.clock;
  }

  /** Rejects as `Broker.offer` does. */
  async server(): Promise<FeedServer> {
    const { url } = await this.#broker.offer();
    return centrifugoServer(url, this.#broker, this.#clock);
  }

  outdated(): void {
    this.#broker.forget();
  }
}

/** A server of Centrifugo, with a token for one connection. Rejects as `Broker.token` does. */
export async function centrifugoServer(
  url: string,
  broker: { token(): Promise<Secret> },
  clock: Clock,
): Promise<FeedServer> {
  const token = await broker.token();
  const freshToken = () => broker.token();
  return { open: (listener) => new CentrifugoFeed({ url, token, freshToken, clock }, listener) };
}
