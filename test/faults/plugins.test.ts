import 'reflect-metadata';
import { AsyncResource } from 'node:async_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Clock, Command, type CommandContext, Every, On, Plugin, Rule } from 'kickbot';
import { describe, expect, it } from 'vitest';
import { blamePlugin } from '../../src/core/plugins/attribution.js';
import { createHost } from '../core/plugins/host-for-tests.js';

@Plugin({ name: 'faulty' })
class Faulty {
  static moods: ('works' | 'throws' | 'rejects' | 'hangs')[] = [];
  static calls = 0;

  @Command('try')
  try() {
    Faulty.calls++;
    switch (Faulty.moods.shift()) {
      case 'throws':
        throw new Error('thrown');
      case 'rejects':
        return Promise.reject(new Error('rejected'));
      case 'hangs':
        return new Promise<never>(() => {});
      default:
        return 'works';
    }
  }
}

@Plugin({ name: 'sound' })
class Sound {
  @Command('sound')
  sound() {
    return 'sound';
  }
}

/** A command `lose` after which `lost` tells of an error as the process would where a timer of the command threw. */
function createLosing() {
  const lost: ((error: Error) => boolean)[] = [];
  @Plugin({ name: 'losing' })
  class Losing {
    @Command('lose')
    lose() {
      lost.push(AsyncResource.bind(blamePlugin));
      return 'ok';
    }

    onUnload() {
      lost.push(() => false);
    }
  }
  return { Losing, lost };
}

/** The timers that wait. */
function pendingTimers(clock: Clock): ReadonlySet<object> {
  const pending = new Set<object>();
  const schedule = clock.schedule.bind(clock);
  clock.schedule = (delayMs, run) => {
    const timer = {};
    const cancel = schedule(delayMs, () => {
      pending.delete(timer);
      run();
    });
    pending.add(timer);
    return () => {
      pending.delete(timer);
      cancel();
    };
  };
  return pending;
}

const repeated = <Thing>(count: number, thing: Thing): Thing[] => Array.from({ length: count }, () => thing);

describe('a plugin that only fails', () => {
  it('F76 F77 F80 rests after 5 failures in a row, and works again when a try goes well', async () => {
    const { host, say, sender, clock, dispatcher, logger } = createHost();
    Object.assign(logger, { info: logger.warn });
    await host.loadAll([Faulty, Sound]);
    Faulty.calls = 0;
    Faulty.moods = ['throws', 'throws', 'works', 'throws', 'rejects', 'hangs', 'throws', 'throws'];
    for (let turn = 0; turn < 8; turn++) {
      say('!try');
      await clock.advance('5s');
    }
    expect(host.invoker.tallies.get('faulty')).toMatchObject({ failures: 7, isResting: true });
    say('!try');
    say('!sound');
    await dispatcher.idle();
    expect([Faulty.calls, sender.sent.map(({ content }) => content)]).toEqual([8, ['works', 'sound']]);

    Faulty.moods = ['hangs', 'works'];
    await clock.advance('55s');
    say('!try');
    say('!try');
    expect(Faulty.calls).toBe(9);
    await clock.advance('5s');
    await clock.advance('60s');
    say('!try');
    say('!try');
    await dispatcher.idle();
    expect(Faulty.calls).toBe(11);
    expect(host.invoker.tallies.get('faulty')).toMatchObject({ isResting: false });
    const told = logger.lines.map(({ message }) => message).filter((line) => / rests | again/.test(line));
    expect(told).toEqual([
      'Plugin faulty failed 5 times in a row and rests until a try each 60 s goes well. Its commands are not answered meanwhile, and its rules let everything pass.',
      'Plugin faulty works again.',
    ]);
  });

  it('F81 is named when it held up everything, once a minute', async () => {
    const { host, say, clock, logger } = createHost();
    let elapsed = 0;
    Object.assign(clock, { monotonic: () => elapsed });
    @Plugin({ name: 'busy' })
    class Busy {
      @Rule()
      think() {
        elapsed += 201;
        return undefined;
      }

      @On('chat.message.sent')
      async ponder() {
        elapsed += 30_000;
      }
    }
    await host.load(Busy);
    for (let turn = 0; turn < 3; turn++) say('hm');
    expect(logger.lines.map(({ message }) => message)).toEqual([
      'Plugin busy held everything up for 201 ms in rule think: nothing else happened meanwhile.',
      'Plugin busy held everything up for 30000 ms in on chat.message.sent: nothing else happened meanwhile.',
    ]);
  });
});

