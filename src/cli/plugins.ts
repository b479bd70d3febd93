import { existsSync } from 'node:fs';
import { basename, isAbsolute, join } from 'node:path';
import type { Command } from 'commander';
import type { LoadedConfig } from '../core/config/load-config.js';
import type { PluginOptions } from '../core/plugins/plugin-metadata.js';
import { KickbotError } from '../core/primitives/error.js';
import { addToPlugins, removeFromPlugins, sourceOf } from './config-file.js';
import { loadConfiguration } from './configuration.js';
import { confirm } from './confirm.js';
import { npm } from './npm.js';
import {
  type BrokenPlugin,
  describePlugin,
  metadataOf,
  optionsJsonSchema,
  type PluginDescription,
} from './plugin-descriptions.js';
import {
  askRegistry,
  describePackage,
  installedPackage,
  type PluginPackage,
  parseWanted,
} from './plugin-package.js';
import { subcommand } from './subcommand.js';
import { paint } from './terminal.js';

export function addPluginsCommand(program: Command): void {
  const group = subcommand(program, 'plugins', 'Shows, adds and removes plugins.', 'kickbot plugins list');
  subcommand(
    group,
    'list',
    'Shows the configured plugins and what each brings.',
    'kickbot plugins list',
  ).action(async (_options: object, command: Command) => list(await loadConfiguration(command)));
  subcommand(
    group,
    'info',
    'Shows what is known of a package: the installed one, or else the one in the registry.',
    'kickbot plugins info kickbot-plugin-dice',
  )
    .argument('<name>', 'a package; with a version, name@1.2.0, the registry is asked')
    .action(async (name: string, _options: object, command: Command) =>
      info(name, await loadConfiguration(command)),
    );
  subcommand(
    group,
    'add',
    'Installs a plugin from npm, after showing what it is and asking, and configures it.',
    'kickbot plugins add kickbot-plugin-dice',
  )
    .argument('<name>', 'a package, perhaps with a version: name@1.2.0')
    .option('--yes', 'do not ask')
    .action(async (name: string, { yes = false }: { yes?: boolean }, command: Command) =>
      add(name, yes, await loadConfiguration(command)),
    );
  subcommand(
    group,
    'remove',
    'Takes a package out of the configuration and uninstalls it.',
    'kickbot plugins remove kickbot-plugin-dice',
  )
    .argument('<name>', 'the package')
    .action(async (name: string, _options: object, command: Command) =>
      remove(name, await loadConfiguration(command)),
    );
  subcommand(group, 'schema', "Prints the JSON Schema of a plugin's options.", 'kickbot plugins schema dice')
    .argument('<name>', "a configured plugin's name, a package or a path")
    .action(async (name: string, _options: object, command: Command) => {
      const plugin = await findPlugin(name, await loadConfiguration(command));
      process.stdout.write(`${JSON.stringify(optionsJsonSchema(plugin), null, 2)}\n`);
    });
}

async function list({ config, directory }: LoadedConfig): Promise<void> {
  const plugins = await Promise.all(config.plugins.map((plugin) => describePlugin(plugin, directory)));
  process.stdout.write(
    config.log.format === 'json'
      ? `${JSON.stringify(plugins)}\n`
      : plugins.map(asText).join('') || 'No plugin is configured.\n',
  );
  if (plugins.some(isBroken)) process.exitCode = 1;
}

const isBroken = (plugin: PluginDescription | BrokenPlugin): plugin is BrokenPlugin => 'problem' in plugin;

function asText(plugin: PluginDescription | BrokenPlugin): string {
  if (isBroken(plugin)) return `${paint(process.stdout, 'red', '✗')} ${plugin.problem}\n`;
  const { name, version, from, scopes, ...brought } = plugin;
  const rows = Object.entries({ ...brought, scopes }).filter(([, found]) => found.length > 0);
  return [
    `${paint(process.stdout, 'bold', name)}${version === null ? '' : ` ${version}`} (${from})`,
    ...rows.map(([what, found]) => `  ${what.padEnd(8)}  ${found.join(', ')}`),
    '',
  ].join('\n');
}

async function info(text: string, { config, directory }: LoadedConfig): Promise<void> {
  const { name, range } = parseWanted(text);
  const installed = range === undefined ? installedPackage(name, directory) : undefined;
  const plugin = installed ?? (await askRegistry(text, directory));
  process.stdout.write(
    config.log.format === 'json' ? `${JSON.stringify(plugin)}\n` : describePackage(plugin),
  );
}

