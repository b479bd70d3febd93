import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SystemClock } from '../../src/core/primitives/clock.js';
import { Secret } from '../../src/core/primitives/secret.js';
import { openDatabase } from '../../src/core/storage/database.js';
import type { Database } from '../../src/core/storage/schema.js';
import { setUpAuth } from '../core/auth/auth-setup.js';
import { startProgram } from '../support/child-program.js';
import { botId, type Step } from './token-programs.js';

let directory: string;
const opened: Database[] = [];
const children: ChildProcess[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kickbot-damage-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const database of opened.splice(0)) await database.destroy();
  rmSync(directory, { recursive: true });
});

const at = (name: string) => join(directory, name);
async function open(path: string): Promise<Database> {
  const database = await openDatabase({ url: `sqlite:${path}`, directory });
  opened.push(database);
  return database;
}
const storeOf = (database: Database) =>
  setUpAuth({ authUrl: 'http://localhost', database, clock: new SystemClock() }).store;
const tokens = (accessToken: string) => ({
  accessToken: new Secret(accessToken),
  receivedAt: 0,
  expiresIn: 7200,
  scopes: [],
});
/** As long as Kick's may get, so that a write takes several pages. */
const [first, second] = ['1', '2'].map((digit) => digit.repeat(6000)) as [string, string];

/** What is read from a database in this state. */
async function readFrom(database: Buffer, writtenAhead: Buffer | undefined): Promise<string | undefined> {
  rmSync(at('damaged'), { recursive: true, force: true });
  mkdirSync(at('damaged'));
  writeFileSync(at('damaged/kickbot.db'), database);
  if (writtenAhead !== undefined) writeFileSync(at('damaged/kickbot.db-wal'), writtenAhead);
  const damaged = await openDatabase({ url: 'sqlite:damaged/kickbot.db', directory });
  try {
    return (await storeOf(damaged).read(botId))?.tokens.accessToken.reveal();
  } finally {
    await damaged.destroy();
  }
}

/** The file as the first tokens were left in it, and what a write of the second put ahead of it. */
async function written(): Promise<{ database: Buffer; writtenAhead: Buffer }> {
  const before = await openDatabase({ url: 'sqlite:kickbot.db', directory });
  await storeOf(before).write(botId, tokens(first), { replaces: 0 });
  await sql`pragma wal_checkpoint(truncate)`.execute(before);
  await storeOf(before).write(botId, tokens(second), { replaces: 1 });
  const image = {
    database: readFileSync(at('kickbot.db')),
    writtenAhead: readFileSync(at('kickbot.db-wal')),
  };
  await before.destroy();
  return image;
}
const sector = 512;
const pageSize = 4096;
const [walHeader, frameHeader] = [32, 24];

describe('a write that was cut off', () => {
  it('2.4.2. at any step leaves the tokens before it or those after it; here the steps are the bytes written ahead', async () => {
    const { database, writtenAhead } = await written();
    const cuts = new Set([0, 1, walHeader, writtenAhead.length - 1]);
    for (let cut = walHeader; cut < writtenAhead.length; cut += pageSize + frameHeader) {
      for (const near of [cut - 1, cut + 1, cut + frameHeader, cut + 2000]) cuts.add(near);
    }
    for (const cut of cuts) expect(await readFrom(database, writtenAhead.subarray(0, cut))).toBe(first);
    expect(await readFrom(database, writtenAhead)).toBe(second);
    expect(await readFrom(database, undefined)).toBe(first);
  });

  it('2.4.3. by a power cut that dropped any part of it leaves those before; one while the file itself was written, those after', async () => {
    const { database, writtenAhead } = await written();
    for (let start = 0; start < writtenAhead.length; start += sector * 3) {
      const holed = Buffer.from(writtenAhead).fill(0, start, start + sector);
      if (!holed.equals(writtenAhead)) expect(await readFrom(database, holed)).toBe(first);
    }
    const torn = Buffer.from(database);
    for (let frame = walHeader; frame < writtenAhead.length; frame += pageSize + frameHeader) {
      const page = writtenAhead.readUInt32BE(frame) - 1;
      if (page < torn.length / pageSize) torn.fill(0, page * pageSize, (page + 1) * pageSize);
    }
    expect(torn.equals(database)).toBe(false);
    expect(await readFrom(torn, writtenAhead)).toBe(second);
  });
});

it('2.4.6. a byte of the file that changed gives an error or the right tokens, and never others', async () => {
  const { database } = await written();
  const outcomes = new Set<string>();
  for (let index = 0; index < database.length; index += 397) {
    const flipped = Buffer.from(database);
    flipped[index] = (flipped[index] ?? 0) ^ 1;
    const read = await readFrom(flipped, undefined).catch((error: unknown) => error);
    if (read instanceof Error) outcomes.add('error');
    else outcomes.add(read === first ? 'the tokens' : String(read));
  }
  // A row whose place or name was hit is not found: that is a login, not somebody else's token.
  outcomes.delete('undefined');
  expect([...outcomes].sort()).toEqual(['error', 'the tokens']);
});

