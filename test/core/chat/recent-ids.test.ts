import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecentIds } from '../../../src/core/chat/recent-ids.js';

describe('recent ids', () => {
  it('are recognised for half the capacity at least and forgotten after all of it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 40 }),
        fc.array(fc.oneof(fc.nat(60).map(String), fc.string()), { maxLength: 300 }),
        (capacity, shown) => {
          const ids = new RecentIds(capacity);
          const remembered: string[] = [];
          for (const id of shown) {
            const age = remembered.length - remembered.lastIndexOf(id);
            const isNew = ids.add(id);
            if (!remembered.includes(id) || age > capacity) expect(isNew).toBe(true);
            else if (age <= capacity / 2) expect(isNew).toBe(false);
            if (isNew) remembered.push(id);
          }
        },
      ),
    );
  });

  it('are as many as they may be at most, where that is an odd number too', () => {
    const ids = new RecentIds(3);
    for (const id of ['a', 'b', 'c', 'd']) ids.add(id);
    expect(ids.add('a')).toBe(true);
  });

  it('say how often the older half of them was forgotten', () => {
    const ids = new RecentIds(4);
    for (const id of ['a', 'b', 'b', 'a']) ids.add(id);
    expect(ids.timesForgotten).toBe(0);
    for (const id of ['c', 'd', 'e']) ids.add(id);
    expect(ids.timesForgotten).toBe(2);
  });

  it('are never taken for one another', () => {
    const ids = new RecentIds(50_000);
    let mistaken = 0;
    for (let index = 0; index < 300_000; index++) {
      // Those that differ little, and Kick's.
      if (!ids.add(String(index)) || !ids.add(`live/${index}`) || !ids.add(randomUUID())) mistaken++;
    }
    expect(mistaken).toBe(0);
  });
});
