import type { Bot } from '../core/bot.js';
import type { Config } from '../core/config/schema.js';
import { SystemClock } from '../core/primitives/clock.js';
import { SystemRandom } from '../core/primitives/random.js';
import type { Logger } from '../core/telemetry/logger.js';
import { consoleRoutes } from './console.js';

/** The console while it is served. */
export interface ServedConsole {
  /** Where it is, such as `https://bot.example/console`. */
  readonly address: string;
  /** Resolves when the next account was connected there. */
  nextLogin(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the bot's server with the console on it. Only when there is somebody to serve: `server.publicUrl` or
 * `server.health` is set, or a password for the console is; else nothing is opened and `undefined` returned.
 *
 * Throws `server.port_in_use` or `server.cannot_listen`.
 */
export async function serveConsole(
  bot: Bot,
  { config, logger }: { readonly config: Config; readonly logger: Logger },
): Promise<ServedConsole | undefined> {
  const hasPassword = (await bot.operatorPassword.current()) !== undefined;
  const { publicUrl, health } = config.server;
  if (publicUrl === undefined && !health && !hasPassword) return undefined;
  const [clock, random] = [new SystemClock(), new SystemRandom()];
  const waiting: (() => void)[] = [];
  const onLogin = () => {
    for (const resolve of waiting.splice(0)) resolve();
  };
  const server = await bot.serve((addresses) =>
    consoleRoutes({ bot, config, addresses, clock, random, logger, onLogin }),
  );
  const address = `${server.address}/console`;
  logger.info('The console is served.', { address });
  if (!hasPassword) {
    logger.warn("Nobody can sign in to the console yet: set its password with 'kickbot console password'.");
  }
  return {
    address,
    nextLogin: () => new Promise((resolve) => waiting.push(resolve)),
    close: () => server.close(),
  };
}
