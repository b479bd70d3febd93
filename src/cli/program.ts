import { Command, Option } from 'commander';
import { version } from '../core/version.js';
import { addAccountsCommand } from './accounts.js';
import { addBackupCommand } from './backup.js';
import { addConsoleCommand } from './console.js';
import { addCreateCommand } from './create.js';
import { addDoctorCommand } from './doctor.js';
import { addLoginCommand } from './login.js';
import { addLogoutCommand } from './logout.js';
import { addPluginsCommand } from './plugins.js';
import { addSandboxCommand } from './sandbox.js';
import { addStartCommand } from './start.js';

/** The `kickbot` program: one command a file, the options they share here. */
export function createProgram(): Command {
  const program = new Command('kickbot')
    .description('A plugin-based chat bot for the streaming site Kick.')
    .version(version)
    .addOption(new Option('--config <file>', 'the configuration file; without it one is looked for here'))
    .addOption(
      new Option('--log-level <level>', 'how much to say').choices(['error', 'warn', 'info', 'debug']),
    )
    .addOption(
      new Option('--log-format <format>', 'pretty for people, json for one object a line').choices([
        'pretty',
        'json',
      ]),
    )
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(kickbot --help shows what there is)')
    .addHelpText(
      'after',
      '\nExample:\n  $ kickbot start --sandbox   a local Kick and the bot, to try it out',
    );
  addStartCommand(program);
  addLoginCommand(program);
  addLogoutCommand(program);
  addAccountsCommand(program);
  addBackupCommand(program);
  addConsoleCommand(program);
  addDoctorCommand(program);
  addSandboxCommand(program);
  addCreateCommand(program);
  addPluginsCommand(program);
  return program;
}
