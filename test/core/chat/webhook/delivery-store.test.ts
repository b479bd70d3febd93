import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeliveryStore } from '../../../../src/core/chat/webhook/delivery-store.js';
import { openDatabase } from '../../../../src/core/storage/database.js';
import type { Database } from '../../../../src/core/storage/schema.js';
import { newDatabaseUrl, onPostgres } from '../../../support/database.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { RecordingLogger } from '../../../support/recording-logger.js';
import { chatBody, streamer } from './setup.js';

let directory: string;
let database: Database;
let clock: FakeClock;
beforeEach(async () => {
  clock = new FakeClock();
  directory = mkdtempSync(join(tmpdir(), 'kickbot-deliveries-'));
  database = await openDatabase({ url: await newDatabaseUrl('sqlite:deliveries.db'), directory });
});
afterEach(async () => {
  await database.destroy();
  rmSync(directory, { recursive: true });
});

const hour = 3_600_000;
const open = (rememberedAtMost?: number) =>
  new DeliveryStore({
    database,
    clock,
    logger: new RecordingLogger(),
    ...(rememberedAtMost !== undefined && { rememberedAtMost }),
  });

/** A delivery, its number in its id and its time. */
function delivery(number: number) {
  return {
    messageId: `01DELIVERY${String(number).padStart(16, '0')}`,
    type: 'chat.message.sent',
    broadcasterUserId: streamer.broadcasterUserId,
    sentAt: clock.now() + number,
    body: JSON.stringify(chatBody('x'.repeat(800))),
  };
}

/** Stored and settled. */
async function fill(store: DeliveryStore, from: number, to: number): Promise<void> {
  for (let number = from; number < to; number++) {
    await store.add(delivery(number));
    store.settle(delivery(number).messageId);
  }
  await store.write();
}

const remembered = async () =>
  (await database.selectFrom('webhook_deliveries').select('message_id').execute()).length;

describe('the deliveries that are remembered', () => {
  it('take little room once they are settled', async () => {
    await fill(open(), 0, 3_000);
    if (onPostgres) {
      const { rows } = await sql<{
        size: number;
      }>`select pg_table_size('webhook_deliveries') as size`.execute(database);
      return expect((rows[0]?.size ?? 0) / 3_000).toBeLessThan(1_000);
    }
    await sql`pragma wal_checkpoint(truncate)`.execute(database);
    // With their bodies it would be a kilobyte for each.
    expect(statSync(join(directory, 'deliveries.db')).size / 3_000).toBeLessThan(300);
  });

  it('are as many as may be, and how far back they reach is known after a restart too', async () => {
    const store = open(1_000);
    await fill(store, 0, 2_500);
    await store.clean();
    expect(await remembered()).toBe(1_000);
    expect(store.forgottenUntil).toBe(delivery(1_499).sentAt);
    expect(await store.add(delivery(1_500))).toBe(false);

    const next = open(1_000);
    await next.clean();
    expect(next.forgottenUntil).toBe(delivery(1_499).sentAt);
    // What waits for its handlers is kept, however old it is.
    await next.add({ ...delivery(0), messageId: 'waiting' });
    await fill(next, 2_500, 3_000);
    await next.clean();
    expect((await next.unsettled()).map(({ messageId }) => messageId)).toEqual(['waiting']);
  });

  it('are forgotten after 25 hours, a part at a time', async () => {
    const store = open();
    await fill(store, 0, 3_500);
    clock.advance(25 * hour + 3_500);
    await fill(store, 4_000, 4_001);
    let turns = 0;
    let isOver = false;
    const turn = () => {
      turns++;
      if (!isOver) setImmediate(turn);
    };
    setImmediate(turn);
    await store.clean();
    isOver = true;
    expect(await remembered()).toBe(1);
    expect(turns).toBeGreaterThanOrEqual(3);
    expect(store.forgottenUntil).toBe(-Infinity);
  });

  it('are handed on after a start by one process alone', async () => {
    await open().add(delivery(1));
    const [one, other] = [open(), open()];
    const [left] = await one.unsettled();
    if (left === undefined) throw new Error('Nothing was stored.');
    expect(await Promise.all([one.recall(left), other.recall(left)])).toEqual([true, false]);
    const [again] = await other.unsettled();
    expect(again).toMatchObject({ ...delivery(1), body: left.body, recalls: 1 });
    one.settle(left.messageId);
    await one.write();
    expect(again && (await other.recall(again))).toBe(false);
  });
});
