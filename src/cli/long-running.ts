import { blamePlugin } from '../core/plugins/attribution.js';
import { messageOf } from '../core/primitives/error.js';
import type { Logger } from '../core/telemetry/logger.js';

export interface LongRunning {
  /** Its signal aborts as soon as the program is told to stop. */
  start(signal: AbortSignal): Promise<void>;
  /** Also called in the middle of `start`, whose failure then is no news. */
  stop(): Promise<void>;
}

/**
 * Runs `start`, waits for SIGINT, SIGTERM or SIGHUP, and runs `stop`. A second signal ends the process at once, with exit
 * code 1. Throws what `start` throws.
 *
 * An error that a plugin lost, of a timer or of a promise nobody waits for, is that plugin's alone. Of others a
 * rejection is logged and the program goes on; after what was thrown nobody knows what is still whole, so that it is
 * logged and the program stops, with exit code 1.
 */
export async function runUntilSignal(logger: Logger, { start, stop }: LongRunning): Promise<void> {
  const told = new AbortController();
  process.on('unhandledRejection', (error) => {
    if (blamePlugin(error)) return;
    logger.error(`Something failed and nobody waited for it: ${messageOf(error)}`, {
      error,
    });
  });
  const ended = Promise.race([nextSignal(), nextStrayError(logger)]).then(async () => {
    told.abort();
    void nextSignal().then(() => process.exit(1));
    logger.info('Stopping: what is queued may go out for 10 seconds. Once more stops at once.');
    await stop();
  });
  const started = start(told.signal).catch((error: unknown) => {
    if (!told.signal.aborted) throw error;
  });
  await Promise.race([started, ended]);
  await ended;
}

/** What tells a program to stop; the last when its terminal is closed. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function nextSignal(): Promise<void> {
  return new Promise((resolve) => {
    const taken = () => {
      for (const signal of signals) process.off(signal, taken);
      resolve();
    };
    for (const signal of signals) process.on(signal, taken);
  });
}

function nextStrayError(logger: Logger): Promise<void> {
  return new Promise((resolve) => {
    process.on('uncaughtException', (error) => {
      if (blamePlugin(error)) return;
      logger.error(`Something threw outside of every handler: ${messageOf(error)}`, { error });
      process.exitCode = 1;
      resolve();
    });
  });
}
