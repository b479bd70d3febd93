import { resolve } from 'node:path';
import { createJiti } from 'jiti';

/**
 * Imports a JavaScript or TypeScript file. TypeScript goes through jiti, which keeps decorator metadata, and its
 * `import … from 'kickbot'` reaches this running copy, so that classes are the same on both sides.
 *
 * A package's name is looked up from `directory`. Throws whatever the file throws, or the parser's error with file
 * and line.
 */
export async function importModule(path: string, directory?: string): Promise<unknown> {
  const jiti = createJiti(directory === undefined ? import.meta.url : resolve(directory, 'kickbot.config'), {
    fsCache: false,
    moduleCache: false,
    interopDefault: false,
    virtualModules: { kickbot: await import('kickbot') },
  });
  return jiti.import(path);
}
