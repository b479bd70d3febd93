import type { Command } from 'commander';
import type { AccountStatus } from '../core/auth/account-status.js';
import { createBot } from '../core/bot.js';
import type { LoadedConfig } from '../core/config/load-config.js';
import { metadataOf } from '../core/plugins/plugin-entry.js';
import { SystemClock } from '../core/primitives/clock.js';
import { messageOf } from '../core/primitives/error.js';
import { withoutPassword } from '../core/primitives/printable.js';
import { Secret } from '../core/primitives/secret.js';
import { hasDatabase } from '../core/storage/database.js';
import { SilentLogger } from '../core/telemetry/logger.js';
import { loadConfiguration } from './configuration.js';
import { broken, type Finding, found, missing } from './finding.js';
import { subcommand } from './subcommand.js';
import { paint } from './terminal.js';
import { webhookFindings } from './webhook-findings.js';

interface Setting {
  readonly key: string;
  readonly value: unknown;
  readonly source: string;
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
      ...(await webhookFindings(loaded)),
    ];
    if (loaded.config.log.format === 'json') {
      process.stdout.write(`${JSON.stringify({ file: loaded.file ?? null, settings, findings })}\n`);
    } else {
      process.stdout.write(report(loaded, settings, findings));
    }
    if (findings.some(({ state }) => state === 'broken')) process.exitCode = 1;
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
      settings.push({ key, value: withoutSecrets(value), source: sourceOf(key) });
    }
  };
  walk(config, []);
  return settings;
}

/** A plugin class is shown by its name; a plugin's options may hold the key of somebody's API. */
function withoutSecrets(value: unknown): unknown {
  if (typeof value === 'function') return `class ${value.name}`;
  if (typeof value === 'string') return withoutPassword(value);
  if (typeof value !== 'object' || value === null || value instanceof Secret) return value;
  if (Array.isArray(value)) return value.map(withoutSecrets);
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      typeof inner === 'string' && secretName.test(key) ? '[secret]' : withoutSecrets(inner),
    ]),
  );
}

const secretName = /secret|token|password|credential|api_?key/i;

function keyFindings({ secretKey, config }: LoadedConfig): Finding[] {
  return [
    secretKey
      ? found('KICKBOT_SECRET_KEY is set: tokens are sealed in the database.')
      : missing(
          'KICKBOT_SECRET_KEY is not set: tokens are stored as they are. Make a key with: openssl rand -base64 32',
        ),
    config.kick.clientId !== undefined
      ? found('An app is configured (kick.clientId).')
      : missing(
          'No app is configured: set KICK_INTEGRATION_CLIENT_ID and KICK_INTEGRATION_CLIENT_SECRET before kickbot login.',
        ),
  ];
}

async function pluginFindings({ config, directory }: LoadedConfig): Promise<Finding[]> {
  return Promise.all(
    config.plugins.map(async (plugin): Promise<Finding> => {
      try {
        const metadata = await metadataOf(plugin, { directory, clock: new SystemClock() });
        return found(`Plugin ${metadata.plugin.name} loads.`);
      } catch (error) {
        return broken(messageOf(error));
      }
    }),
  );
}

async function accountFindings({ config, directory, secretKey }: LoadedConfig): Promise<Finding[]> {
  const nobody = missing("No account is logged in: the bot would only read. Run 'kickbot login'.");
  // Looking must not make a database where there is none.
  if (!hasDatabase({ url: config.storage.url, directory })) return [nobody];
  const bot = createBot(config, { directory, secretKey, logger: new SilentLogger() });
  try {
    const statuses = await bot.accounts.statuses();
    return statuses.length === 0 ? [nobody] : statuses.map(accountFinding);
  } catch (error) {
    return [broken(messageOf(error))];
  } finally {
    await bot.stop();
  }
}

/** A bot account that needs a login keeps the bot from starting; one that can do less than was asked for does not. */
function accountFinding({ account: { id, user }, state, reason }: AccountStatus): Finding {
  if (state === 'login-needed') return broken(`${id} needs a login: ${reason}`);
  const what = `${id} is logged in as ${user?.username ?? 'somebody Kick has not named yet'}.`;
  return reason === undefined ? found(what) : missing(`${what} ${reason}`);
}

const marks = {
  ok: { mark: '✓', style: 'green' },
  missing: { mark: '!', style: 'yellow' },
  broken: { mark: '✗', style: 'red' },
} as const;

function report({ file }: LoadedConfig, settings: readonly Setting[], findings: readonly Finding[]): string {
  const shown = settings.map(({ key, value, source }) => ({ key, source, value: JSON.stringify(value) }));
  const width = Math.max(...shown.map(({ key }) => key.length));
  return [
    `Node ${process.version}`,
    `Configuration: ${file ?? 'no file, all defaults'}`,
    '',
    ...shown.map(
      ({ key, value, source }) =>
        `  ${key.padEnd(width)}  ${value}  ${paint(process.stdout, 'gray', `(${source})`)}`,
    ),
    '',
    ...findings.map(({ state, what }) => {
      const { mark, style } = marks[state];
      return `  ${paint(process.stdout, style, mark)} ${what}`;
    }),
    '',
  ].join('\n');
}
