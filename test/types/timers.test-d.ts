import { EventContext, Every } from 'kickbot';
import { describe, expectTypeOf, it } from 'vitest';

describe('a timer', () => {
  it('is of a duration or a cron pattern', () => {
    class Fitting {
      @Every('10m')
      a() {
        return 'text';
      }

      @Every('0 20 * * FRI', { when: 'live', timeZone: 'Europe/Berlin' })
      async b(ctx: EventContext<{ text: string }>) {
        await ctx.say(ctx.options.text);
      }

      @Every(90_000)
      c(ctx: EventContext) {
        return ctx.say('text');
      }
    }
    expectTypeOf<Fitting>().toBeObject();
  });

  it('is of nothing else', () => {
    class Wrong {
      // @ts-expect-error: no duration
      @Every('often')
      a() {}

      // @ts-expect-error: four parts
      @Every('0 20 * *')
      b() {}

      // @ts-expect-error: there is no event
      @Every('10m')
      c(_event: { type: 'chat.message.sent' }, _ctx: EventContext) {}

      // @ts-expect-error: a number is no text
      @Every('10m')
      d() {
        return 5;
      }

      // @ts-expect-error: live or offline
      @Every('10m', { when: true })
      e() {}
    }
    expectTypeOf<Wrong>().toBeObject();
  });
});
