import type { DependencyContainer, InjectionToken } from 'tsyringe';
import { allScopes, isScope, type Scope } from '../config/scopes.js';
import { KickbotError } from '../primitives/error.js';
import type { PluginInstance } from './loaded-plugin.js';
import type { PluginOptions } from './plugin-metadata.js';

/** As far as `exports` and `requires` go. */
export interface Requiring {
  readonly name: string;
  readonly metadata: { readonly plugin: PluginOptions };
}

export function requiredBy({ metadata }: Requiring): readonly string[] {
  return metadata.plugin.requires ?? [];
}

/**
 * The plugins, each after those it requires and otherwise as they come. Throws `plugin.requires_circle` where some of
 * them wait for each other. What is required and not among them is for others to miss.
 */
export function inOrder<Found extends Requiring>(plugins: readonly Found[]): readonly Found[] {
  const byName = new Map(plugins.map((plugin) => [plugin.name, plugin]));
  const ordered = new Set<Found>();
  const visit = (plugin: Found, path: readonly string[]) => {
    if (ordered.has(plugin)) return;
    if (path.includes(plugin.name)) throw circle([...path.slice(path.indexOf(plugin.name)), plugin.name]);
    for (const name of requiredBy(plugin)) {
      const required = byName.get(name);
      if (required !== undefined) visit(required, [...path, plugin.name]);
    }
    ordered.add(plugin);
  };
  for (const plugin of plugins) visit(plugin, []);
  return [...ordered];
}

function circle([first, ...others]: readonly string[]): KickbotError {
  return new KickbotError(
    'plugin.requires_circle',
    `Plugin ${first} requires ${others.join(', which requires ')}: none of them can be loaded first. Take one of these out of 'requires'.`,
  );
}

/** A plugin is left out, and the others are loaded. */
export class MissingScopeError extends KickbotError {
  constructor(
    readonly plugin: string,
    problem: string,
  ) {
    super('plugin.scope_missing', `Plugin ${plugin} is off: ${problem}`);
  }
}

/** Throws a `MissingScopeError` where one of the plugin's scopes was not granted, and `plugin.invalid`. */
export function checkScopes(
  { name, metadata }: Requiring,
  problemOf: ((scope: Scope) => string | undefined) | undefined,
): void {
  for (const scope of metadata.plugin.scopes ?? []) {
    if (!isScope(scope)) {
      throw new KickbotError(
        'plugin.invalid',
        `Plugin ${name}: Kick has no scope '${scope}'. Its scopes are ${allScopes.join(', ')}.`,
      );
    }
    const problem = problemOf?.(scope);
    if (problem !== undefined) throw new MissingScopeError(name, problem);
  }
}

/**
 * Throws `plugin.requires_missing` for a plugin that requires one which is not loaded, and a `MissingScopeError` where
 * that is off.
 */
export function checkRequired(
  plugin: Requiring,
  { loaded, off }: { loaded: ReadonlyMap<string, unknown>; off: ReadonlySet<string> },
): void {
  for (const name of requiredBy(plugin)) {
    if (loaded.has(name)) continue;
    if (off.has(name)) throw new MissingScopeError(plugin.name, `it requires ${name}, which is off, too.`);
    throw new KickbotError(
      'plugin.requires_missing',
      `Plugin ${plugin.name} requires the plugin ${name}, which is not loaded: add it to plugins.`,
    );
  }
}

/** A plugin that is loaded, and makes its services. */
export interface Exporting extends Requiring {
  readonly plugin?: Pick<PluginInstance, 'make'>;
}

/** Has a plugin's container make its own services once, and take those of the plugins it requires from them. */
export function shareServices(
  plugin: Requiring,
  container: DependencyContainer,
  loaded: Iterable<Exporting>,
): void {
  const own = new Set(exportsOf(plugin));
  for (const service of own) container.registerSingleton(service);
  const factories = new Map<InjectionToken<object>, () => object>();
  for (const other of loaded) {
    const isRequired = requiredBy(plugin).includes(other.name);
    for (const service of exportsOf(other)) {
      if (own.has(service)) continue;
      if (isRequired && other.plugin) {
        const { make } = other.plugin;
        factories.set(service, () => make(service));
      } else if (!factories.has(service)) {
        // A copy of its own, which knows nothing of the other's, would only look like it.
        factories.set(service, () => {
          throw notRequired(plugin.name, other.name, service.name);
        });
      }
    }
  }
  for (const [service, useFactory] of factories) container.register(service, { useFactory });
}

/** tsyringe takes any class; its types only know those whose parameters are `any`. */
function exportsOf({ metadata }: Requiring) {
  return (metadata.plugin.exports ?? []) as readonly (new (
    ...parameters: unknown[]
  ) => object)[];
}

function notRequired(plugin: string, other: string, service: string): KickbotError {
  return new KickbotError(
    'plugin.not_injectable',
    `${service} belongs to the plugin ${other}: write @Plugin({ name: '${plugin}', requires: ['${other}'] }).`,
  );
}
