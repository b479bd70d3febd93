import { accessSync, constants, existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { cosmiconfig } from 'cosmiconfig';
import { KickbotError, messageOf } from '../primitives/error.js';
import { Secret } from '../primitives/secret.js';
import { type Environment, environmentKeys } from './environment.js';
import { importModule } from './module-loader.js';
import { ConfigError, problemsOf } from './problems.js';
import { type Config, configSchema } from './schema.js';

export interface LoadConfigOptions {
  /** Where to look for a file, and where paths in it start when there is none. */
  directory: string;
  environment: Environment;
  /** A file to use instead of looking for one. */
  file?: string;
  /** What the command line says, by key: `{ 'log.level': { option: '--log-level', value: 'debug' } }`. It wins. */
  options?: Readonly<Record<string, { readonly option: string; readonly value: unknown }>>;
}

export interface LoadedConfig {
  readonly config: Config;
  /** The file that was read; undefined when there is none. */
  readonly file: string | undefined;
  /** The folder paths in the configuration start from: the file's own. */
  readonly directory: string;
  /** Seals tokens; from `KICKBOT_SECRET_KEY`. */
  readonly secretKey: Secret | undefined;
  /** Where the value of a key such as `kick.clientId` came from, as a person would say it. */
  sourceOf(key: string): string;
}

const searchPlaces = [
  ...['ts', 'mts', 'js', 'mjs', 'json'].map((extension) => `kickbot.config.${extension}`),
  '.kickbotrc',
  ...['json', 'yaml', 'yml', 'ts', 'mts', 'js', 'mjs'].map((extension) => `.kickbotrc.${extension}`),
  'package.json',
];

/**
 * Finds, reads and checks the configuration. The command line wins over the environment, the environment over the
 * file, the file over the defaults.
 *
 * Throws `ConfigError` with every problem at once, `config.not_found` when the named file does not exist, and
 * `config.unreadable` when the file cannot be parsed.
 */
export async function loadConfig({
  directory,
  environment,
  file,
  options = {},
}: LoadConfigOptions): Promise<LoadedConfig> {
  const found = (await readFile(directory, file)) ?? undefined;
  const fileName = found && basename(found.filepath);
  const sources = new Map<string, string>();
  const input = copyOf(found?.config ?? {}, fileName);

  for (const { variable, key } of environmentKeys) {
    const value = environment[variable];
    if (value === undefined || value === '') continue;
    set(input, key, value);
    sources.set(key.join('.'), `environment ${variable}`);
  }
  for (const [key, { option, value }] of Object.entries(options)) {
    set(input, key.split('.'), value);
    sources.set(key, `option ${option}`);
  }

  const sourceOf = (path: readonly PropertyKey[]): string => {
    const named = sources.get(path.map(String).join('.'));
    return named ?? (has(input, path) ? (fileName ?? 'given configuration') : 'default');
  };
  const parsed = configSchema.safeParse(input);
  if (!parsed.success)
    throw new ConfigError(problemsOf(parsed.error, input, (path) => fileNameFor(sourceOf(path), fileName)));

  const key = environment.KICKBOT_SECRET_KEY;
  return {
    config: parsed.data,
    file: found?.filepath,
    directory: found ? dirname(found.filepath) : directory,
    secretKey: key ? new Secret(key) : undefined,
    sourceOf: (dotted) => sourceOf(dotted.split('.')),
  };
}

/** A missing value has no source of its own: the file is where it should be written. */
function fileNameFor(source: string, fileName: string | undefined): string {
  return source === 'default' ? (fileName ?? 'configuration') : source;
}

async function readFile(directory: string, file: string | undefined) {
  const loadModule = async (path: string) => {
    const module = await importModule(path);
    return typeof module === 'object' && module !== null && 'default' in module ? module.default : module;
  };
  const path = file && resolve(directory, file);
  try {
    // Even this reads package.json already.
    const explorer = cosmiconfig('kickbot', {
      searchPlaces,
      searchStrategy: 'none',
      loaders: { '.ts': loadModule, '.mts': loadModule, '.js': loadModule, '.mjs': loadModule },
    });
    if (path) return await explorer.load(path);
    // cosmiconfig passes over a file that this user may not read.
    for (const place of searchPlaces.map((name) => join(directory, name))) {
      if (existsSync(place)) accessSync(place, constants.R_OK);
    }
    return await explorer.search(directory);
  } catch (cause) {
    if (path && isMissingFile(cause, path)) {
      throw new KickbotError(
        'config.not_found',
        `There is no configuration file ${file}. Name one that exists with --config, or leave the option out.`,
        { cause },
      );
    }
    throw new KickbotError(
      'config.unreadable',
      `${fileOf(cause) ?? file ?? 'The configuration file'} cannot be read: ${messageOf(cause).replace(/\s+/g, ' ').trim()}`,
      { cause },
    );
  }
}

/** cosmiconfig writes the file it was reading on the error. */
function fileOf(cause: unknown): string | undefined {
  const path =
    typeof cause === 'object' && cause !== null && 'filepath' in cause ? cause.filepath : undefined;
  return typeof path === 'string' ? basename(path) : undefined;
}

function isMissingFile(cause: unknown, path: string): boolean {
  return (
    typeof cause === 'object' &&
    cause !== null &&
    'code' in cause &&
    (cause.code === 'ENOENT' || cause.code === 'ERR_MODULE_NOT_FOUND' || cause.code === 'MODULE_NOT_FOUND') &&
    messageOf(cause).includes(path)
  );
}

type Tree = { [key: string]: unknown };

function copyOf(value: unknown, fileName: string | undefined): Tree {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ConfigError([
      {
        key: 'the whole file',
        source: fileName ?? 'given configuration',
        found: typeof value === 'function' ? 'a function' : (JSON.stringify(value) ?? 'nothing'),
        allowed: 'export default defineConfig({ … })',
      },
    ]);
  }
  return { ...value };
}

/** Sets a nested key without touching the object the file exported. */
function set(tree: Tree, path: readonly string[], value: unknown): void {
  const [key, ...rest] = path;
  if (key === undefined) return;
  if (rest.length === 0) {
    tree[key] = value;
    return;
  }
  const child = tree[key];
  const copy: Tree = typeof child === 'object' && child !== null ? { ...child } : {};
  tree[key] = copy;
  set(copy, rest, value);
}

function has(input: unknown, path: readonly PropertyKey[]): boolean {
  let value = input;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return false;
    value = Reflect.get(value, part);
  }
  return true;
}
