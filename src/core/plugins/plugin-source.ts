import { isAbsolute, resolve } from 'node:path';
import { SourceError } from '../config/module-graph.js';
import { importModule } from '../config/module-loader.js';
import type { PluginClass } from '../config/schema.js';
import { KickbotError, messageOf } from '../primitives/error.js';
import { type PluginMetadata, type PluginOptions, readMetadata } from './plugin-metadata.js';

/** The class a configuration entry means, and how to speak of where it came from. */
export interface ResolvedPlugin {
  readonly pluginClass: PluginClass;
  readonly origin: string;
}

/** A class with what its decorators say. */
export interface ReadPlugin extends ResolvedPlugin {
  readonly metadata: PluginMetadata & { readonly plugin: PluginOptions };
}

/** As `resolvePlugin`; throws `plugin.not_decorated` too. */
export async function readPlugin(source: PluginClass | string, directory: string): Promise<ReadPlugin> {
  const { pluginClass, origin } = await resolvePlugin(source, directory);
  const metadata = readMetadata(pluginClass);
  if (metadata) return { pluginClass, origin, metadata };
  throw new KickbotError(
    'plugin.not_decorated',
    `${origin} is not a plugin: write @Plugin({ name: '…' }) above the class ${pluginClass.name}.`,
  );
}

/**
 * Finds the class behind a class, a path (starting from `directory`) or the name of an installed package. Throws a
 * `KickbotError` whose sentence names the file or package and what to change in it.
 */
export async function resolvePlugin(
  source: PluginClass | string,
  directory: string,
): Promise<ResolvedPlugin> {
  if (typeof source === 'function') {
    return { pluginClass: source, origin: `The class ${source.name || 'without a name'}` };
  }
  const isPath = source.startsWith('.') || isAbsolute(source);
  const target = isPath ? resolve(directory, source) : source;
  const origin = isPath ? `The plugin file ${source}` : `The plugin package ${source}`;
  const module = await importPlugin(target, directory, isPath, origin);
  const exported = defaultOf(module);
  // A CommonJS file that was compiled from TypeScript has its default export one level deeper.
  const pluginClass = isConstructor(exported) ? exported : defaultOf(exported);
  if (!isConstructor(pluginClass)) {
    throw new KickbotError(
      'plugin.no_default_export',
      `${origin} does not export a plugin class: write 'export default class' in it.`,
    );
  }
  return { pluginClass, origin };
}

function defaultOf(module: unknown): unknown {
  return typeof module === 'object' && module !== null && 'default' in module ? module.default : undefined;
}

function isConstructor(value: unknown): value is PluginClass {
  return typeof value === 'function' && Object.hasOwn(value, 'prototype');
}

async function importPlugin(
  target: string,
  directory: string,
  isPath: boolean,
  origin: string,
): Promise<unknown> {
  try {
    return await importModule(target, directory);
  } catch (cause) {
    if (isMissing(cause, target)) {
      throw new KickbotError(
        'plugin.not_found',
        isPath
          ? `${origin} does not exist: correct its path in plugins. It was looked for at ${target}.`
          : `${origin} is not installed: run 'npm install ${target}', or correct its name in plugins.`,
        { cause },
      );
    }
    if (cause instanceof SourceError) {
      const { what, file, line, column } = cause;
      throw new KickbotError(
        'plugin.syntax_error',
        `${origin} has a syntax error in ${file}, line ${line}, column ${column}: ${what}`,
        { cause },
      );
    }
    throw new KickbotError(
      'plugin.import_failed',
      `${origin} cannot be loaded: ${firstLine(messageOf(cause))}`,
      {
        cause,
      },
    );
  }
}

function isMissing(cause: unknown, target: string): boolean {
  return (
    cause instanceof Error &&
    'code' in cause &&
    (cause.code === 'MODULE_NOT_FOUND' || cause.code === 'ERR_MODULE_NOT_FOUND') &&
    // The file may be there, and something that it imports may not.
    firstLine(cause.message).includes(`'${target}'`)
  );
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}
