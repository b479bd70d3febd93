import fc from 'fast-check';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { Store } from '../../../src/core/plugins/store.js';
import { StoreTransactions } from '../../../src/core/plugins/store-transactions.js';
import { channelId } from '../../../src/core/primitives/ids.js';
import { openTestDatabase, runs } from '../../support/database.js';
import { FakeClock } from '../../support/fake-clock.js';

const key = fc.oneof(
  fc.constantFrom('a', 'B', 'é', '__proto__', '😀', '10', '9'),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4 }).filter((text) => !text.includes('\0')),
);
const number = fc.integer({ min: -1000, max: 1000 });
const expiresIn = fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined });
const step = fc.oneof(
  fc.record({ do: fc.constant('set' as const), key, number, expiresIn }),
  fc.record({ do: fc.constant('increment' as const), key, number, expiresIn }),
  fc.record({ do: fc.constant('double or delete' as const), key }),
  fc.record({ do: fc.constant('delete' as const), key }),
  fc.record({ do: fc.constant('wait' as const), number: fc.nat(60) }),
  fc.record({ do: fc.constant('all or nothing' as const), key, number, isUndone: fc.boolean() }),
);

const byCodePoint = (one: string, other: string) => Buffer.compare(Buffer.from(one), Buffer.from(other));

it('the store does what a Map with an expiry does', { timeout: 120_000 }, async () => {
  const database = await openTestDatabase();
  let channel = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const clock = new FakeClock();
      const store = new Store('property', new StoreTransactions(async () => database, clock));
      const table = store.of('numbers', z.int()).channel({ channelId: channelId(channel++) });
      const model = new Map<string, { value: number; until: number }>();
      const until = (duration: number | undefined, otherwise = Infinity) =>
        duration === undefined ? otherwise : clock.now() + duration;
      const options = (duration: number | undefined) =>
        duration === undefined ? {} : { expiresIn: duration };

      for (const at of steps) {
        if (at.do === 'wait') clock.advance(at.number);
        for (const [key, { until }] of model) if (until <= clock.now()) model.delete(key);
        if (at.do === 'set') {
          await table.set(at.key, at.number, options(at.expiresIn));
          model.set(at.key, { value: at.number, until: until(at.expiresIn) });
        } else if (at.do === 'increment') {
          const before = model.get(at.key);
          const value = (before?.value ?? 0) + at.number;
          expect(await table.increment(at.key, at.number, options(at.expiresIn))).toBe(value);
          model.set(at.key, { value, until: until(at.expiresIn, before?.until) });
        } else if (at.do === 'double or delete') {
          const before = model.get(at.key);
          const doubled = await table.update(at.key, (value) =>
            value === undefined || Math.abs(value) > 500 ? undefined : value * 2,
          );
          if (before === undefined || doubled === undefined) model.delete(at.key);
          else model.set(at.key, { ...before, value: before.value * 2 });
        } else if (at.do === 'delete') {
          expect(await table.delete(at.key)).toBe(model.delete(at.key));
        } else if (at.do === 'all or nothing') {
          const done = store.transaction(async () => {
            await table.set(at.key, at.number);
            await table.delete('a');
            if (at.isUndone) throw new RangeError('undone');
          });
          await (at.isUndone ? expect(done).rejects.toThrow(RangeError) : done);
          if (!at.isUndone) model.set(at.key, { value: at.number, until: Infinity }).delete('a');
        }
        if ('key' in at) expect(await table.get(at.key)).toBe(model.get(at.key)?.value);
      }

      const entries = Array.from(model, ([key, { value }]) => ({ key, value })).sort((one, other) =>
        byCodePoint(one.key, other.key),
      );
      expect(await table.list()).toEqual(entries);
      expect(await table.top(5)).toEqual(
        entries.toSorted((one, other) => other.value - one.value).slice(0, 5),
      );
    }),
    { numRuns: runs },
  );
  await database.destroy();
});
