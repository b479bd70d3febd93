import { basename, dirname, extname, resolve } from 'node:path';
import { watch } from 'chokidar';
import type { Bot } from '../core/bot.js';
import type { ConfigChanges } from '../core/bot-reload.js';
import type { LoadedConfig } from '../core/config/load-config.js';
import { importedFolders } from '../core/config/module-loader.js';
import type { ConfigInput } from '../core/config/schema.js';
import { entryOf } from '../core/plugins/plugin-entry.js';
import { KickbotError, messageOf } from '../core/primitives/error.js';
import type { Logger } from '../core/telemetry/logger.js';
import { codeFrameOf } from './code-frame.js';
import { explain } from './failure.js';

export interface WatchParts {
  readonly bot: Bot;
  /** What the bot runs with. */
  readonly loaded: LoadedConfig;
  /** Reads the configuration once more. */
  readonly load: () => Promise<LoadedConfig>;
  /** What the bot is to take over of it. */
  readonly configOf?: (loaded: LoadedConfig) => ConfigInput;
  readonly logger: Logger;
}

export interface Watching {
  close(): Promise<void>;
}

/** Editors save in several steps, and several files at once. */
const quietMs = 100;
const extensions = new Set(['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs', '.json', '.yaml', '.yml']);

/**
 * Has the bot take over plugins and configuration whenever a file in a folder that they were imported from was saved.
 * What cannot be taken over is told on stderr, with its lines.
 */
export function watchFiles({ bot, loaded, load, configOf, logger }: WatchParts): Watching {
  const told = new Told(logger);
  const reload = async () => {
    try {
      const now = await load();
      if (now.file !== loaded.file) throw configurationMoved(loaded.file, now.file);
      watcher.add(foldersOf(now));
      told.changes(await bot.reload(configOf === undefined ? now.config : configOf(now)));
    } catch (error) {
      told.problems([error]);
    }
  };

  const watcher = watch([loaded.directory, ...foldersOf(loaded), ...importedFolders()], {
    depth: 0,
    ignoreInitial: true,
    ignored: (path, stats) => stats?.isFile() === true && !isSource(path),
    awaitWriteFinish: { stabilityThreshold: quietMs, pollInterval: quietMs / 5 },
  });
  let timer: NodeJS.Timeout | undefined;
  let reloading: Promise<void> = Promise.resolve();
  const changed = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      reloading = reloading.then(reload).then(() => void watcher.add([...importedFolders()]));
    }, quietMs);
  };
  // What was saved before everything was watched is taken over then.
  watcher.on('ready', () => {
    logger.info('Watching: plugins and configuration are taken over when they are saved.');
    changed();
  });
  watcher.on('all', changed);
  watcher.on('error', (error) => logger.warn(`Some files cannot be watched: ${messageOf(error)}`, { error }));
  return {
    async close() {
      clearTimeout(timer);
      await watcher.close();
      await reloading;
    },
  };
}

/** Those of plugins that are named by their path: what a worker imports is not known here. */
function foldersOf({ config, directory }: LoadedConfig): string[] {
  return config.plugins.flatMap((plugin) => {
    const { source } = entryOf(plugin);
    return typeof source === 'string' && /^\.|[\\/]/.test(source) ? dirname(resolve(directory, source)) : [];
  });
}

function isSource(path: string): boolean {
  return extensions.has(extname(path)) || basename(path).startsWith('.kickbotrc');
}

/** An editor may rename it for a moment. */
function configurationMoved(from: string | undefined, to: string | undefined): KickbotError {
  return new KickbotError(
    'config.not_found',
    from === undefined
      ? `There is a configuration file now, ${to}: start again to use it.`
      : `The configuration file ${from} is gone. Bring it back, or start again without it.`,
  );
}

/** Says what a reload came to, and nothing twice in a row. */
class Told {
  #problems = '';
  #waiting = '';

  constructor(private readonly logger: Logger) {}

  changes({ problems, waiting, ...done }: ConfigChanges): void {
    const lists = Object.entries(done).filter(([, names]) => names.length > 0);
    if (lists.length > 0) {
      this.logger.info(
        'Taken over.',
        Object.fromEntries(lists.map(([what, names]) => [what, names.join(', ')])),
      );
    }
    const settings = waiting.join(', ');
    if (settings !== '' && settings !== this.#waiting) {
      this.logger.warn(`Changed, and taken over at the next start only: ${settings}.`);
    }
    this.#waiting = settings;
    this.problems(problems);
  }

  problems(errors: readonly unknown[]): void {
    const text = errors.map(textOf).join('\n');
    const isNew = text !== this.#problems;
    this.#problems = text;
    if (!isNew || errors.length === 0) return;
    for (const error of errors) {
      explain(error);
      process.stderr.write(codeFrameOf(error, process.stderr));
    }
    this.logger.warn('Some of what was saved is not taken over: what ran before goes on.');
  }
}

/** The whole of it, to tell one problem from another. */
function textOf(error: unknown): string {
  return `${messageOf(error)}\n${codeFrameOf(error, process.stderr)}`;
}
