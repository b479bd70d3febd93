import { z } from 'zod';
import { Store } from '../../../src/core/plugins/store.js';
import { StoreTransactions } from '../../../src/core/plugins/store-transactions.js';
import { type DatabaseOptions, openDatabase } from '../../../src/core/storage/database.js';
import { FakeClock } from '../../support/fake-clock.js';

/** The program of one process: takes points from one and gives them to another, a hundred times. */
export async function run(storage: DatabaseOptions): Promise<void> {
  const database = await openDatabase(storage);
  const store = new Store('dice', new StoreTransactions(async () => database, new FakeClock()));
  const points = store.of('points', z.int());
  for (let time = 0; time < 100; time++) {
    await store.transaction(async () => {
      await points.update('ada', (value = 0) => value - 1);
      await points.increment('eve');
    });
    await points.increment('total');
  }
  await database.destroy();
  process.disconnect?.();
}
