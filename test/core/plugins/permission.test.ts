import { Clock, Command, CommandContext, injectable, Plugin } from 'kickbot';
import { createTestBot } from 'kickbot/testing';
import { describe, expect, it } from 'vitest';
import { createHost, errorOf } from './host-for-tests.js';

const calls: string[] = [];

@injectable()
class Later {
  constructor(private readonly clock: Clock) {}

  async allows({ sender, rest }: CommandContext) {
    calls.push(`${sender.username} ${rest}`);
    await this.clock.sleep(1_000);
    return this.clock.now() > 0 && rest !== 'no';
  }
}

class FromField {
  readonly allows = ({ sender }: CommandContext) => sender.username === 'ada';
}

@Plugin({ name: 'guarded' })
class Guarded {
  @Command('field', { allow: FromField })
  field() {
    return 'yes';
  }

  @Command('any', {
    allow: ['vip', { subscriber: { months: 6 } }, ({ sender }) => sender.username === 'ada'],
  })
  any() {
    return 'yes';
  }

  @Command('later [word]', { allow: ['owner', Later], cooldown: { user: '30s' } })
  later() {
    return 'yes';
  }

  @Command('told', { allow: 'regular', when: 'live', refusal: 'Regulars only, while we are live.' })
  told(ctx: CommandContext) {
    return `${ctx.hasRole('regular')} ${ctx.hasRole('moderator')}`;
  }

  @Command('offline', { when: 'offline' })
  offline() {
    return 'yes';
  }

  @Command('broken', { allow: [() => failing(), async () => failing(), () => new Promise(() => {})] })
  broken() {
    return 'yes';
  }

  @Command('strange', { allow: (() => 'yes') as () => never })
  strange() {
    return 'yes';
  }
}

function failing(): boolean {
  throw new Error('a broken guard');
}

describe('who may use a command', () => {
  it('is any of those it allows', async () => {
    const bot = await createTestBot(Guarded, { owners: ['boss'] });
    const subscribed = (count: number) => [{ type: 'subscriber', text: 'Subscriber', count }];
    const said = (username: string, badges: string[] = []) => bot.say({ username, badges }, '!any');
    expect(await said('viewer')).toEqual([]);
    expect(await said('friend', ['vip'])).toEqual(['yes']);
    expect(await said('ada')).toEqual(['yes']);
    expect(await said('boss')).toEqual(['yes']);
    expect(await bot.say({ username: 'new', badges: subscribed(5) }, '!any')).toEqual([]);
    expect(await bot.say({ username: 'old', badges: subscribed(6) }, '!any')).toEqual(['yes']);
  });

  it('may be for a guard to say, with what it was given and at its leisure; roles are looked at first', async () => {
    const bot = await createTestBot(Guarded, { owners: ['boss'] });
    calls.length = 0;
    expect(await bot.say('boss', '!later')).toEqual(['yes']);
    const answers = Promise.all([bot.say('ada', '!later no'), bot.say('ada', '!later now')]);
    await bot.clock.advance('1s');
    expect((await answers)[1]).toEqual(['yes']);
    expect(calls).toEqual(['ada no', 'ada now']);
  });

  it('is nobody whose guard throws or never answers', async () => {
    const { host, sender, logger, clock, say, dispatcher } = createHost();
    await host.loadAll([Guarded]);
    say('!broken');
    say('!strange');
    await clock.advance('5s');
    await dispatcher.idle();
    expect(sender.sent).toEqual([]);
    expect(logger.lines.map(({ message }) => message)).toEqual([
      'Plugin guarded failed in guard of command broken: a broken guard',
      'Plugin guarded failed in guard of command strange: A guard answers with true or false, not with a string.',
      'Plugin guarded failed in guard of command broken: a broken guard',
      'Plugin guarded failed in guard of command broken: guard of command broken of plugin guarded did not end within 5 s and was given up.',
    ]);
  });

  it('depends on the stream where it says so, and others are told where it says so, once in 10 s', async () => {
    const bot = await createTestBot(Guarded, { regulars: ['Ben'], live: true });
    const refusal = 'Regulars only, while we are live.';
    expect(await bot.say('ben', '!told')).toEqual(['true false']);
    expect(await bot.say('ada', '!told')).toEqual([refusal]);
    expect(await bot.say('ada', '!told')).toEqual([]);
    expect(await bot.say('ben', '!offline')).toEqual([]);
    await bot.emit({ type: 'livestream.status.updated', isLive: false });
    expect(await bot.say('ben', '!offline')).toEqual(['yes']);
    expect(await bot.say('ben', '!told')).toEqual([refusal]);
    await bot.clock.advance('10s');
    expect(await bot.say('ada', '!told')).toEqual([refusal]);
  });

  it.each([
    [
      'admin',
      'allow knows the roles everyone, subscriber, regular, vip, moderator, broadcaster, owner, founder, og, sub_gifter, verified and { subscriber: { months } }, not "admin"',
    ],
    [{ subscriber: { months: 0.5 } }, 'not {"subscriber":{"months":0.5}}'],
    ['__proto__', 'not "__proto__"'],
    [[], 'allow is an empty list: name a role, or leave it out'],
  ])('is told at once where it is nobody kickbot knows: %j', async (allow, sentence) => {
    @Plugin({ name: 'wrong' })
    class Wrong {
      @Command('x', { allow: allow as 'vip' })
      x() {}
    }
    const { code, message } = await errorOf(createHost().host.load(Wrong));
    expect(code).toBe('plugin.invalid');
    expect(message).toContain(`Plugin wrong, @Command('x'): `);
    expect(message).toContain(sentence);
  });

  it('may be for a field of a guard to say', async () => {
    const bot = await createTestBot(Guarded);
    expect([await bot.say('ada', '!field'), await bot.say('eve', '!field')]).toEqual([['yes'], []]);
  });

  it('is told at once where a class is no guard', async () => {
    class Empty {}
    @Plugin({ name: 'wrong' })
    class Wrong {
      @Command('x', { allow: Empty as typeof FromField })
      x() {}
    }
    expect((await errorOf(createHost().host.load(Wrong))).message).toBe(
      "Plugin wrong, @Command('x'): the class Empty is no guard: it has no method allows",
    );
  });

  it('is told at once where a guard cannot be made', async () => {
    class Unmarked {
      constructor(readonly clock: Clock) {}

      allows() {
        return true;
      }
    }
    @Plugin({ name: 'wrong' })
    class Wrong {
      @Command('x', { allow: Unmarked })
      x() {}
    }
    expect(await errorOf(createHost().host.load(Wrong))).toMatchObject({
      code: 'plugin.not_injectable',
      message: expect.stringContaining(
        'the class Unmarked cannot be injected. Write @injectable() above it.',
      ),
    });
  });
});
