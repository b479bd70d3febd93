import { Hono } from 'hono';
import { type RunningParts, readinessOf, readingsOf } from './bot-health.js';
import type { Config } from './config/schema.js';
import type { Clock } from './primitives/clock.js';
import type { Addresses } from './server/addresses.js';
import { healthRoutes } from './server/health-routes.js';
import { PublicServer, type ServerEnvironment, webhookPath } from './server/public-server.js';
import type { Logger } from './telemetry/logger.js';
import { Metrics } from './telemetry/metrics.js';

/** The bot's HTTP server while it listens. */
export interface Served {
  /** Where people and Kick reach it, `https://bot.example`; no slash at its end. */
  readonly address: string;
  close(): Promise<void>;
}

export interface BotServerParts {
  readonly config: Config['server'];
  readonly clock: Clock;
  readonly logger: Logger;
  /** The bot's parts while it runs: the server may be there before and after. */
  running(): RunningParts | undefined;
}

/** The bot's own addresses on the HTTP server: health, metrics and webhooks. */
export class BotServer {
  #server: PublicServer | undefined;
  /** Made when it is first served: Node's own metrics are observed from then on. */
  #metrics: Metrics | undefined;

  constructor(private readonly parts: BotServerParts) {}

  /** Where Kick's webhooks come to; undefined while nothing listens. */
  get webhookAddress(): string | undefined {
    return this.#server && this.#server.addresses.publicOrigin + webhookPath;
  }

  /** Throws `server.port_in_use` or `server.cannot_listen`. */
  async open(more?: (addresses: Addresses) => Hono<ServerEnvironment>): Promise<Served> {
    const server = await PublicServer.open(this.parts.config, this.parts, (addresses) => {
      const routes = new Hono<ServerEnvironment>().route('/', this.#routes());
      return more === undefined ? routes : routes.route('/', more(addresses));
    });
    this.#server = server;
    return {
      address: server.addresses.publicOrigin,
      close: async () => {
        this.#server = undefined;
        await server.close();
      },
    };
  }

  #routes(): Hono<ServerEnvironment> {
    const { running } = this.parts;
    this.#metrics ??= new Metrics(() => readingsOf(running()));
    const routes = healthRoutes({ readiness: () => readinessOf(running()), metrics: this.#metrics });
    routes.all(webhookPath, (c) => {
      const webhook = running()?.webhook;
      if (webhook !== undefined) return webhook.routes().fetch(c.req.raw, c.env);
      return c.text('Webhooks are not taken now.', 503, { 'retry-after': '10' });
    });
    return routes;
  }
}
