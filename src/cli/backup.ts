import { resolve } from 'node:path';
import type { Command } from 'commander';
import { backUp } from '../core/storage/backup.js';
import { loadConfiguration } from './configuration.js';
import { subcommand } from './subcommand.js';

export function addBackupCommand(program: Command): void {
  subcommand(
    program,
    'backup',
    'Writes the database to a new file; the bot may run meanwhile.',
    'kickbot backup kickbot-monday.db',
  )
    .argument('<file>', 'the file to write, which must not be there yet')
    .action(async (file: string, _options: object, command: Command) => {
      const { config, directory } = await loadConfiguration(command);
      backUp({ url: config.storage.url, directory }, resolve(file));
      process.stdout.write(`Wrote the database to ${file}.\n`);
    });
}