describe('an error that a plugin loses', () => {
  it('F78 F79 is named with what brought it about, counted, and harms nobody', async () => {
    const { host, say, logger } = createHost();
    const { Losing, lost } = createLosing();
    await host.load(Losing);
    say('!lose');
    const error = new Error('lost in a timer');
    expect(lost[0]?.(error)).toBe(true);
    expect(logger.lines).toEqual([
      {
        level: 'error',
        message: 'Plugin losing lost an error that command lose had brought about: lost in a timer',
        fields: {
          plugin: 'losing',
          handler: 'command lose',
          channel: 'streamer',
          messageId: 'message-1',
          error,
        },
      },
    ]);
    expect(host.invoker.tallies.get('losing')).toMatchObject({ failures: 0, strays: 1, isResting: false });
    expect(blamePlugin(error)).toBe(false);
  });

  it('F79 three times within a minute has it unloaded, and what it left running is counted', async () => {
    const { host, say, logger, clock, sender, dispatcher } = createHost();
    const { Losing, lost } = createLosing();
    await host.loadAll([Losing, Sound]);
    say('!lose');
    const lose = () => lost[0]?.(new Error('again'));
    lose();
    await clock.advance('59s');
    lose();
    await clock.advance('2s');
    lose();
    expect(host.loaded).toEqual(['losing', 'sound']);
    lose();
    await expect.poll(() => lost.length).toBe(2);
    expect(host.loaded).toEqual(['sound']);
    const told = logger.lines.length;
    lose();
    expect(logger.lines.length).toBe(told);
    expect(logger.lines.at(-1)?.message).toMatch(/^Plugin losing lost 3 errors within a minute and is off/);
    expect(host.invoker.tallies.get('losing')?.strays).toBe(5);
    say('!lose');
    say('!sound');
    await dispatcher.idle();
    expect(sender.sent.map(({ content }) => content)).toEqual(['ok', 'sound']);

    await host.load(Losing);
    say('!lose');
    lost.at(-1)?.(new Error('once more'));
    expect(host.loaded).toEqual(['sound', 'losing']);
    expect(logger.lines.at(-1)?.message).toContain('once more');
  });

  it("is not the plugin's when kickbot was speaking for it", async () => {
    const { host, say, sender } = createHost();
    const culprits: boolean[] = [];
    sender.send = async () => {
      culprits.push(blamePlugin(new Error('of the sender')));
      return [];
    };
    @Plugin({ name: 'talking' })
    class Talking {
      @Command('talk')
      async talk(ctx: CommandContext) {
        await ctx.say('hello');
      }
    }
    await host.load(Talking);
    say('!talk');
    expect(culprits).toEqual([false]);
  });
});

it('F86 a hundred times loaded and unloaded leaves no instance, no handle and no listener', async () => {
  const { host, say, dispatcher, clock, channel } = createHost();
  const timers = pendingTimers(clock);
  host.timers.join(channel.channel, () => true);
  const instances: WeakRef<object>[] = [];
  class Everything {
    @Command('all')
    async all(ctx: CommandContext) {
      instances.push(new WeakRef(this));
      ctx.signal.addEventListener('abort', () => this.all);
      await ctx.reply('all');
      void ctx.waitFor({ within: '1h' });
    }

    @Rule()
    rule() {
      return undefined;
    }

    @On('chat.message.sent')
    on() {}

    @Every('1h')
    hourly() {}

    onLoad() {}

    onUnload() {}
  }
  Plugin({ name: 'everything' })(Everything);
  // Vitest has timers of its own, the host only those of its clock.
  const handles = () => process.getActiveResourcesInfo().filter((kind) => !/Timeout|Immediate/.test(kind));
  const left = () => [handles().sort(), process.eventNames(), host.loaded, timers.size];
  const before = left();
  for (let cycle = 0; cycle < 100; cycle++) {
    await host.load(Everything);
    expect(timers.size).toBe(1);
    say('!all');
    await clock.advance('1s');
    await host.unload('everything');
    await dispatcher.idle();
  }
  expect(instances).toHaveLength(100);
  expect(left()).toEqual(before);
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  await expect
    .poll(() => {
      collect();
      return instances.filter((instance) => instance.deref() !== undefined).length;
    })
    .toBeLessThan(3);
});

it('F79 a plugin that is given up while it loads leaves nothing behind', async () => {
  const { host, say } = createHost();
  @Plugin({ name: 'hasty' })
  class Hasty {
    async onLoad() {
      for (const error of repeated(3, new Error('lost'))) blamePlugin(error);
    }

    @Command('hasty')
    hasty() {}
  }
  await expect(host.load(Hasty)).rejects.toThrow('Plugin hasty was given up while it was loaded.');
  say('!hasty');
  expect([host.loaded, host.invoker.tallies.get('hasty')?.calls]).toEqual([[], 0]);
});
