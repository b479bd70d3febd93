import type { PluginClass, PluginConfig } from '../config/schema.js';
import type { Clock } from '../primitives/clock.js';
import { KickbotError } from '../primitives/error.js';
import type { PluginMetadata, PluginOptions } from './plugin-metadata.js';
import { readPlugin } from './plugin-source.js';
import { IsolatedPlugin, type IsolatedPluginOptions } from './worker/isolated-plugin.js';

/** What `plugins` says of one plugin, in whichever form. */
export interface PluginEntry {
  readonly source: PluginClass | string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly isIsolated: boolean;
}

export function entryOf(plugin: PluginConfig): PluginEntry {
  if (Array.isArray(plugin)) return { source: plugin[0], options: plugin[1], isIsolated: false };
  if (typeof plugin !== 'object') return { source: plugin, options: {}, isIsolated: false };
  return { source: plugin.plugin, options: plugin.options ?? {}, isIsolated: plugin.isolation === 'worker' };
}

type Isolation = Omit<IsolatedPluginOptions, 'source'>;

/** Imports a plugin in a worker. Throws what that throws, and `plugin.not_isolated` for a class. */
export function isolate(source: PluginEntry['source'], isolation: Isolation): Promise<IsolatedPlugin> {
  if (typeof source === 'string') return IsolatedPlugin.start({ ...isolation, source });
  throw new KickbotError(
    'plugin.not_isolated',
    `The plugin class ${source.name} cannot be handed to a worker: name its path or its package in plugins.`,
  );
}

/** What a plugin is that belongs in a worker: imports it in one, and ends that. Throws as `isolate` does. */
export async function describeIsolated({ source }: PluginEntry, isolation: Isolation) {
  const isolated = await isolate(source, isolation);
  await isolated.stop();
  const { metadata }: { metadata: PluginMetadata & { readonly plugin: PluginOptions } } = isolated;
  return { origin: `The plugin ${source}`, metadata, pluginClass: undefined };
}

/** What a plugin says of itself. Runs its file, in a worker where it belongs in one, but does not make it. */
export async function metadataOf(
  plugin: PluginConfig,
  parts: { readonly directory: string; readonly clock: Clock },
): Promise<PluginMetadata & { readonly plugin: PluginOptions }> {
  const entry = entryOf(plugin);
  const { metadata } = entry.isIsolated
    ? await describeIsolated(entry, parts)
    : await readPlugin(entry.source, parts.directory);
  return metadata;
}
