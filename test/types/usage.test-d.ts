import {
  ArgumentKind,
  type ArgumentsOf,
  Command,
  CommandContext,
  EventContext,
  type FoundUser,
  type KickEventNamed,
  On,
  Rule,
  RuleContext,
} from 'kickbot';
import { describe, expectTypeOf, it } from 'vitest';

declare module 'kickbot' {
  interface ArgumentKinds {
    shade: { readonly hex: string };
  }
}

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
    expectTypeOf<ArgumentsOf<'so <who:user>'>>().toEqualTypeOf<{ who: FoundUser }>();
  });

  it('gives a choice as its options', () => {
    expectTypeOf<ArgumentsOf<'shield <state:on|off|auto>'>>().toEqualTypeOf<{
      state: 'on' | 'off' | 'auto';
    }>();
  });

  it('gives a choice of a hundred options', () => {
    type Ten<Letter extends string> =
      `${Letter}0|${Letter}1|${Letter}2|${Letter}3|${Letter}4|${Letter}5|${Letter}6|${Letter}7|${Letter}8|${Letter}9`;
    type Hundred =
      `${Ten<'a'>}|${Ten<'b'>}|${Ten<'c'>}|${Ten<'d'>}|${Ten<'e'>}|${Ten<'f'>}|${Ten<'g'>}|${Ten<'h'>}|${Ten<'i'>}|${Ten<'j'>}`;
    expectTypeOf<'a0' | 'j9'>().toExtend<ArgumentsOf<`pick <one:${Hundred}>`>['one']>();
    expectTypeOf<'k0'>().not.toExtend<ArgumentsOf<`pick <one:${Hundred}>`>['one']>();
  });

  it('gives the rest of the line as a string', () => {
    expectTypeOf<ArgumentsOf<'say <...text>'>>().toEqualTypeOf<{ text: string }>();
    expectTypeOf<ArgumentsOf<'warn <who:user>  [...reason]'>>().toEqualTypeOf<{
      who: FoundUser;
      reason?: string;
    }>();
  });

  it('gives each kind its type', () => {
    expectTypeOf<ArgumentsOf<'x <a:boolean> <b:url> <c:duration> [d:boolean] [e:url]'>>().toEqualTypeOf<{
      a: boolean;
      b: URL;
      c: number;
      d?: boolean;
      e?: URL;
    }>();
  });

  it('gives what has a default as always there', () => {
    expectTypeOf<
      ArgumentsOf<'x [a:int=6] [b=hello] [c:on|off=off] [d=12:30] [e] [...f=a=b]'>
    >().toEqualTypeOf<{ a: number; b: string; c: 'on' | 'off'; d: string; e?: string; f: string }>();
  });

  it('asks for nothing in a name of several words', () => {
    expectTypeOf<ArgumentsOf<'quote add <text>'>>().toEqualTypeOf<{ text: string }>();
    expectTypeOf<ArgumentsOf<' quote  remove   <id:int>'>>().toEqualTypeOf<{ id: number }>();
    expectTypeOf<keyof ArgumentsOf<'quote list'>>().toEqualTypeOf<never>();
  });

  it('names a kind that there is not', () => {
    expectTypeOf<ArgumentsOf<'x <a:integer>'>['a']>().toEqualTypeOf<{
      readonly 'there is no argument kind': 'integer';
    }>();
    expectTypeOf<ArgumentsOf<'x <a:toString>'>['a']>().toEqualTypeOf<{
      readonly 'there is no argument kind': 'toString';
    }>();
  });

  it('gives a kind that a plugin brings the type it is declared with', () => {
    expectTypeOf<ArgumentsOf<'paint <a:shade> [b:shade] [c:shade=red]'>>().toEqualTypeOf<{
      a: { readonly hex: string };
      b?: { readonly hex: string };
      c: { readonly hex: string };
    }>();
  });

  it('reads a usage string of forty arguments', () => {
    type Four<Letter extends string> = `[${Letter}1:int=1] [${Letter}2:on|off] [${Letter}3:url] [${Letter}4]`;
    type Long =
      ArgumentsOf<`x ${Four<'a'>} ${Four<'b'>} ${Four<'c'>} ${Four<'d'>} ${Four<'e'>} ${Four<'f'>} ${Four<'g'>} ${Four<'h'>} ${Four<'i'>} ${Four<'j'>}`>;
    expectTypeOf<Long['a1' | 'j1']>().toEqualTypeOf<number>();
    expectTypeOf<Long['j2']>().toEqualTypeOf<'on' | 'off' | undefined>();
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

      @Command('roll2 [sides:int=6]')
      rollWithDefault(_ctx: CommandContext, { sides }: { sides: number }) {
        return `${sides}`;
      }

      @Command('quote add <text> [...more=none]')
      quoteAdd(_ctx: CommandContext, { text, more }: { text: string; more: string }) {
        return text + more;
      }

      @Command('look <where:url> [often:boolean]')
      look(_ctx: CommandContext, { where, often = false }: { where: URL; often?: boolean }) {
        return `${where.host} ${often}`;
      }

      @Command('say <...text>')
      say(_ctx: CommandContext, { text }: ArgumentsOf<'say <...text>'>) {
        return text;
      }

      @ArgumentKind('shade', 'a shade')
      shade(word: string) {
        return word === 'red' ? { hex: '#f00' } : undefined;
      }

      @ArgumentKind('shade', 'a shade')
      async shadeLater(word: string, _ctx: CommandContext<{ sides: number }>) {
        return { hex: word };
      }

      @Command('paint <wall:shade>')
      paint(_ctx: CommandContext, { wall }: { wall: { hex: string } }) {
        return wall.hex;
      }

      @Command('so <who:user>')
      shoutOut(_ctx: CommandContext, { who }: { who: FoundUser }) {
        return `${who.id}`;
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

      // @ts-expect-error: the place is a URL, not a text
      @Command('look <where:url>')
      url(_ctx: CommandContext, { where }: { where: string }) {
        return where;
      }

      // @ts-expect-error: it is true or false, not a text
      @Command('shield <state:boolean>')
      boolean(_ctx: CommandContext, { state }: { state: 'yes' | 'no' }) {
        return state;
      }

      // @ts-expect-error: off is possible as well
      @Command('shield <state:on|off>')
      choice(_ctx: CommandContext, { state }: { state: 'on' }) {
        return state;
      }

      // @ts-expect-error: the rest of the line may be missing
      @Command('warn [...reason]')
      rest(_ctx: CommandContext, { reason }: { reason: string }) {
        return reason;
      }

      // @ts-expect-error: what has a default stands in [ ]
      @Command('roll <sides:int=6>')
      requiredDefault(_ctx: CommandContext, { sides }: { sides: number }) {
        return `${sides}`;
      }

      // @ts-expect-error: add is a part of the name
      @Command('quote add <text>')
      subcommand(_ctx: CommandContext, { add }: { add: string }) {
        return add;
      }

      // @ts-expect-error: a shade is no text
      @Command('paint <wall:shade>')
      ownKind(_ctx: CommandContext, { wall }: { wall: string }) {
        return wall;
      }

      // @ts-expect-error: a shade has a hex
      @ArgumentKind('shade', 'a shade')
      wrongShade(word: string) {
        return word;
      }

      // @ts-expect-error: nobody declared a tint
      @ArgumentKind('tint', 'a tint')
      tint(word: string) {
        return word;
      }

      // @ts-expect-error: kickbot has that kind
      @ArgumentKind('int', 'a number')
      int(word: string) {
        return Number(word);
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
