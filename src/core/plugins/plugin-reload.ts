import { isDeepStrictEqual } from 'node:util';
import type { PluginConfig } from '../config/schema.js';
import { entryOf } from './plugin-entry.js';
import type { PluginChannel, PluginHost } from './plugin-host.js';
import type { FoundPlugin } from './plugin-maker.js';

/** What another configuration came to. */
export interface PluginChanges {
  readonly loaded: readonly string[];
  readonly replaced: readonly string[];
  readonly unloaded: readonly string[];
  /** Why something is not as that configuration has it. A plugin that was loaded before goes on as it was. */
  readonly problems: readonly unknown[];
}

/**
 * Loads, unloads and replaces what another configuration has differently, classes included whose file was edited.
 * Everything else goes on. Never rejects.
 */
export async function reloadPlugins(
  host: PluginHost,
  plugins: readonly PluginConfig[],
  channels: readonly PluginChannel[],
): Promise<PluginChanges> {
  const changes = { loaded: [] as string[], replaced: [] as string[], unloaded: [] as string[] };
  const problems: unknown[] = [];
  const attempt = async (change: () => Promise<void>) => change().catch((error) => void problems.push(error));

  host.channels = channels;
  const sources = new Set(plugins.map(sourceOf));
  const before = host.loaded.flatMap((name) => host.get(name) ?? []);
  const wanted: {
    readonly plugin: PluginConfig;
    readonly old?: FoundPlugin;
    readonly found?: FoundPlugin;
  }[] = [];
  for (const plugin of plugins) {
    const sameSource = before.find(({ source }) => source === sourceOf(plugin));
    try {
      const found = await host.find(plugin);
      const sameName = before.find(({ name, source }) => name === found.name && !sources.has(source));
      const old = sameSource ?? sameName;
      wanted.push({ plugin, found, ...(old && { old }) });
    } catch (error) {
      problems.push(error);
      if (sameSource) wanted.push({ plugin, old: sameSource });
    }
  }

  const kept = new Set(wanted.map(({ old }) => old));
  for (const loaded of before.filter((plugin) => !kept.has(plugin))) {
    await host.unload(loaded.name);
    changes.unloaded.push(loaded.name);
  }
  for (const { plugin, old, found } of wanted) {
    if (found === undefined || (old && isSame(old, found))) continue;
    await attempt(async () => {
      if (old === undefined) changes.loaded.push(await host.load(plugin));
      else {
        await host.replace(old.name, found);
        changes.replaced.push(found.name);
      }
    });
  }
  host.order(wanted.flatMap(({ old, found }) => [found?.name ?? [], old?.name ?? []].flat()));
  await attempt(async () => host.checkChannelOptions());
  return { ...changes, problems };
}

function sourceOf(plugin: PluginConfig): FoundPlugin['source'] {
  return entryOf(plugin).source;
}

function isSame(old: FoundPlugin, found: FoundPlugin): boolean {
  return (
    // Whether what is in a worker was edited is not known here.
    old.pluginClass !== undefined &&
    old.pluginClass === found.pluginClass &&
    isDeepStrictEqual(old.given, found.given) &&
    isDeepStrictEqual(old.channelOptions, found.channelOptions)
  );
}