it('2.4.6. tokens damaged into something other than text are an error, and no end of the process', async () => {
  const database = await open('kickbot.db');
  const store = storeOf(database);
  await store.write(botId, tokens(first), { replaces: 0 });
  await sql`update tokens set sealed = cast(substr(cast(sealed as blob), 1, 60) || x'ff80c3' as text)`.execute(
    database,
  );
  await expect(store.read(botId)).rejects.toMatchObject({ code: 'auth.tokens_unreadable' });
});

/** As somebody whom the system's rights bind: root they do not. */
async function asNobody(work: () => Promise<void>): Promise<void> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65534);
  try {
    await work();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

describe('the place of the database', () => {
  const refused = (message: RegExp) =>
    expect.objectContaining({ code: 'storage.unavailable', message: expect.stringMatching(message) });

  it.each([
    ['EACCES', 'locked/kickbot.db'],
    ['EACCES', '/etc/passwd'],
    ['EISDIR', 'folder'],
  ])('2.4.4. %s (%s) is one sentence that names storage.url', async (code, path) => {
    chmodSync(directory, 0o777);
    mkdirSync(at('locked'), { mode: 0 });
    mkdirSync(at('folder'), { mode: 0o777 });
    const opening = () => openDatabase({ url: `sqlite:${path}`, directory });
    await asNobody(() =>
      expect(opening()).rejects.toEqual(refused(new RegExp(`^Cannot.*${code}.*storage.url`))),
    );
  });

  it('2.4.5. 32. a symbolic link there, or beside it, is not followed, and its target stays as it was', async () => {
    writeFileSync(at('letter'), 'Dear Kick', { mode: 0o644 });
    symlinkSync(at('letter'), at('link.db'));
    await expect(open('link.db')).rejects.toEqual(refused(/symbolic link; name the file itself/));
    symlinkSync(at('nowhere'), at('dangling.db'));
    await expect(open('dangling.db')).rejects.toEqual(refused(/symbolic link/));
    await (await openDatabase({ url: 'sqlite:kickbot.db', directory })).destroy();
    rmSync(at('kickbot.db-wal'), { force: true });
    symlinkSync(at('letter'), at('kickbot.db-wal'));
    const writing = open('kickbot.db').then((database) =>
      storeOf(database).write(botId, tokens(first), { replaces: 0 }),
    );
    await writing.catch((error: unknown) => expect(error).toEqual(refused(/storage\.url/)));
    expect(readFileSync(at('letter'), 'utf8')).toBe('Dear Kick');
    expect(statSync(at('letter')).mode & 0o777).toBe(0o644);
    expect(() => statSync(at('nowhere'))).toThrow('ENOENT');
  });

  it('2.4.5. a hard link to what is no database is refused; a folder open to all still holds files for one', async () => {
    writeFileSync(at('letter'), 'Dear Kick, '.repeat(100));
    linkSync(at('letter'), at('hard.db'));
    await expect(open('hard.db')).rejects.toEqual(refused(/storage\.url/));
    expect(readFileSync(at('letter'), 'utf8')).toBe('Dear Kick, '.repeat(100));
    chmodSync(directory, 0o777);
    await storeOf(await open('kickbot.db')).write(botId, tokens(first), { replaces: 0 });
    for (const name of ['kickbot.db', 'kickbot.db-wal', 'kickbot.db-shm']) {
      expect(statSync(at(name)).mode & 0o777).toBe(0o600);
    }
  });
});

const starts = 50;
it(`2.4.7. of two processes that make the same database at once, ${starts} times, one is the first; both find it whole`, async () => {
  const program = join(import.meta.dirname, 'token-programs.ts');
  const start = async () => {
    const child = startProgram(program, 'beingFirst', { directory });
    children.push(child);
    await once(child, 'message');
    return child;
  };
  const both = await Promise.all([start(), start()]);
  for (let round = 0; round < starts; round += 1) {
    const steps: Step[] = await Promise.all(
      both.map(async (child) => {
        const step = once(child, 'message');
        child.send(`round-${round}`);
        return (await step)[0];
      }),
    );
    expect(steps.map(({ version }) => version).sort()).toEqual([0, 1]);
    const winner = steps.find(({ version }) => version === 1);
    const found = await storeOf(await open(`round-${round}.db`)).read(botId);
    expect(found?.tokens.accessToken.reveal()).toBe(winner?.token);
  }
}, 30_000);
