import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { KickbotError, messageOf } from '../core/primitives/error.js';
import { printable } from '../core/primitives/printable.js';
import { npm } from './npm.js';

const versions = z.record(z.string(), z.string()).default({});

const manifest = z.object({
  name: z.string(),
  version: z.string(),
  description: z.string().default(''),
  scripts: versions,
  dependencies: versions,
  peerDependencies: versions,
  /** When each version was published; only the registry knows. */
  time: z.record(z.string(), z.unknown()).default({}),
  /** What the author says the plugin asks of its operator. */
  'kickbot-plugin': z.object({ scopes: z.array(z.string()).default([]) }).default({ scopes: [] }),
});

/** What is known of a plugin's package without running anything of it. */
export interface PluginPackage {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly isInstalled: boolean;
  /** ISO 8601; null for what is installed, and where the registry does not say. */
  readonly published: string | null;
  /** What it says it needs beyond the default scopes. */
  readonly scopes: readonly string[];
  /** The scripts that npm would run, were it not told to ignore them. */
  readonly installScripts: readonly string[];
  readonly dependencies: Readonly<Record<string, string>>;
  /** The versions of kickbot it is for; null when it does not say, so that it may be no plugin at all. */
  readonly kickbot: string | null;
}

/** The name of a package, and perhaps a version, a range or a tag: nothing that npm takes for an address or a path. */
const wanted = /^(?<name>(?:@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*)(?:@(?<range>[\w.^~*+-]+))?$/;

/** Throws `usage.package_name`. */
export function parseWanted(text: string): { readonly name: string; readonly range: string | undefined } {
  const { name, range } = (text.length <= 214 ? wanted.exec(text)?.groups : undefined) ?? {};
  if (name !== undefined) return { name, range };
  throw new KickbotError(
    'usage.package_name',
    `${JSON.stringify(printable(text))} names no package: write kickbot-plugin-dice, or kickbot-plugin-dice@1.2.0. A plugin of your own needs no installing: write its path into plugins.`,
  );
}

/** Asks the registry npm is set to. Throws `npm.failed` when there is no such package, or no such version of it. */
export async function askRegistry(text: string, directory: string): Promise<PluginPackage> {
  const { name, range = 'latest' } = parseWanted(text);
  const answer = await npm(['view', '--json', '--', `${name}@${range}`], directory);
  if (answer.trim() === '') {
    throw new KickbotError('npm.failed', `There is no version ${range} of ${name}: leave the version out.`);
  }
  const parsed: unknown = JSON.parse(answer);
  // Of all versions in a range the newest stands last.
  return packageOf(Array.isArray(parsed) ? parsed.at(-1) : parsed, `npm's answer about ${name}`, false);
}

/** The package as it is installed for `directory`; undefined when it is not. */
export function installedPackage(name: string, directory: string): PluginPackage | undefined {
  for (let folder = directory; ; folder = dirname(folder)) {
    const file = join(folder, 'node_modules', name, 'package.json');
    if (existsSync(file)) return packageOf(JSON.parse(readFileSync(file, 'utf8')), file, true);
    if (dirname(folder) === folder) return undefined;
  }
}

function packageOf(value: unknown, source: string, isInstalled: boolean): PluginPackage {
  const parsed = manifest.safeParse(value);
  if (!parsed.success) {
    throw new KickbotError(
      'npm.unreadable',
      `${source} cannot be read: ${messageOf(z.prettifyError(parsed.error))}`,
    );
  }
  const { name, version, description, scripts, dependencies, peerDependencies, time } = parsed.data;
  const published = time[version];
  return {
    name,
    version,
    description,
    isInstalled,
    published: typeof published === 'string' ? published : null,
    scopes: parsed.data['kickbot-plugin'].scopes,
    installScripts: ['preinstall', 'install', 'postinstall'].filter((script) =>
      Object.hasOwn(scripts, script),
    ),
    dependencies,
    kickbot: peerDependencies.kickbot ?? null,
  };
}

/** For a person who is to decide. */
export function describePackage(plugin: PluginPackage): string {
  const { installScripts, dependencies, scopes } = plugin;
  const rows = [
    ...(plugin.published === null ? [] : [['published', plugin.published.slice(0, 10)]]),
    ['scopes wanted', scopes.join(' ') || 'none beyond the default ones'],
    [
      'install scripts',
      installScripts.length === 0 ? 'none' : `${installScripts.join(', ')} (kickbot does not run them)`,
    ],
    [
      'dependencies',
      Object.entries(dependencies)
        .map(([name, range]) => `${name} ${range}`)
        .join(', ') || 'none',
    ],
    ['for kickbot', plugin.kickbot ?? 'it does not say: it may be no plugin of kickbot'],
  ];
  return [
    `${printable(plugin.name)} ${printable(plugin.version)}${plugin.isInstalled ? ' (installed)' : ''}`,
    ...(plugin.description === '' ? [] : [`  ${printable(plugin.description)}`]),
    ...rows.map(([what = '', found = '']) => `  ${what.padEnd(15)}  ${printable(found)}`),
    '',
  ].join('\n');
}
