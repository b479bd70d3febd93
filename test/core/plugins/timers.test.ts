import {
  Clock,
  type CronPattern,
  type Duration,
  EventContext,
  Every,
  Plugin,
  type PluginClass,
  type TimerOptions,
  z,
} from 'kickbot';
import { createTestBot } from 'kickbot/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { TestChannel } from '../../../src/testing/test-event.js';
import { createHost, errorOf } from './host-for-tests.js';

const isLive = () => false;

/** A plugin with one timer, that says `tick`. */
function ticking(schedule: Duration | CronPattern, options?: TimerOptions) {
  class Ticking {
    tick() {
      return 'tick';
    }
  }
  Every(schedule, options)(Ticking.prototype, 'tick', { value: Ticking.prototype.tick });
  Plugin({ name: 'ticking' })(Ticking);
  return Ticking;
}

/** The real host in so many channels. */
async function inChannels(channels: number, plugin: PluginClass) {
  const parts = createHost();
  await parts.host.loadAll([plugin]);
  for (let n = 0; n < channels; n++) {
    const { channel } = new TestChannel(`channel-${n}`);
    parts.host.timers.join(channel, isLive);
  }
  return parts;
}

describe('a timer of a duration', () => {
  it('is called each time it has passed, and says what it returns as a timer does', async () => {
    const { clock, sender } = await inChannels(1, ticking('10m'));
    await clock.advance(599_999);
    expect(sender.sent).toEqual([]);
    await clock.advance(1);
    await clock.advance('20m');
    expect(sender.sent.map(({ content, priority, plugin }) => [content, priority, plugin])).toEqual(
      Array.from({ length: 3 }, () => ['tick', 'timer', 'ticking']),
    );
  });

  it('is called once in each of 500 channels, and never in many at one moment', async () => {
    const { clock, sender } = await inChannels(500, ticking('10m'));
    const perSecond: number[] = [];
    for (let second = 0; second < 600; second++) {
      const before = sender.sent.length;
      await clock.advance('1s');
      perSecond.push(sender.sent.length - before);
    }
    expect(new Set(sender.sent.map(({ channel }) => channel.slug)).size).toBe(500);
    expect(sender.sent).toHaveLength(500);
    expect(Math.max(...perSecond)).toBeLessThanOrEqual(2);
  });

  it('does not make up for what was missed while everything stood still', async () => {
    const { clock, sender } = await inChannels(1, ticking('10s'));
    const { monotonic } = clock;
    vi.spyOn(clock, 'monotonic').mockImplementation(() => monotonic.call(clock) + 3_600_000);
    await clock.advance('10s');
    expect(sender.sent).toHaveLength(1);
    await clock.advance('10s');
    expect(sender.sent).toHaveLength(2);
  });

  it('is not called again in a channel where it still runs; in others it is', async () => {
    let ended = 0;
    @Plugin({ name: 'slow' })
    class Slow {
      constructor(private readonly clock: Clock) {}

      @Every('2s')
      async slow(ctx: EventContext) {
        await ctx.say('begun');
        await this.clock.sleep(3_000);
        ended++;
      }
    }
    const { clock, sender } = await inChannels(1, Slow);
    await clock.advance('4s');
    expect(sender.sent).toHaveLength(1);
    await clock.advance('2s');
    expect([sender.sent.length, ended]).toEqual([2, 1]);
  });
});

describe('a timer of a cron pattern', () => {
  // The clock begins on Thursday, 1 January 2026, 0:00 UTC.
  it.each([
    ['0 20 * * *', 'UTC', '2026-01-01T20:00:00.000Z'],
    ['0 20 * * *', 'Europe/Berlin', '2026-01-01T19:00:00.000Z'],
    ['30 8 * * MON', 'America/New_York', '2026-01-05T13:30:00.000Z'],
    ['0 12 3 * *', 'UTC', '2026-01-03T12:00:00.000Z'],
  ] as const)('%s in %s is next called at %s', async (pattern, timeZone, time) => {
    const { clock, sender } = await inChannels(1, ticking(pattern, { timeZone }));
    const untilThen = Date.parse(time) - clock.now();
    await clock.advance(untilThen - 1);
    expect(sender.sent).toEqual([]);
    await clock.advance(1);
    expect(sender.sent).toHaveLength(1);
    await clock.advance('1h');
    expect(sender.sent).toHaveLength(1);
  });

  it('keeps to the hour when the clocks change', async () => {
    const { clock, host, channel, sender } = await inChannels(
      0,
      ticking('0 20 * * *', { timeZone: 'Europe/Berlin' }),
    );
    const { now } = clock;
    const start = Date.parse('2026-03-28T19:00:00Z') - clock.now();
    vi.spyOn(clock, 'now').mockImplementation(() => now.call(clock) + start);
    host.timers.join(channel.channel, isLive);
    await clock.advance(23 * 3_600_000 - 1);
    expect(sender.sent).toEqual([]);
    await clock.advance(1);
    expect(sender.sent).toHaveLength(1);
  });

  it('spreads channels over its minute', async () => {
    const { clock, sender } = await inChannels(120, ticking('0 20 * * *', { timeZone: 'UTC' }));
    await clock.advance('20h');
    expect(sender.sent).toHaveLength(1);
    const perSecond: number[] = [];
    for (let second = 0; second < 60; second++) {
      const before = sender.sent.length;
      await clock.advance('1s');
      perSecond.push(sender.sent.length - before);
    }
    expect(sender.sent).toHaveLength(120);
    expect(Math.max(...perSecond)).toBeLessThanOrEqual(4);
  });

  it('goes by the wall clock, also when that is set, and once for each time', async () => {
    const { clock, sender } = await inChannels(1, ticking('0 20 * * *', { timeZone: 'UTC' }));
    const { now } = clock;
    const set = vi.spyOn(clock, 'now');
    set.mockImplementation(() => now.call(clock) + 19 * 3_600_000);
    await clock.advance('1h');
    expect(sender.sent).toHaveLength(1);
    set.mockImplementation(() => now.call(clock) + 19 * 3_600_000 - 5_000);
    await clock.advance('1h');
    expect(sender.sent).toHaveLength(1);
  });
});

