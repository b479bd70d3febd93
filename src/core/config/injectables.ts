import { createRequire } from 'node:module';
import { z } from 'zod';

const tsyringe: unknown = createRequire(import.meta.url)('tsyringe/dist/cjs/dependency-container.js');
const { typeInfo, instance } = z
  .object({
    typeInfo: z.instanceof(Map<object, unknown>),
    instance: z.object({ _registry: z.object({ _registryMap: z.instanceof(Map<unknown, unknown>) }) }),
  })
  .parse(tsyringe);

/** The classes that were decorated for injection, in the order of that. */
export function injectables(): Iterable<object> {
  return typeInfo.keys();
}

/**
 * Lets go of a class that is not going to be made any more. tsyringe keeps all it ever saw, and each keeps the whole
 * module it stands in; it has no door for this, so that `test/core/plugins/plugin-reload.test.ts` watches it.
 */
export function forgetInjectable(injectable: object): void {
  typeInfo.delete(injectable);
  instance._registry._registryMap.delete(injectable);
}
