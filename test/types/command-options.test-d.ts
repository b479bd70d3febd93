import { Clock, Command, CommandContext, type CommandOptions, injectable } from 'kickbot';
import { describe, expectTypeOf, it } from 'vitest';

@injectable()
class Rich {
  constructor(readonly clock: Clock) {}

  async allows(ctx: CommandContext<{ least: number }>) {
    return ctx.options.least > 0;
  }
}

describe('the options of a command', () => {
  it('take roles, months, guards and lists of them', () => {
    class Fitting {
      @Command('a', { allow: 'sub_gifter', when: 'live', refusal: 'No.' })
      a() {}

      @Command('b', { allow: { subscriber: { months: 6 } } })
      b(ctx: CommandContext) {
        return ctx.hasRole('owner') ? 'yes' : 'no';
      }

      @Command('c', { allow: ['vip', Rich, (ctx) => ctx.hasRole('og'), async ({ sender }) => sender.id > 7] })
      c() {}

      @Command('e', { cooldown: { user: '1h30m', skip: ['moderator', { subscriber: { months: 3 } }] } })
      e() {}

      @Command('d', { allow: (ctx: CommandContext<{ open: boolean }>) => ctx.options.open })
      d() {}
    }
    expectTypeOf<Fitting>().toBeObject();
    expectTypeOf<'regular'>().toExtend<CommandOptions['allow']>();
  });

  it('take nothing else', () => {
    class Wrong {
      // @ts-expect-error: there is no such role
      @Command('a', { allow: 'admin' })
      a() {}

      // @ts-expect-error: months are a number
      @Command('b', { allow: { subscriber: { months: '6' } } })
      b() {}

      // @ts-expect-error: a guard answers true or false
      @Command('c', { allow: () => 'yes' })
      c() {}

      // @ts-expect-error: a guard has a method called allows
      @Command('d', { allow: Clock })
      d() {}

      // @ts-expect-error: a guard has no say in who skips a cooldown
      @Command('f', { cooldown: { user: '5s', skip: () => true } })
      f() {}

      // @ts-expect-error: live or offline
      @Command('e', { when: 'sometimes' })
      e() {}
    }
    expectTypeOf<Wrong>().toBeObject();
  });
});
