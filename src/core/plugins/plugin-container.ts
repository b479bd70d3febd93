import 'reflect-metadata';
import type { DependencyContainer, InjectionToken } from 'tsyringe';
import { Sender } from '../chat/sender.js';
import type { PluginClass } from '../config/schema.js';
import { Clock } from '../primitives/clock.js';
import { KickbotError, messageOf } from '../primitives/error.js';
import { Random } from '../primitives/random.js';
import { Logger } from '../telemetry/logger.js';

/** What every plugin can ask for in its constructor. */
export interface PluginServices {
  readonly logger: Logger;
  readonly sender: Sender;
  readonly clock: Clock;
  readonly random: Random;
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
    .registerInstance(token(Random), services.random);
}

/** tsyringe takes any class as a token; its types only know those that can be constructed. */
function token<T>(type: abstract new () => T): InjectionToken<T> {
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
  try {
    return container.resolve<object>(pluginClass as new (...parameters: unknown[]) => object);
  } catch (cause) {
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
  const types: unknown = Reflect.getMetadata('design:paramtypes', pluginClass);
  if (!Array.isArray(types)) {
    if (pluginClass.length === 0) return;
    throw new KickbotError(
      'plugin.not_injectable',
      `Plugin ${plugin} was compiled without decorator metadata, so its constructor cannot be injected: compile it with tsc (tsx and esbuild drop the metadata) or let kickbot load the .ts file.`,
    );
  }
  const named: object = Reflect.getOwnMetadata('injectionTokens', pluginClass) ?? {};
  for (const [index, type] of types.entries()) {
    if (!notClasses.has(type) || Object.hasOwn(named, index)) continue;
    throw new KickbotError(
      'plugin.not_injectable',
      `Parameter ${index + 1} of the constructor of plugin ${plugin} cannot be injected: its type is no class at run time. Import the class with 'import', not 'import type'.`,
    );
  }
}
