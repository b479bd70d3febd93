import { describe, expect, it } from 'vitest';
import { durationMs, parseDuration } from '../../../src/core/primitives/duration.js';

describe('a duration', () => {
  it.each([
    ['5s', 5_000],
    ['250ms', 250],
    ['10m', 600_000],
    ['1h30m', 5_400_000],
    ['2d', 172_800_000],
  ] as const)('%s is %i ms', (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
    expect(durationMs(text)).toBe(expected);
  });

  it.each(['', '5', 's', '5 s', '-5s', '5s!', '1h 30m', 'five minutes', '5S'])('is not %j', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it('as a number is milliseconds, never negative or infinite', () => {
    expect(durationMs(1500)).toBe(1500);
    expect(() => durationMs(-1)).toThrow(RangeError);
    expect(() => durationMs(Number.POSITIVE_INFINITY)).toThrow(RangeError);
  });
});
