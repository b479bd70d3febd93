import { expect, it } from 'vitest';
import type { Delivery } from '../../../../src/core/chat/transport.js';
import { DeliveryReceiver } from '../../../../src/core/chat/webhook/delivery-receiver.js';
import { DeliveryStore } from '../../../../src/core/chat/webhook/delivery-store.js';
import { openDatabase } from '../../../../src/core/storage/database.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { RecordingLogger } from '../../../support/recording-logger.js';
import { chatBody, streamer } from './setup.js';

it('E72 answers 503 while 10,000 wait for their handlers, and takes more when some are taken', async () => {
  const clock = new FakeClock();
  const logger = new RecordingLogger();
  const database = await openDatabase({ url: 'sqlite::memory:', directory: '.' });
  const receiver = new DeliveryReceiver({
    keys: { accept: async () => true },
    store: new DeliveryStore({ database, clock, logger }),
    channelOf: () => streamer,
    clock,
    logger,
  });
  const handed: Delivery[] = [];
  receiver.handTo((_frame, _channel, delivery) => void handed.push(delivery));
  const body = Buffer.from(JSON.stringify(chatBody()));
  const receive = (messageId: string) => {
    const [signature, timestamp] = [Buffer.alloc(0), '2026-01-01T00:00:00Z'];
    const headers = { messageId, signature, timestamp, sentAt: clock.now(), type: 'chat.message.sent' };
    return receiver.receive({ ...headers, version: '1' }, body);
  };

  for (let count = 0; count < 10_000; count++) expect(await receive(`first ${count}`)).toBe('accepted');
  expect(await receive('one more')).toBe('unavailable');
  await new Promise(setImmediate);
  expect(handed).toHaveLength(10_000);
  handed[0]?.settled();
  handed[0]?.settled();
  expect(await receive('one more')).toBe('accepted');
  expect(await receive('another')).toBe('unavailable');
  for (const delivery of handed) delivery.settled();
  expect(await receive('another')).toBe('accepted');
  expect(logger.lines.map(([level]) => level)).toEqual(['warn', 'info', 'warn', 'info']);
  await database.destroy();
});
