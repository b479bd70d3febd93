import { describe, expect, it } from 'vitest';
import { SeenMessages } from '../../../src/core/chat/seen-messages.js';
import { messageId } from '../../../src/core/primitives/ids.js';
import { openTestDatabase } from '../../support/database.js';
import { FakeClock } from '../../support/fake-clock.js';
import { RecordingLogger } from '../../support/recording-logger.js';

async function open(clock = new FakeClock()) {
  const database = await openTestDatabase();
  const logger = new RecordingLogger();
  const make = () => new SeenMessages({ database, clock, logger });
  return { database, clock, logger, make, seen: make() };
}

describe('the messages seen', () => {
  it('are known to the next run, the oldest first', async () => {
    const { clock, make, seen } = await open();
    seen.add(messageId('b'));
    await seen.flush();
    clock.advance(1);
    for (const id of ['a', 'b']) seen.add(messageId(id));
    await seen.flush();
    expect(await make().load()).toEqual(['b', 'a']);
  });

  it('are written a second after the first of them', async () => {
    const { clock, make, seen } = await open();
    seen.add(messageId('a'));
    clock.advance(999);
    seen.add(messageId('b'));
    expect(await make().load()).toEqual([]);
    clock.advance(1);
    expect(clock.pending).toBe(0);
    await seen.flush();
    expect(await make().load()).toEqual(['a', 'b']);
  });

  it('are forgotten after 25 hours, and beyond 50,000 of them', async () => {
    const { clock, make, seen } = await open();
    seen.add(messageId('old'));
    await seen.flush();
    clock.advance(25 * 3_600_000);
    expect(await make().load()).toEqual(['old']);
    clock.advance(1);
    expect(await make().load()).toEqual([]);
    seen.add(messageId('first'));
    await seen.flush();
    clock.advance(1);
    for (let number = 0; number < 50_000; number++) seen.add(messageId(`m${number}`));
    await seen.flush();
    const kept = await make().load();
    expect(kept).toHaveLength(50_000);
    expect(kept).not.toContain('first');
  });

  it('are at no time many more than that, however fast they come', async () => {
    const { database, seen, clock } = await open();
    for (let second = 0; second < 27; second++) {
      for (let number = 0; number < 2_000; number++) seen.add(messageId(`m${second}-${number}`));
      clock.advance(1);
      await seen.flush();
    }
    const { stored } = await database
      .selectFrom('seen_messages')
      .select(({ fn }) => fn.countAll<number>().as('stored'))
      .executeTakeFirstOrThrow();
    expect(stored).toBe(50_000);
  });

  it('wait where they cannot be stored; that is said once, and once that it is over', async () => {
    const { database, clock, logger, make, seen } = await open();
    await database.schema.alterTable('seen_messages').renameTo('away').execute();
    for (const id of ['a', 'b']) {
      seen.add(messageId(id));
      await seen.flush();
    }
    await database.schema.alterTable('away').renameTo('seen_messages').execute();
    clock.advance(1_000);
    await seen.flush();
    expect(await make().load()).toEqual(['a', 'b']);
    expect(logger.lines).toEqual([
      [
        'warn',
        expect.stringMatching(/^The ids of handled messages cannot be stored \(.+\)\. Until they can/),
      ],
      ['info', 'The ids of handled messages are stored again.'],
    ]);
  });
});
