import { type Command, Option } from 'commander';
import type { AccountState, AccountStatus } from '../core/auth/account-status.js';
import { type Bot, createBot } from '../core/bot.js';
import { KickbotError } from '../core/primitives/error.js';
import { hasDatabase } from '../core/storage/database.js';
import { createLogger, loadConfiguration } from './configuration.js';
import { subcommand } from './subcommand.js';
import { paint } from './terminal.js';

export function addAccountsCommand(program: Command): void {
  const group = subcommand(
    program,
    'accounts',
    'Shows the accounts that are logged in, and how they are doing.',
    'kickbot accounts',
  ).action(async (_options: object, command: Command) => {
    const { config, directory } = await loadConfiguration(command);
    // Looking must not make a database where there is none.
    const isThere = hasDatabase({ url: config.storage.url, directory });
    const statuses = isThere ? await withBot(command, (bot) => bot.accounts.statuses()) : [];
    process.stdout.write(config.log.format === 'json' ? asJson(statuses) : asTable(statuses));
  });
  subcommand(
    group,
    'add',
    'Stores tokens that were obtained elsewhere.',
    'kickbot accounts add --from-env --account my-bot',
  )
    .requiredOption('--from-env', `take them from ${tokenVariables.join(', ')}`)
    .option('--account <name>', 'your own name for the account', 'bot')
    .addOption(new Option('--type <type>', 'what it is').choices(['bot', 'channel']).default('bot'))
    .action(async ({ account, type }: { account: string; type: 'bot' | 'channel' }, command: Command) => {
      const token = tokenFromEnvironment();
      const { id } = await withBot(command, (bot) =>
        bot.accounts.setUserToken({ accountId: account, type, ...token }),
      );
      process.stdout.write(`Stored the tokens of ${id}; kickbot start asks Kick who it is.\n`);
    });
  subcommand(
    group,
    'rekey',
    'Seals all tokens anew with the first key of KICKBOT_SECRET_KEY.',
    'KICKBOT_SECRET_KEY=new,old kickbot accounts rekey',
  ).action(async (_options: object, command: Command) => {
    const count = await withBot(command, (bot) => bot.accounts.rekey());
    process.stdout.write(
      `Sealed the tokens of ${count} ${count === 1 ? 'account' : 'accounts'} with the first key; no other is needed any more.\n`,
    );
  });
}

async function withBot<T>(command: Command, use: (bot: Bot) => Promise<T>): Promise<T> {
  const loaded = await loadConfiguration(command);
  const { config, directory, secretKey } = loaded;
  const bot = createBot(config, { directory, secretKey, logger: createLogger(loaded) });
  try {
    return await use(bot);
  } finally {
    await bot.stop();
  }
}

const tokenVariables = ['KICK_ACCESS_TOKEN', 'KICK_REFRESH_TOKEN', 'KICK_EXPIRES_IN', 'KICK_SCOPE'] as const;

function tokenFromEnvironment() {
  const missing = tokenVariables.filter((name) => !process.env[name]);
  if (missing.length > 0) {
    throw new KickbotError(
      'usage.environment_missing',
      `These environment variables are not set: ${missing.join(', ')}. Set them to the fields of Kick's token answer.`,
    );
  }
  const [accessToken = '', refreshToken = '', seconds = '', scope = ''] = tokenVariables.map(
    (name) => process.env[name],
  );
  if (!/^\d+$/.test(seconds)) {
    throw new KickbotError(
      'usage.environment_wrong',
      'KICK_EXPIRES_IN has to be the seconds the access token still lives, such as 7200.',
    );
  }
  return { accessToken, refreshToken, expiresIn: Number(seconds), scope };
}

const words: Record<AccountState, string> = {
  connected: 'connected',
  expiring: 'expiring',
  'login-needed': 'needs login',
  'missing-scopes': 'missing scopes',
};

function asTable(statuses: readonly AccountStatus[]): string {
  if (statuses.length === 0) return "No account is logged in. Run 'kickbot login'.\n";
  const rows = statuses.map(({ account, state, scopes, reason }) => ({
    id: account.id,
    username: account.user?.username ?? '?',
    state,
    details: [scopes.join(' '), reason ?? ''].filter(Boolean).join('\n    '),
  }));
  const widthOf = (key: 'id' | 'username') => Math.max(...rows.map((row) => row[key].length));
  const [idWidth, nameWidth] = [widthOf('id'), widthOf('username')];
  return rows
    .map(({ id, username, state, details }) => {
      const style = state === 'connected' ? 'green' : state === 'login-needed' ? 'red' : 'yellow';
      const shown = paint(process.stdout, style, words[state]);
      return `${id.padEnd(idWidth)}  ${username.padEnd(nameWidth)}  ${shown}\n    ${details}\n`;
    })
    .join('');
}

function asJson(statuses: readonly AccountStatus[]): string {
  const rows = statuses.map(({ account, ...status }) => ({
    id: account.id,
    username: account.user?.username ?? null,
    ...status,
  }));
  return `${JSON.stringify(rows)}\n`;
}
