import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sandboxToken } from '../support/canary.js';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** A folder of its own with these files in it. */
export function folderWith(files: Record<string, string> = {}): string {
  const directory = mkdtempSync(join(tmpdir(), 'kickbot-cli-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content);
  return directory;
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs `kickbot …args` in a folder, with nothing of this machine's environment but the way to Node, and `input`
 * at standard input; with `null` that stays open for `type`.
 */
export function kickbot(
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
  input: string | null = '',
) {
  const child = spawn(process.execPath, [main, ...args], { cwd, env: { PATH: process.env.PATH, ...env } });
  if (input !== null) child.stdin.end(input);
  let stdout = '';
  let stderr = '';
  const watchers = new Set<() => void>();
  const grew = () => {
    for (const watcher of watchers) watcher();
  };
  child.stdout.on('data', (chunk) => {
    stdout += String(chunk);
    grew();
  });
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk);
    grew();
  });
  const ended = new Promise<Ended>((resolve, reject) =>
    child.on('close', (code) => {
      if (sandboxToken.test(stdout + stderr)) reject(new Error(`kickbot ${args[0]} printed a token`));
      else resolve({ code, stdout, stderr });
    }),
  );
  return {
    ended,
    /** What it said on standard output so far. */
    output: () => stdout,
    type: (line: string) => void child.stdin.write(`${line}\n`),
    /** Reads no longer what it prints. */
    hangUp: () => void child.stdout.destroy(),
    kill: (signal: NodeJS.Signals = 'SIGTERM') => child.kill(signal),
    /** Resolves with the first match in what was printed so far or later; rejects when the program ends before. */
    printed: (pattern: RegExp) =>
      new Promise<RegExpExecArray>((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(stdout) ?? pattern.exec(stderr);
          if (!match) return;
          watchers.delete(look);
          resolve(match);
        };
        watchers.add(look);
        look();
        void ended.then(({ code }) =>
          reject(new Error(`ended with ${code} before printing ${pattern}:\n${stdout}\n${stderr}`)),
        );
      }),
  };
}
