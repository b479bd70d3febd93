import { createInterface } from 'node:readline';
import { type Command, Option } from 'commander';
import { parseScopes } from '../core/auth/scopes.js';
import { createBot } from '../core/bot.js';
import { openBrowser } from './browser.js';
import { createLogger, loadConfiguration } from './configuration.js';
import { numberOption, subcommand } from './subcommand.js';
import { isColorful } from './terminal.js';

interface LoginCommandOptions {
  account: string;
  type: 'bot' | 'channel';
  port?: number;
  timeout: number;
  browser: boolean;
  redirectUri?: string;
  exactScopes?: string;
}

export function addLoginCommand(program: Command): void {
  subcommand(program, 'login', 'Logs an account in through the browser.', 'kickbot login --account my-bot')
    .option('--account <name>', 'your own name for the account', 'bot')
    .addOption(
      new Option('--type <type>', 'bot speaks in chats, channel is a broadcaster')
        .choices(['bot', 'channel'])
        .default('bot'),
    )
    .option(
      '--port <port>',
      'where the browser comes back to; server.port unless told',
      numberOption(1, 65_535),
    )
    .option('--redirect-uri <url>', 'a redirect URL of the app on this machine; it says port and path itself')
    .option('--timeout <seconds>', 'how long to wait for you', numberOption(10, 600), 300)
    .option('--no-browser', 'only print the address; where the browser ended up may be pasted here')
    .option('--exact-scopes <scopes>', "ask for just these, 'user:read chat:write', whatever is configured")
    .action(async (options: LoginCommandOptions, command: Command) => {
      const loaded = await loadConfiguration(command);
      const { config, directory, secretKey } = loaded;
      const bot = createBot(config, { directory, secretKey, logger: createLogger(loaded) });
      const who = options.type === 'bot' ? 'account that is to speak' : 'broadcaster';
      const cancelled = new AbortController();
      const cancel = () => cancelled.abort(new Error('Ctrl-C'));
      process.once('SIGINT', cancel).once('SIGTERM', cancel);
      const waiting = waitingLine(options.timeout);
      const typed = options.browser ? undefined : createInterface({ input: process.stdin });
      try {
        const { account, scopes, missingScopes } = await bot.accounts.login({
          kind: options.type,
          identifier: options.account,
          port: options.port ?? config.server.port,
          timeoutMs: options.timeout * 1000,
          ...(options.redirectUri !== undefined && { redirectUri: options.redirectUri }),
          ...(typed && { pasted: typed }),
          onPasteRefused: (why) => process.stdout.write(`${why}\n`),
          ...(options.exactScopes !== undefined && { scopes: parseScopes(options.exactScopes) }),
          signal: cancelled.signal,
          onAuthorizeUrl: (url) => {
            process.stdout.write(`Allow the login on Kick's page, as the ${who}:\n\n  ${url}\n\n`);
            if (options.browser) {
              void openBrowser(url);
              waiting.begin();
            } else {
              process.stdout.write(
                'If that browser cannot come back to this machine, paste the address it ended at here:\n',
              );
            }
          },
        });
        waiting.end();
        process.stdout.write(
          `Logged in as ${account.user?.username ?? account.id} (${account.id}) with ${scopes.join(' ')}.\n`,
        );
        if (missingScopes.length > 0) {
          process.stdout.write(`Not granted, so not available: ${missingScopes.join(' ')}.\n`);
        }
      } finally {
        waiting.end();
        typed?.close();
        process.off('SIGINT', cancel).off('SIGTERM', cancel);
        await bot.stop();
      }
    });
}

/** A line with the time left, on a terminal; silence elsewhere. */
function waitingLine(seconds: number) {
  if (!isColorful(process.stdout)) return { begin: () => {}, end: () => {} };
  let timer: NodeJS.Timeout | undefined;
  return {
    begin() {
      const end = performance.now() + seconds * 1000;
      const show = () => {
        const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
        process.stdout.write(`\rWaiting for you, ${left} s left (Ctrl-C ends it) \u001b[K`);
      };
      show();
      timer = setInterval(show, 1000);
    },
    end() {
      if (timer === undefined) return;
      clearInterval(timer);
      timer = undefined;
      process.stdout.write('\r\u001b[K');
    },
  };
}
