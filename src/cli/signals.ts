import type { Logger } from '../core/telemetry/logger.js';

/**
 * Waits for SIGINT or SIGTERM, then runs `stop`. A second signal ends the process at once, with exit code 1.
 */
export async function stopOnSignal(logger: Logger, stop: () => Promise<void>): Promise<void> {
  await nextSignal();
  logger.info('Stopping: what is queued may go out for 10 seconds. Once more stops at once.');
  void nextSignal().then(() => process.exit(1));
  await stop();
}

function nextSignal(): Promise<void> {
  return new Promise((resolve) => {
    const taken = () => {
      process.off('SIGINT', taken).off('SIGTERM', taken);
      resolve();
    };
    process.on('SIGINT', taken).on('SIGTERM', taken);
  });
}
