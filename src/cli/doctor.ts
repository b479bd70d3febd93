import type { Command } from 'commander';
import { createBot } from '../core/bot.js';
import type { LoadedConfig } from '../core/config/load-config.js';
import { readMetadata } from '../core/plugins/plugin-metadata.js';
import { resolvePlugin } from '../core/plugins/plugin-source.js';
import { messageOf } from '../core/primitives/error.js';
import { Secret } from '../core/primitives/secret.js';
import { SilentLogger } from '../core/telemetry/logger.js';
import { loadConfiguration } from './configuration.js';
import { subcommand } from './subcommand.js';
import { paint } from './terminal.js';

interface Setting {
  readonly key: string;
  readonly value: unknown;
  readonly source: string;
}

interface Finding {
  readonly ok: boolean;
  readonly what: string;
}

export function addDoctorCommand(program: Command): void {
  subcommand(
    program,
    'doctor',
    'Shows the effective configuration, where each value came from, and what is missing.',
    'kickbot doctor --config other.config.ts',
  ).action(async (_options: object, command: Command) => {
    const loaded = await loadConfiguration(command);
    const settings = settingsOf(loaded);
    const findings = [
      ...keyFindings(loaded),
      ...(await pluginFindings(loaded)),
      ...(await accountFindings(loaded)),
    ];
    if (loaded.config.log.format === 'json') {
      process.stdout.write(`${JSON.stringify({ file: loaded.file ?? null, settings, findings })}\n`);
    } else {
      process.stdout.write(report(loaded, settings, findings));
    }
    if (findings.some(({ ok }) => !ok)) process.exitCode = 1;
  });
}

/** Every leaf of the configuration; secrets show themselves as `[secret]`. */
function settingsOf({ config, sourceOf }: LoadedConfig): Setting[] {
  const settings: Setting[] = [];
  const walk = (value: unknown, path: string[]) => {
    const isBranch =
      typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Secret);
    if (isBranch) for (const [key, child] of Object.entries(value)) walk(child, [...path, key]);
    else if (value !== undefined) {
      const key = path.join('.');
      settings.push({ key, value: nameClasses(value), source: sourceOf(key) });
    }
  };
  walk(config, []);
  return settings;
}

/** A plugin class is shown by its name. */
function nameClasses(value: unknown): unknown {
  if (typeof value === 'function') return `class ${value.name}`;
  return Array.isArray(value) ? value.map(nameClasses) : value;
}

function keyFindings({ secretKey, config }: LoadedConfig): Finding[] {
  const app = config.kick.clientId !== undefined;
  return [
    {
      ok: true,
      what: secretKey
        ? 'KICKBOT_SECRET_KEY is set: tokens are sealed in the database.'
        : 'KICKBOT_SECRET_KEY is not set: tokens are stored as they are. Make a key with: openssl rand -base64 32',
    },
    {
      ok: true,
      what: app
        ? 'An app is configured (kick.clientId).'
        : 'No app is configured: set KICK_INTEGRATION_CLIENT_ID and KICK_INTEGRATION_CLIENT_SECRET before kickbot login.',
    },
  ];
}

async function pluginFindings({ config, directory }: LoadedConfig): Promise<Finding[]> {
  return Promise.all(
    config.plugins.map(async (plugin): Promise<Finding> => {
      const source = Array.isArray(plugin) ? plugin[0] : plugin;
      try {
        const { pluginClass, origin } = await resolvePlugin(source, directory);
        const metadata = readMetadata(pluginClass);
        if (!metadata)
          return {
            ok: false,
            what: `${origin} is not a plugin: write @Plugin({ name: '…' }) above its class.`,
          };
        return { ok: true, what: `Plugin ${metadata.plugin.name} loads.` };
      } catch (error) {
        return { ok: false, what: messageOf(error) };
      }
    }),
  );
}

async function accountFindings({ config, directory, secretKey }: LoadedConfig): Promise<Finding[]> {
  const bot = createBot(config, { directory, secretKey, logger: new SilentLogger() });
  try {
    const accounts = await bot.accounts.list();
    if (accounts.length === 0)
      return [{ ok: true, what: "No account is logged in: the bot would only read. Run 'kickbot login'." }];
    return accounts.map(({ id, user }) => ({
      ok: true,
      what: `${id} is logged in as ${user?.username ?? 'somebody Kick has not named yet'}.`,
    }));
  } catch (error) {
    return [{ ok: false, what: messageOf(error) }];
  } finally {
    await bot.stop();
  }
}

function report({ file }: LoadedConfig, settings: readonly Setting[], findings: readonly Finding[]): string {
  const shown = settings.map(({ key, value, source }) => ({ key, source, value: JSON.stringify(value) }));
  const width = Math.max(...shown.map(({ key }) => key.length));
  const lines = shown.map(
    ({ key, value, source }) =>
      `  ${key.padEnd(width)}  ${value}  ${paint(process.stdout, 'gray', `(${source})`)}`,
  );
  const marks = findings.map(({ ok, what }) =>
    ok
      ? `  ${paint(process.stdout, 'green', '✓')} ${what}`
      : `  ${paint(process.stdout, 'red', '✗')} ${what}`,
  );
  return [
    `Node ${process.version}`,
    `Configuration: ${file ?? 'no file, all defaults'}`,
    '',
    ...lines,
    '',
    ...marks,
    '',
  ].join('\n');
}
