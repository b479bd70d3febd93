import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Backoff } from '../../../../src/core/chat/realtime/backoff.js';
import { FixedRandom } from '../../../support/fixed-random.js';

const fraction = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const broken = { isSlow: false };
const refused = { isSlow: true };
const restart = { isSlow: false, isRestart: true };

it('4.3.2 waits from 0.5 s up to a ceiling that grows to 30 s', () => {
  const longest = new Backoff(new FixedRandom(1));
  expect(Array.from({ length: 8 }, () => longest.next(broken))).toEqual([
    1_000, 1_500, 2_250, 3_375, 5_062.5, 7_593.75, 11_390.625, 17_085.9375,
  ]);
  const shortest = new Backoff(new FixedRandom(0));
  expect(Array.from({ length: 3 }, () => shortest.next(broken))).toEqual([500, 500, 500]);
});

it('4.3.2 tries a stable connection again at once, and once only', () => {
  const backoff = new Backoff(new FixedRandom(0));
  for (let failures = 0; failures < 5; failures++) backoff.next(broken);
  backoff.reset();
  expect([backoff.next(broken), backoff.next(broken)]).toEqual([0, 500]);
});

it('4.3.2 comes back within 20 s, not within one, from a server that let go of all its clients', () => {
  const backoff = new Backoff(new FixedRandom(1));
  backoff.reset();
  expect(Array.from({ length: 3 }, () => backoff.next(restart))).toEqual([20_000, 20_000, 20_000]);
});

it('4.3.2 spreads them over half a minute while that server is away, until it is back', () => {
  const backoff = new Backoff(new FixedRandom(1));
  backoff.reset();
  backoff.next(restart);
  expect([backoff.next(broken), backoff.next(broken)]).toEqual([30_000, 30_000]);
  backoff.connected();
  expect(backoff.next(broken)).toBe(3_375);
});

it('never waits more than 30 s, or a minute where it is refused time and again', () => {
  fc.assert(
    fc.property(fraction, fc.array(fc.boolean(), { minLength: 1, maxLength: 200 }), (chance, refusals) => {
      const backoff = new Backoff(new FixedRandom(chance));
      let before = false;
      for (const isSlow of refusals) {
        const wait = backoff.next(isSlow ? refused : broken);
        const most = isSlow && before ? 60_000 : 30_000;
        expect(wait).toBeGreaterThanOrEqual(isSlow ? most / 2 : 500);
        expect(wait).toBeLessThanOrEqual(most);
        before = isSlow;
      }
    }),
  );
});
