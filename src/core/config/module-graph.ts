import { readFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { dirname, extname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { runInThisContext } from 'node:vm';
import { createJiti, type Jiti } from 'jiti';
import { z } from 'zod';
import { KickbotError } from '../primitives/error.js';
import { forgetInjectable, injectables } from './injectables.js';

/** A file that is no JavaScript and no TypeScript. */
export class SourceError extends KickbotError {
  constructor(
    readonly what: string,
    readonly file: string,
    /** From 1. */
    readonly line: number,
    /** From 1. */
    readonly column: number,
  ) {
    super('source.syntax_error', `${what} (${file}:${line}:${column})`);
  }
}

/** A file that was evaluated, or is being. */
interface Module {
  readonly path: string;
  readonly source: string;
  /** The files of the graph it imports. */
  readonly imports: Set<string>;
  /** Its classes that were decorated for injection. */
  readonly injectables: object[];
  exports: unknown;
  /** Until it is evaluated. */
  evaluating?: Promise<void> | undefined;
}

/** One import from outside, with all that it brings about. */
interface Run {
  /** Known to be as they are on the disk. */
  readonly checked: Set<string>;
  readonly evicted: Map<string, Module>;
  readonly evaluated: Set<Module>;
}

type Body = (...values: unknown[]) => unknown;

const extensions = new Set(['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts', '.json']);
const parameters = 'exports, require, module, __filename, __dirname, jitiImport, jitiESMResolve';

/**
 * The modules outside of node_modules, each evaluated once, whoever imports it. When the text of one has changed by
 * the time it is imported again, it and whatever imports it are evaluated anew; where that fails, all stays as it was.
 *
 * Node itself neither replaces nor forgets an ES module. jiti resolves and compiles, and keeps decorator metadata.
 */
export class ModuleGraph {
  readonly #given: Readonly<Record<string, unknown>>;
  readonly #jiti: Jiti;
  readonly #modules = new Map<string, Module>();
  readonly #folders = new Set<string>();
  /** Injectable classes of which it is known whether they are of a module here. */
  readonly #claimed = new WeakSet<object>();
  #last: Promise<unknown> = Promise.resolve();
  #run: Run | undefined;

  /** `given` are modules by name that everyone gets as they are. */
  constructor(given: Readonly<Record<string, unknown>>) {
    this.#given = given;
    this.#jiti = createJiti(import.meta.url, {
      fsCache: false,
      interopDefault: false,
      virtualModules: { ...given },
    });
  }

  /** The folders of all files that were ever wanted. */
  get folders(): ReadonlySet<string> {
    return this.#folders;
  }

  /** Imports `specifier` as the file `from` would. Throws `SourceError`, and what the modules throw. */
  import(specifier: string, from: string): Promise<unknown> {
    const imported = this.#last.then(() => this.#import(specifier, from));
    this.#last = imported.catch(() => undefined);
    return imported;
  }

  async #import(specifier: string, from: string): Promise<unknown> {
    const run: Run = { checked: new Set(), evicted: new Map(), evaluated: new Set() };
    this.#run = run;
    try {
      const imported = await this.#importFrom(moduleAt(from, ''), specifier);
      for (const module of run.evicted.values()) module.injectables.forEach(forgetInjectable);
      return imported;
    } catch (error) {
      for (const module of run.evaluated) {
        this.#modules.delete(module.path);
        module.injectables.forEach(forgetInjectable);
      }
      for (const [path, module] of run.evicted) this.#modules.set(path, module);
      throw error;
    } finally {
      this.#run = undefined;
    }
  }

  /** What `import` is in a module. */
  async #importFrom(importer: Module, specifier: string): Promise<unknown> {
    if (Object.hasOwn(this.#given, specifier)) return this.#given[specifier];
    if (isBuiltin(specifier)) return import(specifier);
    const path = this.#resolve(importer, specifier, 'import');
    if (!isInGraph(path)) return this.#jiti.import(path).finally(() => this.#claim());
    const known = this.#known(path);
    importer.imports.add(path);
    const module = known ?? this.#open(path);
    if (known === undefined) module.evaluating = this.#evaluate(module);
    if (known === undefined || !this.#waitsFor(module, importer.path)) await module.evaluating;
    return namespaceOf(module.exports);
  }

  /** What `require` is in a module. */
  #requireFrom(importer: Module, specifier: string): unknown {
    if (Object.hasOwn(this.#given, specifier)) return this.#given[specifier];
    const node = createRequire(importer.path);
    if (isBuiltin(specifier)) return node(specifier);
    const path = this.#resolve(importer, specifier, 'require');
    if (!isInGraph(path)) return node(path);
    const known = this.#known(path);
    importer.imports.add(path);
    if (known !== undefined) return known.exports;
    const module = this.#open(path);
    try {
      this.#bodyOf(module, { async: false })();
    } catch (error) {
      this.#modules.delete(path);
      throw error;
    } finally {
      this.#claim(module);
    }
    return module.exports;
  }

  /** What was decorated since the last time is that module's own; without one it is of no module here. */
  #claim(module?: Module): void {
    for (const injectable of injectables()) {
      if (this.#claimed.has(injectable)) continue;
      this.#claimed.add(injectable);
      module?.injectables.push(injectable);
    }
  }

  #resolve(importer: Module, specifier: string, condition: 'import' | 'require'): string {
    const parentURL = pathToFileURL(importer.path).href;
    const resolved = this.#jiti.esmResolve(specifier, { parentURL, conditions: ['node', condition] });
    return resolved.startsWith('file:') ? fileURLToPath(resolved) : resolved;
  }

  async #evaluate(module: Module): Promise<void> {
    try {
      await this.#bodyOf(module, { async: true })();
    } catch (error) {
      this.#modules.delete(module.path);
      throw error;
    } finally {
      this.#claim(module);
      module.evaluating = undefined;
    }
  }

  #open(path: string): Module {
    this.#folders.add(dirname(path));
    this.#claim();
    const module = moduleAt(path, readFileSync(path, 'utf8'));
    this.#modules.set(path, module);
    this.#run?.evaluated.add(module);
    this.#run?.checked.add(path);
    return module;
  }

  #bodyOf(module: Module, { async }: { async: boolean }): () => unknown {
    const { path, source } = module;
    if (extname(path) === '.json') {
      return () => {
        module.exports = JSON.parse(source);
      };
    }
    const ts = /^\.[cm]?ts$/.test(extname(path));
    // With the lines left where they are, errors tell them right.
    const code = this.#jiti.transform({ source, filename: path, ts, async, retainLines: true });
    if (code.startsWith(failure)) throw syntaxErrorOf(code, path);
    const body: Body = runInThisContext(`(${async ? 'async ' : ''}function (${parameters}) { ${code}\n})`, {
      filename: path,
    });
    const require = Object.assign((specifier: string) => this.#requireFrom(module, specifier), {
      resolve: (specifier: string) => this.#resolve(module, specifier, 'require'),
    });
    const imported = (specifier: string) => this.#importFrom(module, specifier);
    const resolve = (specifier: string) => pathToFileURL(this.#resolve(module, specifier, 'import')).href;
    return () => body(module.exports, require, module, path, dirname(path), imported, resolve);
  }

  /** The module of that file, unless it has to be evaluated first. */
  #known(path: string): Module | undefined {
    if (this.#run) this.#check(path, this.#run);
    return this.#modules.get(path);
  }

  /** Takes out what is not any more as it was evaluated. */
  #check(path: string, run: Run): void {
    const module = this.#modules.get(path);
    if (module === undefined || run.checked.has(path)) return;
    run.checked.add(path);
    if (sourceOf(path) !== module.source) this.#evict(module, run);
    else for (const imported of module.imports) this.#check(imported, run);
  }

  #evict(module: Module, run: Run): void {
    this.#modules.delete(module.path);
    run.evicted.set(module.path, module);
    for (const other of this.#modules.values()) {
      if (other.imports.has(module.path)) this.#evict(other, run);
    }
  }

  /** Whether the module cannot go on before that file is evaluated: they import each other. */
  #waitsFor(module: Module, path: string, seen = new Set<string>()): boolean {
    if (module.path === path) return true;
    if (module.evaluating === undefined || seen.has(module.path)) return false;
    seen.add(module.path);
    return [...module.imports].some((imported) => {
      const next = this.#modules.get(imported);
      return next !== undefined && this.#waitsFor(next, path, seen);
    });
  }
}

function moduleAt(path: string, source: string): Module {
  return { path, source, imports: new Set(), injectables: [], exports: {} };
}

/** Packages stay as they were installed, and other kinds of files are for Node. */
function isInGraph(path: string): boolean {
  return extensions.has(extname(path)) && !/[\\/]node_modules[\\/]/.test(path);
}

function sourceOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It was removed, or cannot be read: whoever imports it is told so.
    return undefined;
  }
}

/** CommonJS has no default export; what it exports is that. */
function namespaceOf(exports: unknown): unknown {
  if (typeof exports === 'object' && exports !== null) {
    return '__esModule' in exports ? exports : { ...exports, default: exports };
  }
  return { default: exports };
}

/** What jiti compiles a file to that cannot be parsed. */
const failure = 'exports.__JITI_ERROR__ = ';
const Failure = z.object({ message: z.string(), line: z.number(), column: z.number() });

function syntaxErrorOf(code: string, path: string): SourceError {
  const { message, line, column } = Failure.parse(JSON.parse(code.slice(failure.length)));
  // Babel counts columns from 0.
  return new SourceError(message.trim(), path, line, column + 1);
}
