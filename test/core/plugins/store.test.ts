import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Store } from '../../../src/core/plugins/store.js';
import { StoreTransactions } from '../../../src/core/plugins/store-transactions.js';
import { channelId, userId } from '../../../src/core/primitives/ids.js';
import type { Database } from '../../../src/core/storage/schema.js';
import { openTestDatabase } from '../../support/database.js';
import { FakeClock } from '../../support/fake-clock.js';

let database: Database;
let clock: FakeClock;
let store: Store;
const storeOf = (plugin: string) => new Store(plugin, new StoreTransactions(async () => database, clock));

beforeEach(async () => {
  clock = new FakeClock();
  database = await openTestDatabase();
  store = storeOf('dice');
});
afterEach(() => database.destroy());

const points = () => store.of('points', z.number().int());
const profiles = () => store.of('profiles', z.object({ name: z.string(), wins: z.int().default(0) }));

describe('values', () => {
  it('are written, read, replaced and deleted', async () => {
    expect(await points().get('ada')).toBeUndefined();
    await points().set('ada', 5);
    await points().set('ada', 6);
    expect(await points().get('ada')).toBe(6);
    expect(await points().delete('ada')).toBe(true);
    expect(await points().delete('ada')).toBe(false);
    expect(await points().get('ada')).toBeUndefined();
  });

  it('are read back as the schema reads them, defaults filled in', async () => {
    await profiles().set(7, { name: 'Ada' });
    expect(await profiles().get('7')).toEqual({ name: 'Ada', wins: 0 });
    const dates = store.of('dates', z.string().pipe(z.coerce.date()));
    await dates.set('born', '1815-12-10');
    expect(await dates.get('born')).toEqual(new Date('1815-12-10'));
  });

  it('F: __proto__ and constructor are keys and table names like others', async () => {
    for (const key of ['__proto__', 'constructor', 'toString', '%_', "'; drop table tokens; --"]) {
      expect(await points().get(key)).toBeUndefined();
      await points().set(key, 1);
      expect(await points().get(key)).toBe(1);
    }
    await store.of('constructor', z.unknown()).set('a', JSON.parse('{"__proto__":{"polluted":true}}'));
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
    expect(await points().list()).toHaveLength(5);
  });

  it('belong to a table, a plugin, a channel and a user, whichever the order', async () => {
    const [one, other] = [{ channelId: channelId(1) }, { channelId: channelId(2) }];
    const ada = { id: userId(1) };
    const tables = [
      points(),
      store.of('others', z.number()),
      storeOf('quotes').of('points', z.number()),
      points().channel(one),
      points().channel(other),
      points().user(ada),
      points().user(ada).channel(one),
    ];
    for (const [index, table] of tables.entries()) await table.set('a', index);
    for (const [index, table] of tables.entries()) {
      expect(await table.list()).toEqual([{ key: 'a', value: index }]);
    }
    expect(await points().channel(one).user(ada).get('a')).toBe(6);
  });

  it.each([
    ['store.value_invalid', 'a fraction', () => points().set('a', 0.5)],
    ['store.value_invalid', 'what is no JSON number', () => points().set('a', Number.NaN)],
    ['store.value_invalid', 'nothing', () => store.of('any', z.unknown()).set('a', undefined)],
    ['store.value_invalid', 'a date', () => store.of('dates', z.date()).set('a', new Date(0))],
    ['store.value_invalid', 'a fraction made by update', () => points().update('a', () => 0.5)],
    [
      'store.value_invalid',
      'what async gives',
      () => store.of('any', z.unknown()).update('a', async () => 1),
    ],
    [
      'store.value_too_large',
      '64 kB and a quotation mark',
      () => store.of('any', z.string()).set('a', 'x'.repeat(65_535)),
    ],
    ['store.key_invalid', 'an empty key', () => points().set('', 1)],
    ['store.key_invalid', 'a long key', () => points().get('x'.repeat(201))],
    ['store.key_invalid', 'a NUL', () => points().delete('a\0b')],
    ['store.key_invalid', 'half a surrogate pair', () => points().increment('\ud83d')],
    ['store.name_invalid', 'a table without a name', async () => store.of('', z.number())],
  ])('%s: %s is refused, and nothing is written', async (code, _what, attempt) => {
    await expect(attempt()).rejects.toMatchObject({ code });
    expect(await database.selectFrom('plugin_values').selectAll().execute()).toEqual([]);
  });

  it('that do not fit a newer schema are refused with the plugin, the table and the key', async () => {
    await store.of('points', z.string()).set('ada', 'many');
    await expect(points().get('ada')).rejects.toMatchObject({
      code: 'store.value_invalid',
      message: expect.stringMatching(/^Plugin dice, store points: the value of 'ada' does not fit/),
    });
    await expect(points().increment('ada')).rejects.toMatchObject({ code: 'store.value_invalid' });
    expect(await store.of('points', z.string()).get('ada')).toBe('many');
  });
});

describe('listing', () => {
  it('is sorted by key in the order of Unicode, and goes on behind a key', async () => {
    const keys = ['10', '9', 'A', 'B', 'a', 'ä', 'ﬀ', '😀'];
    for (const key of keys.toReversed()) await points().set(key, 1);
    const listed = await points().list();
    expect(listed.map(({ key }) => key)).toEqual(keys);
    expect((await points().list({ after: 'B', limit: 2 })).map(({ key }) => key)).toEqual(['a', 'ä']);
  });

  it('gives the highest numbers first, equal ones by key', async () => {
    for (const [key, value] of Object.entries({ a: 9, b: 10, c: -1, d: 10 })) await points().set(key, value);
    expect(await points().top(3)).toEqual([
      { key: 'b', value: 10 },
      { key: 'd', value: 10 },
      { key: 'a', value: 9 },
    ]);
  });
});

