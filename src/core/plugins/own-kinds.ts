import { builtInKind, builtInKindNames } from '../commands/built-in-kinds.js';
import type { KindOfArgument } from '../commands/kind-of-argument.js';
import { KickbotError } from '../primitives/error.js';
import type { CommandLookups, KindAnswer, OwnKinds } from './command-lookups.js';
import { answering, handlerOf, type PluginInstance } from './loaded-plugin.js';
import type { PluginMetadata } from './plugin-metadata.js';

/** The kinds of argument a plugin brings for its own commands. Throws `plugin.invalid` for a name that cannot be one. */
export function loadKinds(plugin: PluginInstance, kinds: PluginMetadata['argumentKinds']): OwnKinds {
  const loaded = new Map<string, KindOfArgument<CommandLookups>>();
  for (const { method, name, description } of kinds) {
    const problem = problemOf(name, loaded);
    if (problem !== undefined) {
      throw new KickbotError(
        'plugin.invalid',
        `Plugin ${plugin.name}, @ArgumentKind('${name}') above ${method}: ${problem}.`,
      );
    }
    const handler = answering(handlerOf(plugin, method, `argument kind ${name}`), answerOf);
    loaded.set(name, { description, lookUp: (word, lookups) => lookups.ask(handler, word) });
  }
  return loaded;
}

/** `null` is no value either. */
function answerOf(value: unknown): KindAnswer {
  return { value: value ?? undefined };
}

function problemOf(name: string, loaded: OwnKinds): string | undefined {
  if (!/^[\w-]+$/.test(name)) return 'a kind is named with letters, digits, _ and -';
  if (builtInKind(name)) return `kickbot has that kind; its own are ${builtInKindNames.join(', ')}`;
  return loaded.has(name) ? 'the plugin has two kinds of that name' : undefined;
}
