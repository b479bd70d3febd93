import 'reflect-metadata';
import type { DependencyContainer, InjectionToken } from 'tsyringe';
import { Sender } from '../chat/sender.js';
import type { PluginClass } from '../config/schema.js';
import { Clock } from '../primitives/clock.js';
import { KickbotError, messageOf } from '../primitives/error.js';
import { Random } from '../primitives/random.js';
import { Logger } from '../telemetry/logger.js';
import { Http } from './http.js';
import { Kick } from './kick.js';
import { isDecorated, isForeign } from './plugin-metadata.js';
import { Store } from './store.js';

/** What every plugin can ask for in its constructor. */
export interface PluginServices {
  readonly logger: Logger;
  readonly sender: Sender;
  readonly clock: Clock;
  readonly random: Random;
  readonly store: Store;
  readonly http: Http;
  readonly kick: Kick;
}

/** A container that holds one plugin's own services and falls back on the bot's. */
export function createPluginContainer(
  parent: DependencyContainer,
  services: PluginServices,
): DependencyContainer {
  return parent
    .createChildContainer()
    .registerInstance(token(Logger), services.logger)
    .registerInstance(token(Sender), services.sender)
    .registerInstance(token(Clock), services.clock)
    .registerInstance(token(Random), services.random)
    .registerInstance(Store, services.store)
    .registerInstance(token(Http), services.http)
    .registerInstance(token(Kick), services.kick);
}

/** tsyringe takes any class as a token; its types only know those that can be constructed. */
export function token<T>(type: abstract new () => T): InjectionToken<T> {
  return type as unknown as InjectionToken<T>;
}

/**
 * Makes the plugin. Throws `plugin.not_injectable` when a constructor parameter cannot be given, and
 * `plugin.load_failed` when the constructor throws.
 */
export function constructPlugin(
  container: DependencyContainer,
  pluginClass: PluginClass,
  plugin: string,
): object {
  checkParameters(pluginClass, plugin);
  return made(container, pluginClass, plugin);
}

/** Makes another class of the plugin. Throws `plugin.not_injectable` and `plugin.load_failed` likewise. */
export function made<Instance extends object>(
  container: DependencyContainer,
  wanted: new (...parameters: never[]) => Instance,
  plugin: string,
): Instance {
  try {
    return container.resolve<Instance>(wanted as new (...parameters: unknown[]) => Instance);
  } catch (cause) {
    const unmarked = /TypeInfo not known for "(.+?)"/.exec(messageOf(cause))?.[1];
    if (unmarked !== undefined) {
      throw new KickbotError(
        'plugin.not_injectable',
        `Plugin ${plugin}: the class ${unmarked} cannot be injected. Write @injectable() above it.`,
        { cause },
      );
    }
    if (messageOf(cause).startsWith('Cannot inject the dependency')) {
      throw new KickbotError('plugin.not_injectable', `Plugin ${plugin}: ${messageOf(cause)}`, { cause });
    }
    throw new KickbotError(
      'plugin.load_failed',
      `Plugin ${plugin} failed in its constructor: ${messageOf(cause)}`,
      { cause },
    );
  }
}

/** What `emitDecoratorMetadata` writes for a type that is no class at run time. */
const notClasses: ReadonlySet<unknown> = new Set([
  undefined,
  Object,
  String,
  Number,
  Boolean,
  Array,
  Function,
]);

function checkParameters(pluginClass: PluginClass, plugin: string): void {
  const notInjectable = (sentence: string) => new KickbotError('plugin.not_injectable', sentence);
  const types: unknown = Reflect.getMetadata('design:paramtypes', pluginClass);
  if (!Array.isArray(types)) {
    const declaring = declaringClass(pluginClass);
    if (declaring.length === 0) return;
    throw notInjectable(
      declaring === pluginClass
        ? `Plugin ${plugin} was compiled without decorator metadata, so its constructor cannot be injected: compile it with tsc (tsx and esbuild drop the metadata) or let kickbot load the .ts file.`
        : `Plugin ${plugin} extends ${declaring.name}, whose constructor cannot be injected. Write @injectable() above the class ${declaring.name}.`,
    );
  }
  if (types.length > 0 && isForeign(pluginClass)) {
    throw notInjectable(
      `Plugin ${plugin} uses another copy of kickbot than this bot, so its constructor cannot be injected. Its package needs kickbot as a peer dependency; 'npm ls kickbot' shows the copies.`,
    );
  }
  const named: object = Reflect.getOwnMetadata('injectionTokens', pluginClass) ?? {};
  for (const [index, type] of types.entries()) {
    if (!notClasses.has(type) || Object.hasOwn(named, index)) continue;
    throw notInjectable(
      `Parameter ${index + 1} of the constructor of plugin ${plugin} cannot be injected: its type is no class at run time. Import a class with 'import', not 'import type'; make a value an option of the plugin.`,
    );
  }
}

/** The class whose constructor runs, as far as decorated classes tell: a class without one runs its parent's. */
function declaringClass(pluginClass: PluginClass): PluginClass {
  const parent: unknown = Object.getPrototypeOf(pluginClass);
  return pluginClass.length === 0 && isPluginClass(parent) ? declaringClass(parent) : pluginClass;
}

function isPluginClass(value: unknown): value is PluginClass {
  return typeof value === 'function' && isDecorated(value);
}
