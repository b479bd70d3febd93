import {
  type ArgumentsOf,
  Command,
  CommandContext,
  EventContext,
  type KickEventNamed,
  type KickUser,
  On,
  Rule,
  RuleContext,
} from 'kickbot';
import { describe, expectTypeOf, it } from 'vitest';

describe('ArgumentsOf', () => {
  it('gives required and optional arguments by kind', () => {
    expectTypeOf<ArgumentsOf<'roll [sides:int]'>>().toEqualTypeOf<{ sides?: number }>();
    expectTypeOf<ArgumentsOf<'x <a> <b:int> <c:number> [d:duration] [e:string]'>>().toEqualTypeOf<{
      a: string;
      b: number;
      c: number;
      d?: number;
      e?: string;
    }>();
    expectTypeOf<ArgumentsOf<'so <who:user>'>>().toEqualTypeOf<{ who: KickUser }>();
  });

  it('gives a choice as its options', () => {
    expectTypeOf<ArgumentsOf<'shield <state:on|off|auto>'>>().toEqualTypeOf<{
      state: 'on' | 'off' | 'auto';
    }>();
  });

  it('gives the rest of the line as a string', () => {
    expectTypeOf<ArgumentsOf<'say <...text>'>>().toEqualTypeOf<{ text: string }>();
    expectTypeOf<ArgumentsOf<'warn <who:user>  [...reason]'>>().toEqualTypeOf<{
      who: KickUser;
      reason?: string;
    }>();
  });

  it('gives nothing where nothing is asked for', () => {
    expectTypeOf<keyof ArgumentsOf<'ping'>>().toEqualTypeOf<never>();
  });
});

describe('decorators', () => {
  it('take handlers that fit', () => {
    class Fitting {
      @Command('ping')
      ping() {
        return 'pong';
      }

      @Command('quiet')
      quiet(_ctx?: CommandContext) {}

      @Command('greet [name]')
      greet(_ctx: CommandContext, { name = 'you' }: { name?: string } = {}) {
        return name;
      }

      @Command('count <times:int> <what>')
      count(_ctx: CommandContext, values: Record<string, unknown>) {
        return `${Object.keys(values).length}`;
      }

      @Command('roll [sides:int]')
      async roll(ctx: CommandContext<{ sides: number }>, { sides = ctx.options.sides }: { sides?: number }) {
        return `${sides}`;
      }

      @Command('say <...text>')
      say(_ctx: CommandContext, { text }: ArgumentsOf<'say <...text>'>) {
        return text;
      }

      @On('channel.hosted')
      hosted(_event: KickEventNamed<'channel.hosted'>, _ctx: EventContext<{ a: 1 }>) {}

      @Rule()
      rule(_ctx: RuleContext) {
        return undefined;
      }
    }
    expectTypeOf<Fitting>().toBeObject();
  });

  it('refuse handlers that do not', () => {
    class Wrong {
      // @ts-expect-error: sides may be missing
      @Command('roll [sides:int]')
      optional(_ctx: CommandContext, { sides }: { sides: number }) {
        return `${sides}`;
      }

      // @ts-expect-error: sides is a number
      @Command('roll <sides:int>')
      kind(_ctx: CommandContext, { sides }: { sides: string }) {
        return sides;
      }

      // @ts-expect-error: there is no argument called faces
      @Command('roll <sides:int>')
      name(_ctx: CommandContext, { faces }: { faces: number }) {
        return `${faces}`;
      }

      // @ts-expect-error: there is no argument called time
      @Command('roll [sides:int] [times:int]')
      optionalName(_ctx: CommandContext, { sides = 6, time = 1 }: { sides?: number; time?: number }) {
        return `${sides * time}`;
      }

      // @ts-expect-error: there are no arguments
      @Command('ping')
      noArguments(_ctx: CommandContext, { text }: { text?: string }) {
        return text;
      }

      // @ts-expect-error: there is no kind called integer
      @Command('roll <sides:integer>')
      unknownKind(_ctx: CommandContext, { sides }: { sides: number }) {
        return `${sides}`;
      }

      // @ts-expect-error: a reply is a text
      @Command('five')
      reply() {
        return 5;
      }

      // @ts-expect-error: 5 is not a cooldown of any unit
      @Command('slow', { cooldown: { user: '5 parsecs' } })
      cooldown() {}

      // @ts-expect-error: another event
      @On('channel.hosted')
      event(_event: KickEventNamed<'channel.followed'>) {}

      // @ts-expect-error: a verdict is made by remove(), timeout() or ban()
      @Rule()
      verdict() {
        return true;
      }
    }
    expectTypeOf<Wrong>().toBeObject();
  });
});
