import { z } from 'zod';
import type { PluginConfig } from '../core/config/schema.js';
import { metadataOf as entryMetadataOf } from '../core/plugins/plugin-entry.js';
import type { PluginMetadata, PluginOptions } from '../core/plugins/plugin-metadata.js';
import { optionsSchema } from '../core/plugins/plugin-options.js';
import { SystemClock } from '../core/primitives/clock.js';
import { KickbotError, messageOf } from '../core/primitives/error.js';
import { sourceOf } from './config-file.js';
import { installedPackage } from './plugin-package.js';

type Metadata = PluginMetadata & { readonly plugin: PluginOptions };

/** What one entry of plugins brings, found out without starting it. */
export interface PluginDescription {
  /** As the configuration has it. */
  readonly from: string;
  readonly name: string;
  /** Of the package it comes from; null for a file and a class of the operator's own. */
  readonly version: string | null;
  readonly commands: readonly string[];
  readonly rules: readonly string[];
  readonly events: readonly string[];
  /** When each timer goes off: a duration or a cron pattern. */
  readonly timers: readonly string[];
  readonly options: readonly string[];
  readonly scopes: readonly string[];
}

export interface BrokenPlugin {
  readonly from: string;
  readonly problem: string;
}

/** Runs the plugin's file, as every use of it does, and makes nothing of what is in it. */
export async function describePlugin(
  plugin: PluginConfig,
  directory: string,
): Promise<PluginDescription | BrokenPlugin> {
  const source = sourceOf(plugin);
  const from = typeof source === 'function' ? `class ${source.name}` : source;
  try {
    const metadata = await metadataOf(plugin, directory);
    const { name, scopes = [] } = metadata.plugin;
    return {
      from,
      name,
      version: (typeof source === 'string' && installedPackage(source, directory)?.version) || null,
      commands: metadata.commands.map(({ usage, options: { aliases = [] } }) =>
        aliases.length === 0 ? usage : `${usage} (${aliases.join(', ')})`,
      ),
      rules: metadata.rules.map((rule) => rule.name),
      events: [...new Set(metadata.listeners.map(({ event }) => event))],
      timers: metadata.timers.map(({ schedule, options: { when } }) =>
        when === undefined ? String(schedule) : `${schedule} (${when})`,
      ),
      options: Object.keys(optionsJsonSchema(metadata.plugin).properties ?? {}),
      scopes,
    };
  } catch (error) {
    return { from, problem: messageOf(error) };
  }
}

/** Throws what loading the plugin's file throws, and `plugin.not_decorated`. */
export function metadataOf(plugin: PluginConfig, directory: string): Promise<Metadata> {
  return entryMetadataOf(plugin, { directory, clock: new SystemClock() });
}

/** What may stand in a configuration, as JSON Schema (draft 2020-12). What that cannot say is left open. */
export function optionsJsonSchema(plugin: PluginOptions) {
  try {
    return z.toJSONSchema(optionsSchema(plugin), { io: 'input', unrepresentable: 'any' });
  } catch (cause) {
    throw new KickbotError(
      'plugin.invalid',
      `The options of plugin ${plugin.name} cannot be written as JSON Schema: ${messageOf(cause)}`,
      { cause },
    );
  }
}
