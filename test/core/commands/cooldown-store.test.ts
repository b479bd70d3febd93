import { describe, expect, it } from 'vitest';
import { Cooldown } from '../../../src/core/commands/cooldown.js';
import { CooldownStore } from '../../../src/core/commands/cooldown-store.js';
import { channelId, userId } from '../../../src/core/primitives/ids.js';
import { openTestDatabase } from '../../support/database.js';
import { FakeClock } from '../../support/fake-clock.js';
import { RecordingLogger } from '../../support/recording-logger.js';

const here = channelId(1);
const ada = userId(1);
const ben = userId(2);
const hour = 3_600_000;

async function setUp() {
  const database = await openTestDatabase();
  const clock = new FakeClock();
  const logger = new RecordingLogger();
  /** A run of the bot: its store, and the cooldown of one of its commands. */
  const run = async ({ plugin = 'games', command = 'daily', user = hour } = {}) => {
    const store = await CooldownStore.open({ database, clock, logger });
    const cooldown = new Cooldown({ user }, clock, (circle) => store.memory.of(plugin, command, circle));
    return { store, cooldown, reserve: (who = ada) => cooldown.reserve(here, who) };
  };
  const rows = () => database.selectFrom('cooldowns').selectAll().orderBy('who').execute();
  return { database, clock, logger, run, rows };
}

describe('a long cooldown', () => {
  it('goes on through a restart, and no longer than it would have', async () => {
    const { clock, run } = await setUp();
    const first = await run();
    expect(first.reserve()).toBe(true);
    await first.store.flush();
    clock.advance(hour - 1);
    const second = await run();
    expect([second.reserve(), second.reserve(ben)]).toEqual([false, true]);
    clock.advance(1);
    expect(second.reserve()).toBe(true);
  });

  it('is written a second after it was begun, once, and forgotten when it is over', async () => {
    const { clock, run, rows } = await setUp();
    const { store, reserve } = await run({ user: 60_000 });
    reserve(ada);
    clock.advance(999);
    reserve(ben);
    expect(await rows()).toEqual([]);
    clock.advance(1);
    await store.flush();
    const row = { plugin: 'games', command: 'daily', circle: 'user' };
    const endsAt = clock.now() + 59_000;
    expect(await rows()).toEqual([
      { ...row, who: '1:1', ends_at: endsAt },
      { ...row, who: '1:2', ends_at: endsAt + 999 },
    ]);
    clock.advance(59_000);
    reserve(ada);
    await store.flush();
    expect((await rows()).map(({ who }) => who)).toEqual(['1:1', '1:2']);
    clock.advance(1_000);
    await run();
    expect((await rows()).map(({ who }) => who)).toEqual(['1:1']);
    expect(clock.pending).toBe(0);
  });

  it('belongs to one command of one plugin, whatever they are called', async () => {
    const { run } = await setUp();
    const { store, reserve } = await run({ plugin: '__proto__', command: 'constructor' });
    reserve();
    await store.flush();
    expect((await run()).reserve()).toBe(true);
    expect((await run({ plugin: '__proto__', command: '__proto__' })).reserve()).toBe(true);
    expect((await run({ plugin: '__proto__', command: 'constructor' })).reserve()).toBe(false);
  });

  it('that was made shorter, or begun under a clock that was ahead, keeps nobody waiting for its old end', async () => {
    const { clock, run } = await setUp();
    const { store, reserve } = await run({ user: 24 * hour });
    reserve();
    await store.flush();
    clock.advance(hour);
    expect((await run({ user: hour })).reserve()).toBe(true);
  });

  it('is the only kind that is stored', async () => {
    const { run, rows } = await setUp();
    const { store, reserve } = await run({ user: 59_999 });
    expect([reserve(), reserve()]).toEqual([true, false]);
    await store.flush();
    expect(await rows()).toEqual([]);
  });

  it('still rests where it cannot be stored, which is told once, and once when it can be again', async () => {
    const { database, logger, run, rows } = await setUp();
    const { store, reserve } = await run();
    await database.schema.alterTable('cooldowns').renameTo('away').execute();
    for (const user of [ada, ben]) {
      expect([reserve(user), reserve(user)]).toEqual([true, false]);
      await store.flush();
    }
    await database.schema.alterTable('away').renameTo('cooldowns').execute();
    await store.flush();
    expect(await rows()).toHaveLength(2);
    expect(logger.lines).toMatchObject([
      ['warn', expect.stringContaining('a restart forgets those that are begun')],
      ['info', 'Cooldowns are stored again.'],
    ]);
  });
});
