import { CommanderError } from 'commander';
import { ConfigError } from '../core/config/problems.js';
import { KickbotError, messageOf } from '../core/primitives/error.js';
import { paint } from './terminal.js';

/** What the program ends with: 0 done, 1 failed at run time, 2 wrong usage or configuration, 3 a login is needed. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (!(error instanceof KickbotError)) return 1;
  if (/^auth\.(login_needed|tokens_unreadable)$/.test(error.code)) return 3;
  return wrongSettings.test(error.code) ? 2 : 1;
}

const wrongSettings =
  /^(config|plugin|usage)\.|^channel\.unknown$|^auth\.(.*secret_key.*|bad_account|invalid_token_set|(invalid|unauthorized)_client)$/;

/** Says in plain words, on stderr, what went wrong; with the stack only when `--log-level debug` asked for it. */
export function explain(error: unknown): void {
  // commander has already said what is wrong with the command line.
  if (error instanceof CommanderError) return;
  const lines =
    error instanceof ConfigError
      ? [
          `The configuration has ${error.problems.length === 1 ? 'a problem' : `${error.problems.length} problems`}:`,
          ...error.problems.map(
            ({ key, source, found, allowed }) => `  ${key} (${source}): found ${found}; allowed: ${allowed}`,
          ),
        ]
      : [messageOf(error) + codeOf(error)];
  process.stderr.write(`${paint(process.stderr, 'red', 'kickbot:')} ${lines.join('\n')}\n`);
  if (wantsDetails() && error instanceof Error)
    process.stderr.write(`${error.stack ?? ''}\n${causesOf(error)}`);
}

/** What to look for in the documentation, or to quote when asking for help. */
function codeOf(error: unknown): string {
  return error instanceof KickbotError ? ` ${paint(process.stderr, 'gray', `[${error.code}]`)}` : '';
}

/** Read off the arguments themselves: the configuration may be the very thing that failed. */
function wantsDetails(): boolean {
  const args = process.argv.join(' ');
  return /--log-level[= ]debug(?!\S)/.test(args);
}

function causesOf(error: Error): string {
  const { cause } = error;
  if (!(cause instanceof Error)) return '';
  return `caused by ${cause.stack ?? cause.message}\n${causesOf(cause)}`;
}
