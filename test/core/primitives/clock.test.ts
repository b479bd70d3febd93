import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SystemClock } from '../../../src/core/primitives/clock.js';

const day = 86_400_000;

describe("the machine's clock", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('waits for longer than a timer of the machine can', async () => {
    let runs = 0;
    new SystemClock().schedule(60 * day, () => runs++);
    await vi.advanceTimersByTimeAsync(59 * day);
    expect(runs).toBe(0);
    await vi.advanceTimersByTimeAsync(day);
    expect(runs).toBe(1);
  });

  it('can be told otherwise at any time of a long wait', async () => {
    let runs = 0;
    const cancel = new SystemClock().schedule(60 * day, () => runs++);
    await vi.advanceTimersByTimeAsync(30 * day);
    cancel();
    await vi.advanceTimersByTimeAsync(60 * day);
    expect(runs).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});
