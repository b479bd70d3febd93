import fc from 'fast-check';
import { TestClock } from 'kickbot/testing';
import { describe, expect, it } from 'vitest';
import { Cooldown } from '../../../src/core/commands/cooldown.js';
import { channelId, userId } from '../../../src/core/primitives/ids.js';

const here = channelId(1);
const there = channelId(2);
const ada = userId(1);
const ben = userId(2);

describe('a cooldown', () => {
  it('of a user rests for that user in that channel', async () => {
    const clock = new TestClock();
    const cooldown = new Cooldown({ user: 5_000 }, clock);
    expect(cooldown.reserve(here, ada)).toBe(true);
    expect(cooldown.reserve(here, ada)).toBe(false);
    expect(cooldown.reserve(here, ben)).toBe(true);
    expect(cooldown.reserve(there, ada)).toBe(true);
    await clock.advance(4_999);
    expect(cooldown.reserve(here, ada)).toBe(false);
    await clock.advance(1);
    expect(cooldown.reserve(here, ada)).toBe(true);
  });

  it('of a channel rests for all in it, a global one for all everywhere', () => {
    const ofChannel = new Cooldown({ channel: 1_000 }, new TestClock());
    expect([ofChannel.reserve(here, ada), ofChannel.reserve(here, ben)]).toEqual([true, false]);
    expect(ofChannel.reserve(there, ben)).toBe(true);
    const global = new Cooldown({ global: 1_000 }, new TestClock());
    expect([global.reserve(here, ada), global.reserve(there, ben)]).toEqual([true, false]);
  });

  it('that refuses takes nothing', async () => {
    const clock = new TestClock();
    const cooldown = new Cooldown({ user: 10_000, channel: 1_000 }, clock);
    cooldown.reserve(here, ada);
    expect(cooldown.reserve(here, ben)).toBe(false);
    await clock.advance('1s');
    expect(cooldown.reserve(here, ben)).toBe(true);
  });

  it('never lets the same user through twice within it, however many others come between', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ user: fc.integer({ min: 1, max: 4 }), wait: fc.nat(60) })),
        async (uses) => {
          const clock = new TestClock();
          const cooldown = new Cooldown({ user: 100 }, clock);
          const last = new Map<number, number>();
          for (const { user, wait } of uses) {
            await clock.advance(wait);
            const rested = clock.monotonic() - (last.get(user) ?? Number.NEGATIVE_INFINITY) >= 100;
            expect(cooldown.reserve(here, userId(user))).toBe(rested);
            if (rested) last.set(user, clock.monotonic());
          }
        },
      ),
    );
  });

  it('remembers at most 10,000 people', () => {
    const cooldown = new Cooldown({ user: 60_000 }, new TestClock());
    for (let id = 1; id <= 10_001; id++) cooldown.reserve(here, userId(id));
    expect(cooldown.reserve(here, userId(10_001))).toBe(false);
    expect(cooldown.reserve(here, userId(1))).toBe(true);
  });
});
