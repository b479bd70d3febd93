import { ArgumentKind, type ArgumentsOf, Command, type CommandContext, Plugin } from 'kickbot';
import { createTestBot } from 'kickbot/testing';
import { describe, expect, it } from 'vitest';
import { createHost, errorOf } from './host-for-tests.js';

declare module 'kickbot' {
  interface ArgumentKinds {
    colour: { readonly hex: string };
  }
}

@Plugin({ name: 'paint' })
class Paint {
  private readonly colours = new Map([
    ['red', { hex: '#f00' }],
    ['blue', { hex: '#00f' }],
  ]);

  @ArgumentKind('colour', 'red or blue')
  colour(word: string, ctx: CommandContext) {
    if (word === 'sender') return { hex: ctx.sender.username };
    if (word === 'broken') throw new Error('The pot fell down.');
    if (word === 'later') return Promise.resolve({ hex: '#fff' });
    if (word === 'never') return new Promise<undefined>(() => {});
    return this.colours.get(word);
  }

  @Command('paint wall <wall:colour> [times:int=1] [door:colour=blue]')
  paintWall(
    _ctx: CommandContext,
    { wall, times, door }: ArgumentsOf<'paint wall <wall:colour> [times:int=1] [door:colour=blue]'>,
  ) {
    return `${wall.hex} ${times} ${door.hex}`;
  }

  @Command('paint', { aliases: ['brush on'] })
  paint() {
    return 'with what?';
  }

  @Command('explain <what:command>')
  explain(_ctx: CommandContext, { what }: { what: string }) {
    return what;
  }

  @Command('point <who:user>')
  point(_ctx: CommandContext, { who }: ArgumentsOf<'point <who:user>'>) {
    return `${who.id} ${who.username}`;
  }
}

const usage = 'Usage: !paint wall <wall> [times=1] [door=blue]';

describe('a kind of argument that a plugin brings', () => {
  it('is read by its method, at once or later', async () => {
    const bot = await createTestBot(Paint);
    expect(await bot.say('ada', '!paint wall red 2')).toEqual(['#f00 2 #00f']);
    expect(await bot.say('ada', '!paint wall later 2 sender')).toEqual(['#fff 2 ada']);
    expect(await bot.say('ada', '!paint wall green')).toEqual([`wall must be red or blue. ${usage}`]);
    expect(await bot.say('ada', '!paint wall green')).toEqual([]);
    await bot.clock.advance('10s');
    expect(await bot.say('ada', '!paint wall later 1 green')).toEqual([`door must be red or blue. ${usage}`]);
  });

  it('blames nobody for a method that fails, or never ends', async () => {
    const { host, dispatcher, say, sender, logger, clock } = createHost();
    await host.load(Paint);
    say('!paint wall broken');
    say('!paint wall never');
    say('!paint wall red');
    await clock.advance('5s');
    await dispatcher.idle();
    expect(sender.sent.map(({ content }) => content)).toEqual(['#f00 1 #00f']);
    expect(logger.lines.map(({ message }) => message)).toEqual([
      'Plugin paint failed in argument kind colour: The pot fell down.',
      expect.stringContaining('argument kind colour of plugin paint did not end within 5 s'),
    ]);
  });

  it('is its own: other plugins do not have it', async () => {
    @Plugin({ name: 'dye' })
    class Dye {
      @Command('dye <wool:colour>')
      dye() {}
    }
    const { host } = createHost();
    await host.load(Paint);
    expect((await errorOf(host.load(Dye))).message).toContain(
      "Plugin dye, @Command('dye <wool:colour>'): The usage 'dye <wool:colour>' is wrong: the kind of wool is one of string, ",
    );
    expect(host.loaded).toEqual(['paint']);
  });

  it('is inherited with the class, and can be replaced', async () => {
    @Plugin({ name: 'glaze' })
    class Glaze extends Paint {
      @ArgumentKind('colour', 'anything')
      override colour(word: string) {
        return { hex: word };
      }
    }
    const bot = await createTestBot(Glaze);
    expect(await bot.say('ada', '!paint wall green')).toEqual(['green 1 blue']);
  });

  it.each([
    ['int', 'kickbot has that kind'],
    ['a:b', 'a kind is named with letters, digits, _ and -'],
    ['__proto__', undefined],
  ])('may be called %s: %s', async (name, problem) => {
    @Plugin({ name: 'odd' })
    class Odd {
      // As a plugin without a type checker may.
      @Reflect.apply(ArgumentKind, undefined, [name, 'odd'])
      odd(word: string) {
        return word;
      }
    }
    const { host } = createHost();
    const loaded = host.load(Odd);
    if (problem === undefined) expect(await loaded).toBe('odd');
    else
      expect((await errorOf(loaded)).message).toContain(
        `Plugin odd, @ArgumentKind('${name}') above odd: ${problem}`,
      );
  });
});

describe('the kinds that are looked up', () => {
  it('give the name of a command, by name or alias, with the prefix or without', async () => {
    const bot = await createTestBot(Paint);
    expect(await bot.say('ada', '!explain "Paint  WALL"')).toEqual(['paint wall']);
    expect(await bot.say('ada', '!explain "!brush on"')).toEqual(['paint']);
    expect(await bot.say('ada', '!explain brush')).toEqual([
      'what must be a command. Usage: !explain <what>',
    ]);
    expect(await bot.say('eve', '!explain constructor')).toEqual([
      'what must be a command. Usage: !explain <what>',
    ]);
  });

  it('give a user with the id', async () => {
    const bot = await createTestBot(Paint);
    expect(await bot.say('ada', '!point @Eve')).toEqual(['4 Eve']);
    expect(await bot.say('ada', '!point 3')).toEqual(['3 ada']);
    expect(await bot.say('ada', '!point streamer')).toEqual(['1 streamer']);
    expect(await bot.say('ada', '!point 99')).toEqual(['who must be somebody on Kick. Usage: !point <who>']);
  });
});