describe('expiry', () => {
  it('hides a value from everything from that moment on', async () => {
    await points().set('ada', 5, { expiresIn: '10m' });
    clock.advance(10 * 60_000 - 1);
    expect(await points().top(1)).toHaveLength(1);
    clock.advance(1);
    expect([await points().get('ada'), await points().list(), await points().top(1)]).toEqual([
      undefined,
      [],
      [],
    ]);
    expect(await points().delete('ada')).toBe(false);
  });

  it('begins anew with a value, and is kept by update and increment unless told', async () => {
    await points().set('ada', 5, { expiresIn: 1000 });
    expect(await points().increment('ada')).toBe(6);
    clock.advance(1000);
    expect(await points().increment('ada')).toBe(1);
    clock.advance(1_000_000);
    expect(await points().increment('ada', 1, { expiresIn: '1s' })).toBe(2);
    clock.advance(1000);
    expect(await points().get('ada')).toBeUndefined();
    await points().set('ada', 5, { expiresIn: 1000 });
    await points().set('ada', 6);
    clock.advance(1000);
    expect(await points().get('ada')).toBe(6);
  });

  it('removes what expired from the database in time', async () => {
    for (let index = 0; index < 1200; index++) await points().set(index, 1, { expiresIn: 100 });
    clock.advance(60_000);
    await points().set('new', 1, { expiresIn: 100 });
    for (let index = 0; index < 500; index++) await points().set('again', 1, { expiresIn: 100 });
    const rows = await database.selectFrom('plugin_values').select('key').execute();
    expect(rows.map(({ key }) => key).sort()).toEqual(['again', 'new']);
  });
});

describe('update', () => {
  it('changes what is there and deletes what becomes undefined', async () => {
    const wins = (by: number) =>
      profiles().update('ada', (old) => ({ name: 'Ada', wins: (old?.wins ?? 0) + by }));
    expect(await wins(1)).toEqual({ name: 'Ada', wins: 1 });
    expect(await wins(2)).toEqual({ name: 'Ada', wins: 3 });
    expect(await profiles().update('ada', () => undefined)).toBeUndefined();
    expect(await profiles().update('eve', (old) => old)).toBeUndefined();
    expect(await database.selectFrom('plugin_values').selectAll().execute()).toEqual([]);
  });

  it('loses none of a hundred at once', async () => {
    await Promise.all(Array.from({ length: 100 }, () => points().increment('ada')));
    await store.transaction(() => Promise.all(Array.from({ length: 100 }, () => points().increment('ada'))));
    expect(await points().get('ada')).toBe(200);
  });

  it('leaves things as they were where its function throws', async () => {
    await points().set('ada', 5);
    const broken = new TypeError('ouch');
    const fail = (key: string) =>
      points().update(key, () => {
        throw broken;
      });
    await expect(fail('ada')).rejects.toBe(broken);
    await expect(fail('eve')).rejects.toBe(broken);
    await store.transaction(() => fail('eve').catch(() => undefined));
    expect(await points().list()).toEqual([{ key: 'ada', value: 5 }]);
  });
});

describe('transaction', () => {
  it('does all or nothing, one within another included', async () => {
    await points().set('ada', 5);
    const give = (amount: number) =>
      store.transaction(async () => {
        await points().increment('eve', amount);
        await store.transaction(() => points().increment('ada', -amount));
        if (((await points().get('ada')) ?? 0) < 0) throw new RangeError('too little');
        return 'given';
      });
    expect(await give(3)).toBe('given');
    await expect(give(3)).rejects.toThrow(RangeError);
    expect(await points().list()).toEqual([
      { key: 'ada', value: 2 },
      { key: 'eve', value: 3 },
    ]);
  });

  it('has others wait for it', async () => {
    let enter = () => {};
    const entered = new Promise<void>((resolve) => {
      enter = resolve;
    });
    let leave = () => {};
    const left = new Promise<void>((resolve) => {
      leave = resolve;
    });
    const first = store.transaction(async () => {
      await points().increment('ada');
      enter();
      await left;
      await points().increment('ada');
    });
    await entered;
    const second = points().update('ada', (value = 0) => value * 10);
    leave();
    await Promise.all([first, second]);
    expect(await points().get('ada')).toBe(20);
  });

  it('is undone when it takes longer than a second, and what it does later is refused', async () => {
    let late: Promise<unknown> = Promise.resolve();
    let wake = () => {};
    const slept = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const tooLong = store.transaction(async () => {
      await points().set('ada', 1);
      late = slept.then(() => points().set('ada', 2));
      clock.advance(1000);
      await late;
    });
    await expect(tooLong).rejects.toMatchObject({ code: 'store.transaction_too_long' });
    wake();
    await expect(late).rejects.toMatchObject({ code: 'store.transaction_over' });
    expect(await points().get('ada')).toBeUndefined();
    expect(clock.pending).toBe(0);
  });
});

it('a database that cannot be used is told in one sentence that names storage.url', async () => {
  await database.schema.dropTable('plugin_values').execute();
  for (const attempt of [
    () => points().get('a'),
    () => points().increment('a'),
    () => store.transaction(() => points().set('a', 1)),
  ]) {
    await expect(attempt()).rejects.toMatchObject({
      code: 'storage.failed',
      message: expect.stringMatching(/^The database could not be used \(.+\)\. .*storage\.url/),
    });
  }
});
