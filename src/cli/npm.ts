import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { KickbotError } from '../core/primitives/error.js';
import { printable } from '../core/primitives/printable.js';

/**
 * Runs npm in a folder and resolves with what it printed. Throws `npm.missing`, and `npm.failed` with what npm
 * says. No shell sees the arguments; npm itself reads what begins with a dash as an option unless `--` is before it.
 */
export async function npm(args: readonly string[], directory: string): Promise<string> {
  const [program, first] = npmProgram();
  const child = spawn(program, [...first, ...args], { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('close', resolve).once('error', reject);
  });
  try {
    const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
    if (code === 0) return stdout;
    throw new KickbotError('npm.failed', `npm ${args[0]} failed: ${complaint(stderr)}`);
  } catch (cause) {
    if (cause instanceof KickbotError) throw cause;
    throw new KickbotError('npm.missing', 'npm cannot be started: install it, or add its folder to PATH.', {
      cause,
    });
  }
}

/** Node starts no .cmd file without a shell, and on Windows npm is one; the script it runs lies beside Node. */
function npmProgram(): [string, string[]] {
  if (process.platform !== 'win32') return ['npm', []];
  return [process.execPath, [join(dirname(process.execPath), 'node_modules', 'npm', 'bin', 'npm-cli.js')]];
}

/** npm's own words, without its prefixes, the error's code and the place of its log. */
function complaint(stderr: string): string {
  const code = /^npm (?:error|ERR!) code E?(\S+)/m.exec(stderr)?.[1];
  const lines = stderr
    .split('\n')
    .flatMap((line) => /^npm (?:error|ERR!) (.+)/.exec(line)?.[1] ?? [])
    .filter((line) => !line.startsWith('code ') && !line.startsWith('A complete log'))
    .map((line) => (code !== undefined && line.startsWith(code) ? line.slice(code.length) : line).trim());
  return printable(lines.filter(Boolean).join('; ')) || 'it said nothing.';
}
