import { once } from 'node:events';
import { type Command, Option } from 'commander';
import { type ServedConsole, serveConsole } from '../console/serve-console.js';
import { type Bot, createBot } from '../core/bot.js';
import type { LoadedConfig } from '../core/config/load-config.js';
import { KickbotError } from '../core/primitives/error.js';
import type { Logger } from '../core/telemetry/logger.js';
import { createLogger, loadConfiguration } from './configuration.js';
import { runUntilSignal } from './long-running.js';
import { startInSandbox } from './start-in-sandbox.js';
import { subcommand } from './subcommand.js';
import { type Watching, watchFiles } from './watch.js';

interface StartOptions {
  sandbox?: 'always' | 'unconfigured';
  audience: boolean;
  watch?: boolean;
}

export function addStartCommand(program: Command): void {
  subcommand(program, 'start', 'Runs the bot until it is told to stop.', 'kickbot start --sandbox')
    .addOption(
      new Option(
        '--sandbox [when]',
        'with a local Kick in the same process: always, or only while no channel is configured',
      )
        .choices(['always', 'unconfigured'])
        .preset('always'),
    )
    .option('--no-audience', 'leave the scripted viewers out of the sandbox')
    .option('--watch', 'take over plugins and configuration when they are saved')
    .action(async (options: StartOptions, command: Command) => {
      const loaded = await loadConfiguration(command);
      const logger = createLogger(loaded);
      const load = options.watch === true ? () => loadConfiguration(command) : undefined;
      const isUnconfigured = loaded.config.channels.length === 0;
      if (options.sandbox === 'always' || (options.sandbox === 'unconfigured' && isUnconfigured)) {
        await startInSandbox(loaded, logger, { audience: options.audience, ...(load && { load }) });
      } else {
        await start(loaded, logger, load);
      }
    });
}

/** With `load` it watches for changes, and loads the configuration anew when there are some. */
async function start(
  loaded: LoadedConfig,
  logger: Logger,
  load: (() => Promise<LoadedConfig>) | undefined,
): Promise<void> {
  const { config, directory, secretKey } = loaded;
  if (config.channels.length === 0) {
    throw new KickbotError(
      'config.no_channels',
      "No channel is configured: add its slug to channels in kickbot.config.ts, or try 'kickbot start --sandbox'.",
    );
  }
  const bot = createBot(config, { directory, secretKey, logger });
  let served: ServedConsole | undefined;
  let watching: Watching | undefined;
  await runUntilSignal(logger, {
    async start(signal) {
      try {
        served = await serveConsole(bot, { config, logger });
        await startBot(bot, { served, logger, signal });
        if (load && !signal.aborted) watching = watchFiles({ bot, loaded, load, logger });
      } catch (error) {
        await served?.close();
        await bot.stop({ drainMs: 0 });
        throw error;
      }
    },
    async stop() {
      await watching?.close();
      await served?.close();
      await bot.stop();
    },
  });
}

/** Starts the bot. Where a login is needed and the console is there for it, waits for one and starts again. */
async function startBot(
  bot: Bot,
  { served, logger, signal }: { served: ServedConsole | undefined; logger: Logger; signal: AbortSignal },
): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const nextLogin = served?.nextLogin();
    try {
      return await bot.start();
    } catch (error) {
      const needsLogin = error instanceof KickbotError && error.code === 'auth.login_needed';
      if (!needsLogin || served === undefined) throw error;
      logger.error(`${error.message} Or connect it at ${served.address}, and the bot starts.`);
      await Promise.race([nextLogin, once(signal, 'abort')]);
    }
  }
}
