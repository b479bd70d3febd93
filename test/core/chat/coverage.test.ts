import { describe, expect, it } from 'vitest';
import { Coverage } from '../../../src/core/chat/coverage.js';

describe('the coverage of a channel', () => {
  it('begins when a transport first receives it', () => {
    const coverage = new Coverage();
    expect(coverage.has(1_000)).toBe(false);
    coverage.begin(1_000);
    coverage.begin(5_000);
    expect([coverage.has(999), coverage.has(1_000)]).toEqual([false, true]);
  });

  it('has no gaps in it, nor what may have been in one by the clock of Kick', () => {
    const coverage = new Coverage();
    coverage.begin(0);
    coverage.addGap({ from: 100_000, to: 200_000 });
    const at = [89_999, 90_000, 150_000, 210_000, 210_001];
    expect(at.map((time) => coverage.has(time))).toEqual([true, false, false, false, true]);
    expect(coverage.toldUntil).toBe(200_000);
  });

  it('reaches back over 20 gaps', () => {
    const coverage = new Coverage();
    coverage.begin(0);
    for (let gap = 1; gap <= 21; gap++) coverage.addGap({ from: gap * 100_000, to: gap * 100_000 + 1 });
    expect([50_000, 99_000, 150_000, 1_250_000].map((time) => coverage.has(time))).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });
});
