import { resolve } from 'node:path';
import { ModuleGraph } from './module-graph.js';

/** One for the process, as Node's own: whoever imports a module shares it. */
let graph: ModuleGraph | undefined;

/**
 * Imports a JavaScript or TypeScript file, or a package. Its `import … from 'kickbot'` reaches this running copy, so
 * that classes are the same on both sides. A file that was imported before is evaluated again when it, or something
 * that it imports, has changed since.
 *
 * A package's name is looked up from `directory`. Throws whatever the file throws, and `SourceError`.
 */
export async function importModule(path: string, directory = '.'): Promise<unknown> {
  graph ??= new ModuleGraph({ kickbot: await import('kickbot') });
  return graph.import(path, resolve(directory, 'kickbot.config'));
}

/** The folders of all files that were ever imported from outside node_modules, also by one another. */
export function importedFolders(): ReadonlySet<string> {
  return graph?.folders ?? new Set();
}
