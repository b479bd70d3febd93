import type { Command } from 'commander';
import { createBot } from '../core/bot.js';
import { createLogger, loadConfiguration } from './configuration.js';
import { readNewPassword } from './read-password.js';
import { subcommand } from './subcommand.js';

export function addConsoleCommand(program: Command): void {
  const group = subcommand(
    program,
    'console',
    'Sets up the console, the pages on which accounts are connected.',
    'kickbot console password',
  );
  subcommand(
    group,
    'password',
    'Sets the password of the console, and ends every session there.',
    'kickbot console password < password.txt',
  ).action(async (_options: object, command: Command) => {
    const loaded = await loadConfiguration(command);
    const { config, directory, secretKey } = loaded;
    const bot = createBot(config, { directory, secretKey, logger: createLogger(loaded) });
    try {
      await bot.operatorPassword.set(await readNewPassword());
      process.stdout.write("The console's password is set. kickbot start serves it at /console.\n");
    } finally {
      await bot.stop();
    }
  });
}
