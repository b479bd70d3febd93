import { isDeepStrictEqual } from 'node:util';
import type { PluginConfig } from '../config/schema.js';
import { entryOf } from './plugin-entry.js';
import type { PluginChannel, PluginHost } from './plugin-host.js';
import type { FoundPlugin } from './plugin-maker.js';
import { inOrder, requiredBy } from './requirements.js';

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
    readonly old?: FoundPlugin;
    readonly found?: FoundPlugin;
  }[] = [];
  for (const plugin of plugins) {
    const sameSource = before.find(({ source }) => source === sourceOf(plugin));
    try {
      const found = await host.find(plugin);
      const sameName = before.find(({ name, source }) => name === found.name && !sources.has(source));
      const old = sameSource ?? sameName;
      wanted.push({ found, ...(old && { old }) });
    } catch (error) {
      problems.push(error);
      if (sameSource) wanted.push({ old: sameSource });
    }
  }

  const kept = new Set(wanted.map(({ old }) => old));
  for (const loaded of before.filter((plugin) => !kept.has(plugin))) {
    await host.unload(loaded.name);
    changes.unloaded.push(loaded.name);
  }
  await attempt(async () => {
    for (const found of inOrder(wanted.flatMap((each) => each.found ?? []))) {
      const old = wanted.find((each) => each.found === found)?.old;
      // It may have been unloaded with one that it requires.
      const isLoaded = old !== undefined && host.get(old.name) === old;
      const isStale = requiredBy(found).some((name) => changes.replaced.includes(name));
      if (isLoaded && isSame(old, found) && !isStale) continue;
      await attempt(async () => {
        if (isLoaded) {
          await host.replace(old.name, found);
          changes.replaced.push(found.name);
        } else changes.loaded.push(await host.loadFound(found));
      });
    }
  });
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
