import { createJiti } from 'jiti';

/**
 * Imports a JavaScript or TypeScript file. TypeScript goes through jiti, which keeps decorator metadata, and its
 * `import … from 'kickbot'` reaches this running copy, so that classes are the same on both sides.
 *
 * Throws whatever the file throws, or the parser's error with file and line.
 */
export async function importModule(path: string): Promise<unknown> {
  const jiti = createJiti(import.meta.url, {
    fsCache: false,
    moduleCache: false,
    interopDefault: false,
    virtualModules: { kickbot: await import('kickbot') },
  });
  return jiti.import(path);
}
