import {
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, extname, join } from 'node:path';
import { type LoadedConfig, loadConfig } from '../core/config/load-config.js';
import type { Config, PluginConfig } from '../core/config/schema.js';
import { entryOf } from '../core/plugins/plugin-entry.js';
import { withoutPlugin, withPlugin } from './plugin-list-text.js';

/** What a configuration means by one of its plugins: a path, a package's name or a class. */
export function sourceOf(plugin: PluginConfig) {
  return entryOf(plugin).source;
}

/** Adds a package to plugins in the configuration's file. False, and nothing changed, where a person has to. */
export async function addToPlugins(loaded: LoadedConfig, name: string): Promise<boolean> {
  return edit(loaded, (text) => withPlugin(text, name), [...loaded.config.plugins, name]);
}

/** Takes a package out of plugins in the configuration's file. False, and nothing changed, where a person has to. */
export async function removeFromPlugins(loaded: LoadedConfig, name: string): Promise<boolean> {
  const left = loaded.config.plugins.filter((plugin) => sourceOf(plugin) !== name);
  return edit(loaded, (text) => withoutPlugin(text, name), left);
}

/** The file may be a program: it is replaced only by a text that was loaded and says what was asked for. */
async function edit(
  { file, config }: LoadedConfig,
  change: (text: string) => string | undefined,
  plugins: readonly PluginConfig[],
): Promise<boolean> {
  if (file === undefined) return false;
  const text = readFileSync(file, 'utf8');
  const changed = change(text);
  if (changed === undefined || !(await says(file, changed, { ...config, plugins: [...plugins] })))
    return false;
  const target = realpathSync(file);
  const written = `${target}.new`;
  writeFileSync(written, changed, { flag: 'wx', mode: statSync(target).mode });
  renameSync(written, target);
  return true;
}

/** Whether a configuration file with this text would say just that. */
async function says(file: string, text: string, expected: Config): Promise<boolean> {
  // What a program imports starts from its folder; package.json is known by its name.
  const isProgram = /^\.[cm]?[jt]s$/.test(extname(file));
  const folder = isProgram ? dirname(realpathSync(file)) : mkdtempSync(join(tmpdir(), 'kickbot-'));
  const candidate = join(folder, isProgram ? `kickbot.config.candidate${extname(file)}` : basename(file));
  try {
    writeFileSync(candidate, text, { flag: 'wx' });
    const { config } = await loadConfig({ directory: folder, environment: process.env, file: candidate });
    return comparable(config) === comparable(expected);
  } catch {
    // It does not load: the change was none.
    return false;
  } finally {
    rmSync(isProgram ? candidate : folder, { recursive: true, force: true });
  }
}

/** Classes are others each time a file is loaded. */
function comparable(config: Config): string {
  return JSON.stringify({ ...config, log: undefined }, (_key, value: unknown) =>
    typeof value === 'function' ? `class ${value.name}` : value,
  );
}
