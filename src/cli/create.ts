import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { KickbotError, messageOf } from '../core/primitives/error.js';
import { subcommand } from './subcommand.js';
import { botFiles } from './templates/bot.js';
import { packageNameOf, pluginFiles } from './templates/plugin.js';

export function addCreateCommand(program: Command): void {
  const group = subcommand(
    program,
    'create',
    'Makes a folder with a bot or a plugin to begin with.',
    'kickbot create bot my-bot',
  );
  subcommand(
    group,
    'bot',
    'Makes a bot: a configuration, a plugin and its test.',
    'kickbot create bot my-bot',
  )
    .argument('<name>', 'what the folder and its package are called', botName)
    .action((name: string) => {
      const folder = resolve(name);
      write(folder, botFiles(name, folder));
      tellNext(name, '!hello');
    });
  subcommand(
    group,
    'plugin',
    'Makes a plugin that is a package of its own, ready to publish.',
    'kickbot create plugin dice',
  )
    .argument('<name>', 'what the plugin is called; its package is kickbot-plugin-<name>', pluginName)
    .action((name: string) => {
      const folder = resolve(packageNameOf(name));
      write(folder, pluginFiles(name, folder));
      tellNext(packageNameOf(name), `!${name}`);
    });
}

/** Stands in code, in JSON and in paths, so it has nothing that any of them would read otherwise. */
const plainName = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

function checkedName(text: string): string {
  if (text.length <= 100 && plainName.test(text)) return text;
  throw new InvalidArgumentError(
    'Allowed: small letters, digits and dashes between them, beginning with a letter, at most 100.',
  );
}

/** A package cannot depend on one of its own name. */
function botName(text: string): string {
  if (!['kickbot', 'typescript', 'vitest'].includes(text)) return checkedName(text);
  throw new InvalidArgumentError(`A bot needs the package ${text}, so it cannot have that name itself.`);
}

function pluginName(text: string): string {
  return checkedName(text.replace(/^kickbot-plugin-/, ''));
}

/** Throws `usage.folder_taken`, and `usage.folder_refused` when the system does not let the folder be made. */
function write(folder: string, files: Readonly<Record<string, string>>): void {
  try {
    mkdirSync(folder, { recursive: true });
    if (readdirSync(folder).length > 0) {
      throw new KickbotError(
        'usage.folder_taken',
        `${folder} is not empty: take another name, or empty the folder.`,
      );
    }
    for (const [path, content] of Object.entries(files)) {
      const file = join(folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content, { flag: 'wx' });
    }
  } catch (cause) {
    if (cause instanceof KickbotError) throw cause;
    throw new KickbotError(
      'usage.folder_refused',
      `${folder} cannot be written: ${messageOf(cause)}. Take another name, or another folder to start in.`,
      { cause },
    );
  }
}

function tellNext(folder: string, command: string): void {
  process.stdout.write(
    `Made ${folder}. Next:\n  cd ${folder} && npm install\n  npm start   (then type ${command} on the page it names)\n`,
  );
}
