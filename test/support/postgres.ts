import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { freePort } from './free-port.js';

const run = promisify(execFile);

/** Starts a PostgreSQL server of its own for the tests, in a folder that goes with it. */
export default async function setUp({ provide }: TestProject): Promise<() => Promise<void>> {
  const programs = programFolder();
  const directory = mkdtempSync(join(tmpdir(), 'kickbot-postgres-'));
  const user = await unprivilegedUser();
  if (user !== undefined) chownSync(directory, user.uid, user.gid);
  const data = join(directory, 'data');
  const asUser = { ...user, cwd: directory };
  await run(
    join(programs, 'initdb'),
    ['-D', data, '-U', 'kickbot', '-A', 'trust', '-E', 'UTF8', '--no-sync'],
    asUser,
  );

  const port = await freePort();
  const settings = ['listen_addresses=127.0.0.1', `unix_socket_directories=${directory}`, 'fsync=off'];
  const args = ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
  const server = spawn(join(programs, 'postgres'), args, { ...asUser, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(server, 'exit');
  let output = '';
  await new Promise<void>((resolve, reject) => {
    server.stderr.on('data', (chunk) => {
      output += String(chunk);
      if (output.includes('ready to accept connections')) resolve();
    });
    server.on('exit', () => reject(new Error(`PostgreSQL did not start:\n${output}`)));
  });
  provide('postgresUrl', `postgres://kickbot:secret-of-nobody@127.0.0.1:${port}/postgres`);
  return async () => {
    server.kill('SIGINT');
    await ended;
    rmSync(directory, { recursive: true });
  };
}

/** Debian keeps the server's programs out of the PATH. */
function programFolder(): string {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian)
    ? readdirSync(debian).sort((one, other) => Number(other) - Number(one))
    : [];
  const folders = [
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env.PATH ?? '').split(':'),
  ];
  const found = folders.find((folder) => existsSync(join(folder, 'initdb')));
  if (found !== undefined) return found;
  throw new Error(
    'The tests of the project postgres need a PostgreSQL server: apt-get install -y postgresql',
  );
}

/** PostgreSQL refuses to run as root. */
async function unprivilegedUser(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const id = async (option: string) => Number((await run('id', [option, 'postgres'])).stdout);
  return { uid: await id('-u'), gid: await id('-g') };
}