describe('a timer', () => {
  it('for live channels is called while they are, and one for offline channels while they are not', async () => {
    @Plugin({ name: 'two' })
    class Two {
      @Every('1m', { when: 'live' })
      live() {
        return 'live';
      }

      @Every('1m', { when: 'offline' })
      offline() {
        return 'offline';
      }
    }
    const bot = await createTestBot(Two);
    await bot.clock.advance('1m');
    await bot.emit({ type: 'livestream.status.updated', isLive: true });
    await bot.clock.advance('1m');
    await bot.emit({ type: 'livestream.status.updated', isLive: false });
    await bot.clock.advance('1m');
    expect(bot.replies).toEqual(['offline', 'live', 'offline']);
  });

  it('that fails is named, and is called the next time', async () => {
    @Plugin({ name: 'failing' })
    class Failing {
      @Every('1m')
      fail(ctx: EventContext) {
        throw new Error(`in ${ctx.channel.slug}`);
      }
    }
    const { clock, logger } = await inChannels(1, Failing);
    await clock.advance('2m');
    const line = { level: 'error', message: 'Plugin failing failed in timer fail: in channel-0' };
    expect(logger.lines).toMatchObject([line, line]);
    const bot = await createTestBot(Failing);
    await expect(bot.clock.advance('1m')).rejects.toThrow('in streamer');
  });

  it('is taken away with its plugin; one that comes later is called in the channels there are', async () => {
    const { clock, host, sender } = await inChannels(2, ticking('1m'));
    await clock.advance('1m');
    await host.unload('ticking');
    await clock.advance('1m');
    expect(sender.sent).toHaveLength(2);
    await host.load(ticking('1m'));
    await clock.advance('1m');
    expect(sender.sent).toHaveLength(4);
    host.timers.stop();
    await clock.advance('1m');
    expect(sender.sent).toHaveLength(4);
  });

  it('has the options of its channel', async () => {
    @Plugin({ name: 'optional', options: z.object({ text: z.string() }) })
    class Optional {
      @Every('1m')
      async say(ctx: EventContext<{ text: string }>) {
        return ctx.options.text;
      }
    }
    const bot = await createTestBot(Optional, { options: { text: 'configured' } });
    await bot.clock.advance('1m');
    expect(bot.replies).toEqual(['configured']);
  });

  it.each([
    ['often', undefined, 'this is neither a time nor a cron pattern'],
    ['10ms', undefined, 'the shortest time is 1s'],
    [Number.NaN, undefined, 'the shortest time is 1s'],
    ['61 * * * *', undefined, 'Invalid value for minute: 61'],
    [
      '* * * * * *',
      undefined,
      "requires exactly 5 parts, but pattern '* * * * * *' has 6 parts. Write a time",
    ],
    ['0 0 31 2 *', undefined, 'there is no such time'],
    ['0 20 * * *', { timeZone: 'Europe/Berln' }, "Invalid timezone 'Europe/Berln'"],
    ['10m', { when: 'sometimes' }, "when is 'live' or 'offline'"],
  ])('of %s, %j is refused with its name', async (schedule, options, problem) => {
    const { code, message } = await errorOf(
      createHost().host.load(ticking(schedule as never, options as never)),
    );
    expect(code).toBe('plugin.invalid');
    expect(message).toContain(`Plugin ticking, @Every('${schedule}') above tick: `);
    expect(message).toContain(problem);
  });
});

afterEach(() => vi.restoreAllMocks());
