import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { Store } from '../../../src/core/plugins/store.js';
import { StoreTransactions } from '../../../src/core/plugins/store-transactions.js';
import { openDatabase } from '../../../src/core/storage/database.js';
import { startProgram } from '../../support/child-program.js';
import { newDatabaseUrl } from '../../support/database.js';
import { FakeClock } from '../../support/fake-clock.js';

it('two processes on one database lose no update of each other', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'kickbot-store-'));
  const storage = { url: await newDatabaseUrl('sqlite:shared.db'), directory };
  const program = join(import.meta.dirname, 'store-process.ts');
  const ends = [1, 2].map(() => once(startProgram(program, 'run', storage), 'exit'));
  expect(await Promise.all(ends)).toEqual([
    [0, null],
    [0, null],
  ]);
  const database = await openDatabase(storage);
  const store = new Store('dice', new StoreTransactions(async () => database, new FakeClock()));
  expect(await store.of('points', z.int()).list()).toEqual([
    { key: 'ada', value: -200 },
    { key: 'eve', value: 200 },
    { key: 'total', value: 200 },
  ]);
  await database.destroy();
  rmSync(directory, { recursive: true });
});
