import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Backoff } from '../../../../src/core/chat/pusher/backoff.js';
import { FixedRandom } from '../../../support/fixed-random.js';

const fraction = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

it('waits from 0.5 s up to a ceiling that doubles to 30 s', () => {
  const longest = new Backoff(new FixedRandom(1));
  expect(Array.from({ length: 8 }, () => longest.next())).toEqual([
    1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000,
  ]);
  const shortest = new Backoff(new FixedRandom(0));
  expect(Array.from({ length: 3 }, () => shortest.next())).toEqual([500, 500, 500]);
});

it('starts anew after a stable connection', () => {
  const backoff = new Backoff(new FixedRandom(1));
  for (let failures = 0; failures < 5; failures++) backoff.next();
  backoff.reset();
  expect(backoff.next()).toBe(1_000);
});

it('never waits less than 0.5 s or more than 30 s, and at least 15 s after a refusal', () => {
  fc.assert(
    fc.property(fraction, fc.array(fc.boolean(), { minLength: 1, maxLength: 200 }), (chance, refusals) => {
      const backoff = new Backoff(new FixedRandom(chance));
      for (const isRefusal of refusals) {
        const wait = backoff.next(isRefusal);
        expect(wait).toBeGreaterThanOrEqual(isRefusal ? 15_000 : 500);
        expect(wait).toBeLessThanOrEqual(30_000);
      }
    }),
  );
});
