// How long people wait: whole processes, from their start to their end or to what they are waiting for.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { summary } from './statistics.mjs';

const rounds = 5;
const program = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

/** Seconds until the process has written `text`, or has ended well where none is named. */
async function seconds(directory, given, text) {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [program, ...given], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  let output = '';
  const written = new Promise((resolve) => {
    child.stdout.on('data', (chunk) => {
      output += chunk;
      if (text !== undefined && output.includes(text)) resolve(true);
    });
    ended.then((code) => resolve(text === undefined && code === 0));
  });
  const isRight = await written;
  const time = (performance.now() - startedAt) / 1000;
  child.kill('SIGINT');
  await ended;
  if (!isRight) throw new Error(`kickbot ${given.join(' ')} failed:\n${output}`);
  return time;
}

export async function startUp() {
  const directory = await mkdtemp(join(tmpdir(), 'kickbot-bench-'));
  const help = [];
  const sandbox = [];
  try {
    for (let round = 0; round < rounds; round++) {
      help.push(await seconds(directory, ['--help']));
      sandbox.push(await seconds(directory, ['start', '--sandbox', '--no-audience'], 'The sandbox is ready'));
    }
  } finally {
    await rm(directory, { recursive: true });
  }
  return { rounds, help: summary(help), sandbox: summary(sandbox) };
}