async function add(text: string, isAgreed: boolean, loaded: LoadedConfig): Promise<void> {
  const { config, directory } = loaded;
  parseWanted(text);
  checkPackageJson(directory);
  const plugin = await askRegistry(text, directory);
  process.stdout.write(describePackage(plugin));
  const { name, version } = plugin;
  if (!isAgreed) await askWhether(`Install ${name} ${version}?`);
  const before = installedPackage(name, directory);
  await install(`${name}@${version}`, directory);
  try {
    await checkInstalled(plugin, loaded);
  } catch (error) {
    await (before ? install(`${name}@${before.version}`, directory) : uninstall(name, directory));
    throw error;
  }
  process.stdout.write(`Installed ${name} ${version}.\n`);
  if (config.plugins.some((entry) => sourceOf(entry) === name)) return;
  const isAdded = await addToPlugins(loaded, name);
  const file = loaded.file === undefined ? 'kickbot.config.ts' : basename(loaded.file);
  process.stdout.write(
    isAdded ? `Added it to plugins in ${file}.\n` : `Now add it to plugins in ${file}:\n  '${name}',\n`,
  );
}

async function askWhether(question: string): Promise<void> {
  if (!process.stdin.isTTY) {
    throw new KickbotError(
      'usage.unconfirmed',
      'Nothing was installed, for there is no terminal to ask on: look at what it is, then say --yes.',
    );
  }
  if (!(await confirm(question))) throw new KickbotError('usage.cancelled', 'Nothing was installed.');
}

/** Loads it, now that somebody agreed to that; it may want no scope that was not among those they were shown. */
async function checkInstalled(
  { name, scopes }: PluginPackage,
  { config, directory }: LoadedConfig,
): Promise<void> {
  const { plugin } = await metadataOf(name, directory);
  const known = new Set<string>([...scopes, ...config.kick.scopes.bot, ...config.kick.scopes.channel]);
  const untold = (plugin.scopes ?? []).filter((scope) => !known.has(scope));
  if (untold.length === 0) return;
  throw new KickbotError(
    'plugin.scopes_untold',
    `${name} was not kept, for it wants ${untold.join(' ')} and its package.json does not say so: its author has to list that under "kickbot-plugin", "scopes".`,
  );
}

async function remove(text: string, loaded: LoadedConfig): Promise<void> {
  const { config, directory, file } = loaded;
  const { name } = parseWanted(text);
  const isConfigured = config.plugins.some((plugin) => sourceOf(plugin) === name);
  const isInstalled = installedPackage(name, directory) !== undefined;
  if (!isConfigured && !isInstalled) {
    throw new KickbotError('usage.unknown_plugin', `${name} is neither configured nor installed.`);
  }
  if (isInstalled) checkPackageJson(directory);
  if (isConfigured) {
    const place = file === undefined ? 'the configuration' : basename(file);
    if (!(await removeFromPlugins(loaded, name))) {
      throw new KickbotError(
        'config.not_editable',
        `Take '${name}' out of plugins in ${place} yourself, which is not plain enough for a program to edit; then run this again.`,
      );
    }
    process.stdout.write(`Took ${name} out of plugins in ${place}.\n`);
  }
  if (!isInstalled) return;
  await uninstall(name, directory);
  process.stdout.write(`Uninstalled ${name}.\n`);
}

const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--'];
const install = (wanted: string, directory: string) => npm(['install', ...quiet, wanted], directory);
const uninstall = (name: string, directory: string) => npm(['uninstall', ...quiet, name], directory);

/** Without one npm would look for one further up, and change that. */
function checkPackageJson(directory: string): void {
  if (existsSync(join(directory, 'package.json'))) return;
  throw new KickbotError(
    'usage.no_package_json',
    `There is no package.json in ${directory}, where plugins are installed: run 'npm init -y' there.`,
  );
}

async function findPlugin(name: string, { config, directory }: LoadedConfig): Promise<PluginOptions> {
  if (name.startsWith('.') || isAbsolute(name)) return (await metadataOf(name, process.cwd())).plugin;
  const names: string[] = [];
  for (const plugin of config.plugins) {
    const source = sourceOf(plugin);
    // One that does not load is not the one that was asked for, unless it was asked for by its package.
    const metadata = await metadataOf(plugin, directory).catch((error: unknown) => {
      if (source === name) throw error;
    });
    if (!metadata) continue;
    if (source === name || metadata.plugin.name === name) return metadata.plugin;
    names.push(metadata.plugin.name);
  }
  if (parseWanted(name).range === undefined && installedPackage(name, directory)) {
    return (await metadataOf(name, directory)).plugin;
  }
  throw new KickbotError(
    'usage.unknown_plugin',
    `No plugin ${name} is configured or installed. Configured: ${names.join(', ') || 'none'}.`,
  );
}
