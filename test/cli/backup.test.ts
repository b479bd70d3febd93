import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { Store } from '../../src/core/plugins/store.js';
import { StoreTransactions } from '../../src/core/plugins/store-transactions.js';
import { openDatabase } from '../../src/core/storage/database.js';
import { FakeClock } from '../support/fake-clock.js';
import { folderWith, kickbot } from './program.js';

async function openIn(directory: string) {
  const database = await openDatabase({ url: 'sqlite:.kickbot/kickbot.db', directory });
  const store = new Store('dice', new StoreTransactions(async () => database, new FakeClock()));
  return { database, points: store.of('points', z.number()) };
}

it('writes what a running bot has stored to a file that can be put in its place', async () => {
  const folder = folderWith();
  const { database, points } = await openIn(folder);
  await points.set('ada', 5);
  const { code, stdout } = await kickbot(['backup', 'copy.db'], folder).ended;
  expect([code, stdout]).toEqual([0, 'Wrote the database to copy.db.\n']);
  expect(statSync(join(folder, 'copy.db')).mode & 0o777).toBe(0o600);
  await points.set('ada', 6);
  await database.destroy();

  const other = folderWith();
  mkdirSync(join(other, '.kickbot'));
  copyFileSync(join(folder, 'copy.db'), join(other, '.kickbot/kickbot.db'));
  const restored = await openIn(other);
  expect(await restored.points.get('ada')).toBe(5);
  await restored.database.destroy();
});

it('writes over nothing, and makes no file where there is nothing to back up', async () => {
  const folder = folderWith();
  const without = await kickbot(['backup', 'copy.db'], folder).ended;
  expect([without.code, without.stderr]).toEqual([1, expect.stringContaining('There is no database')]);
  expect([existsSync(join(folder, 'copy.db')), existsSync(join(folder, '.kickbot'))]).toEqual([false, false]);

  await (await openIn(folder)).database.destroy();
  writeFileSync(join(folder, 'letter.txt'), 'Dear Kick');
  const over = await kickbot(['backup', 'letter.txt'], folder).ended;
  expect([over.code, over.stderr]).toEqual([2, expect.stringContaining('is there already')]);
  expect(readFileSync(join(folder, 'letter.txt'), 'utf8')).toBe('Dear Kick');
  const nowhere = await kickbot(['backup', 'none/copy.db'], folder).ended;
  expect([nowhere.code, nowhere.stderr]).toEqual([2, expect.stringContaining('Name a file in a folder')]);
});

it('leaves no half of a backup of a damaged database', async () => {
  const folder = folderWith();
  mkdirSync(join(folder, '.kickbot'));
  writeFileSync(join(folder, '.kickbot/kickbot.db'), 'Dear Kick, '.repeat(1000));
  const { code, stderr } = await kickbot(['backup', 'copy.db'], folder).ended;
  expect([code, stderr]).toEqual([1, expect.stringMatching(/could not be written to .* damaged/)]);
  expect(existsSync(join(folder, 'copy.db'))).toBe(false);
});

it('says how PostgreSQL is backed up, and shows no password of it', async () => {
  const storage = { url: 'postgres://bot:hidden-word@127.0.0.1/kickbot' };
  const folder = folderWith({ 'kickbot.config.json': JSON.stringify({ storage }) });
  const { code, stderr } = await kickbot(['backup', 'copy.dump'], folder).ended;
  expect([code, stderr]).toEqual([2, expect.stringContaining('pg_dump --format=custom')]);
  const doctor = await kickbot(['doctor'], folder).ended;
  expect(doctor.stdout).toContain('postgres://bot:[secret]@127.0.0.1/kickbot');
  expect(stderr + doctor.stdout + doctor.stderr).not.toContain('hidden-word');
});
