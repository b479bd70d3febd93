import { type Command, Option } from 'commander';
import { createBot } from '../core/bot.js';
import { KickbotError } from '../core/primitives/error.js';
import { createLogger, loadConfiguration } from './configuration.js';
import { subcommand } from './subcommand.js';

export function addLogoutCommand(program: Command): void {
  subcommand(
    program,
    'logout',
    "Revokes an account's tokens and forgets the account.",
    'kickbot logout --account my-bot',
  )
    .option('--account <name>', 'the name it was logged in with', 'bot')
    .addOption(
      new Option('--type <type>', 'what it was logged in as').choices(['bot', 'channel']).default('bot'),
    )
    .action(async ({ account, type }: { account: string; type: 'bot' | 'channel' }, command: Command) => {
      const loaded = await loadConfiguration(command);
      const { config, directory, secretKey } = loaded;
      const bot = createBot(config, { directory, secretKey, logger: createLogger(loaded) });
      const id = `${type}:${account}`;
      try {
        const known = (await bot.accounts.list()).map((other) => other.id);
        if (!known.includes(id)) {
          throw new KickbotError(
            'usage.unknown_account',
            `${id} is not logged in. Name one that is with --account and --type: ${known.join(', ') || 'there is none'}.`,
          );
        }
        await bot.accounts.logout(id);
        process.stdout.write(`Logged out ${id}.\n`);
      } finally {
        await bot.stop();
      }
    });
}
