import {
  Command,
  CommandContext,
  EventContext,
  KickbotError,
  type KickEventNamed,
  On,
  Plugin,
  Rule,
  RuleContext,
  remove,
} from 'kickbot';
import { describe, expect, it } from 'vitest';
import { createHost } from './host-for-tests.js';

@Plugin({ name: 'listener' })
class Listener {
  @On('chat.message.sent')
  message({ content }: KickEventNamed<'chat.message.sent'>, ctx: EventContext) {
    return ctx.say(`heard ${content}`);
  }
}

@Plugin({ name: 'strict' })
class Strict {
  @Rule()
  noSpam({ message }: RuleContext) {
    return message.content.includes('spam') ? remove('spam') : undefined;
  }

  @Rule({ name: 'slow' })
  async slow({ message }: RuleContext) {
    await Promise.resolve();
    return message.content.includes('slowly') ? remove('slow spam') : undefined;
  }
}

@Plugin({ name: 'faulty' })
class Faulty {
  readonly never = new Promise<string>(() => {});

  @Command('throws')
  throws() {
    throw new Error('thrown');
  }

  @Command('rejects')
  async rejects() {
    await Promise.resolve();
    throw new Error('rejected');
  }

  @Command('forgets')
  forgets(ctx: CommandContext) {
    ctx.reply('nobody waits for this');
  }

  @Command('hangs')
  async hangs(ctx: CommandContext) {
    ctx.signal.addEventListener('abort', () => {
      ctx.say('too late').catch((error: KickbotError) => this.refusals.push(error.code));
    });
    return this.never;
  }

  readonly refusals: string[] = [];

  @Rule()
  broken({ message }: RuleContext) {
    if (message.content === 'break') throw new Error('a broken rule');
    return undefined;
  }

  @On('channel.followed')
  followed() {
    throw new Error('a broken listener');
  }
}

@Plugin({ name: 'fine' })
class Fine {
  @Command('ping', { allow: 'vip' })
  ping(ctx: CommandContext) {
    return `pong ${ctx.commandName} ${ctx.rest}`;
  }

  @On('channel.followed')
  followed({ follower }: KickEventNamed<'channel.followed'>, ctx: EventContext) {
    return ctx.say(`thanks ${follower.username}`);
  }
}

const contents = (sent: readonly { content: string }[]) => sent.map(({ content }) => content);

describe('dispatching a message', () => {
  it('answers synchronously, with a reply to the message', async () => {
    const { host, channel, dispatcher, sender } = createHost();
    await host.loadAll([Fine]);
    const message = channel.message({ username: 'friend', badges: ['og'] }, '!Ping a b', new Date(0));
    expect(dispatcher.dispatch(message)).toBeUndefined();
    expect(sender.sent).toEqual([
      { channel: channel.channel, content: 'pong ping a b', replyTo: message.messageId, plugin: 'fine' },
    ]);
  });

  it('refuses silently whom the command is not for', async () => {
    const { host, channel, dispatcher, sender, say } = createHost();
    await host.loadAll([Fine]);
    say('!ping');
    dispatcher.dispatch(channel.message({ username: 'sub', badges: ['founder'] }, '!ping', new Date(0)));
    expect(sender.sent).toEqual([]);
    say('!ping', 'streamer');
    expect(sender.sent).toHaveLength(1);
  });

  it('skips its own accounts for rules, commands and listeners', async () => {
    const { host, sender, removed, say } = createHost();
    await host.loadAll([Strict, Listener, Fine]);
    say('spam', 'kickbot');
    say('!ping', 'kickbot');
    expect([...sender.sent, ...removed]).toEqual([]);
  });

  it('moderation 1.3.11: lets a removed message reach no command and no listener', async () => {
    const { host, dispatcher, sender, removed, say } = createHost();
    await host.loadAll([Strict, Listener, Fine]);
    await say('!ping spam', 'viewer');
    await say('slowly', 'viewer');
    await say('hello', 'viewer');
    await dispatcher.idle();
    expect(removed).toEqual(['message-1', 'message-2']);
    expect(contents(sender.sent)).toEqual(['heard hello']);
  });

  it('E68: answers no command older than 30 s that came late or from the history; listeners hear it', async () => {
    const { host, channel, clock, dispatcher, sender } = createHost();
    await host.loadAll([Listener, Fine]);
    const now = clock.now();
    const said = (content: string, ageMs: number, how: { late?: true; replayed?: true }) =>
      dispatcher.dispatch({ ...channel.message('streamer', content, new Date(now - ageMs)), ...how });
    said('!ping late', 30_001, { late: true });
    said('!ping replayed', 30_001, { replayed: true });
    said('!ping fresh', 30_000, { replayed: true });
    said('!ping at once', 3_600_000, {});
    expect(contents(sender.sent)).toEqual([
      'heard !ping late',
      'heard !ping replayed',
      'pong ping fresh',
      'heard !ping fresh',
      'pong ping at once',
      'heard !ping at once',
    ]);
  });

  it('brings a gap to whoever listens for it', async () => {
    @Plugin({ name: 'careful' })
    class Careful {
      @On('gap')
      missed({ from, createdAt, reason }: KickEventNamed<'gap'>, ctx: EventContext) {
        return ctx.say(`${(createdAt.getTime() - from.getTime()) / 1000} s missed: ${reason}`);
      }
    }
    const { host, channel, dispatcher, sender } = createHost();
    await host.loadAll([Careful]);
    dispatcher.dispatch(
      channel.event({ type: 'gap', from: new Date(0), reason: 'the line was cut' }, new Date(5_000)),
    );
    expect(contents(sender.sent)).toEqual(['5 s missed: the line was cut']);
  });

  it('gives the usage at most once in ten seconds to the same person', async () => {
    @Plugin({ name: 'dice' })
    class Dice {
      @Command('roll <sides:int>', { cooldown: { user: '1m' } })
      roll(_ctx: CommandContext, { sides }: { sides: number }) {
        return `of ${sides}`;
      }
    }
    const { host, sender, clock, say } = createHost();
    await host.loadAll([Dice]);
    say('!roll');
    say('!roll x');
    say('!roll x', 'another');
    await clock.advance('10s');
    say('!roll x');
    say('!roll 6');
    expect(contents(sender.sent)).toEqual([
      'sides is missing. Usage: !roll <sides>',
      'sides must be a whole number. Usage: !roll <sides>',
      'sides must be a whole number. Usage: !roll <sides>',
      'of 6',
    ]);
  });
});

describe('a plugin that fails', () => {
  it('F 76: throws, and the next message is answered', async () => {
    const { host, logger, sender, say } = createHost();
    await host.loadAll([Faulty, Fine]);
    say('!throws');
    say('!ping', 'streamer');
    expect(logger.lines).toMatchObject([
      {
        level: 'error',
        message: 'Plugin faulty failed in command throws: thrown',
        fields: { plugin: 'faulty', channel: 'streamer', messageId: 'message-1' },
      },
    ]);
    expect(sender.sent).toHaveLength(1);
    expect(host.invoker.tallies.get('faulty')).toMatchObject({ calls: 3, failures: 1 });
  });

  it('F 77: rejects, and is named', async () => {
    const { host, logger, dispatcher, say } = createHost();
    await host.loadAll([Faulty]);
    say('!rejects');
    await dispatcher.idle();
    expect(logger.lines).toMatchObject([{ message: 'Plugin faulty failed in command rejects: rejected' }]);
  });

  it('F 78: does not wait for a reply that fails, and the failure is told all the same', async () => {
    const { host, logger, sender, dispatcher, say } = createHost();
    sender.failWith = new KickbotError('send.refused', 'Kick refused.');
    await host.loadAll([Faulty]);
    say('!forgets');
    await dispatcher.idle();
    await new Promise((resolve) => setImmediate(resolve));
    expect(logger.lines).toMatchObject([
      {
        level: 'warn',
        message: 'A message of plugin faulty was not sent: Kick refused.',
        fields: { code: 'send.refused' },
      },
    ]);
  });

  it('F 80: never ends, is given up after 5 s and can say nothing more', async () => {
    const refusals: string[] = [];
    class Watched extends Faulty {
      override readonly refusals = refusals;
    }
    Plugin({ name: 'watched' })(Watched);
    const { host, logger, sender, clock, dispatcher, say } = createHost();
    await host.loadAll([Watched]);
    say('!hangs');
    await clock.advance('5s');
    await dispatcher.idle();
    expect(logger.lines).toMatchObject([
      {
        fields: { error: { code: 'plugin.deadline' } },
        message: expect.stringContaining('did not end within 5 s'),
      },
    ]);
    expect(refusals).toEqual(['plugin.deadline']);
    expect(sender.sent).toEqual([]);
  });

  class Speechless extends Error {
    override get message(): string {
      throw new Error('no message');
    }
  }

  const circle: Record<string, unknown> = {};
  circle.itself = circle;

  it.each([
    ['undefined', undefined],
    ['a symbol', Symbol('odd')],
    ['an object without a prototype', Object.create(null)],
    ['a circle', circle],
    ['an error whose message throws', new Speechless()],
  ])('F 76, 77: throws or rejects with %s, and is named', async (_what, thrown) => {
    @Plugin({ name: 'odd' })
    class Odd {
      @Command('throws')
      throws() {
        throw thrown;
      }

      @Command('rejects')
      async rejects() {
        throw thrown;
      }

      @Rule()
      async rule({ message }: RuleContext) {
        if (message.content === 'judge') throw thrown;
        return undefined;
      }
    }
    const { host, logger, dispatcher, say } = createHost();
    await host.loadAll([Odd]);
    await say('!throws');
    await say('!rejects');
    await say('judge');
    await dispatcher.idle();
    expect(logger.lines.map(({ fields }) => fields.error)).toEqual([thrown, thrown, thrown]);
  });

  /** Made at run time, for nobody writes one by accident. */
  const thenable = (then: (resolve: (value: unknown) => void) => void) =>
    Object.fromEntries([['then', then]]);

  it.each([
    ['whose then throws', thenable(() => void JSON.parse('{')), /JSON/],
    [
      'that resolves with one that rejects',
      thenable((resolve) => resolve(Promise.reject(new Error('inner')))),
      /inner/,
    ],
  ])('answers with a thenable %s, and is named', async (_what, thenable, message) => {
    class Odd {
      run() {
        return thenable;
      }
    }
    const run = { value: Odd.prototype.run as never };
    Command('command')(Odd.prototype, 'run', run);
    Rule()(Odd.prototype, 'run', run);
    On('chat.message.sent')(Odd.prototype, 'run', run);
    Plugin({ name: 'odd' })(Odd);
    const { host, logger, dispatcher, say } = createHost();
    await host.loadAll([Odd]);
    await say('!command');
    await dispatcher.idle();
    expect(logger.lines.map((line) => line.message)).toEqual([
      expect.stringMatching(message),
      expect.stringMatching(message),
      expect.stringMatching(message),
    ]);
  });

  it("takes another library's promise for a promise", async () => {
    class Foreign {
      rule() {
        return thenable((resolve) => resolve(remove('foreign')));
      }
    }
    Rule()(Foreign.prototype, 'rule', { value: Foreign.prototype.rule as never });
    Plugin({ name: 'foreign' })(Foreign);
    const { host, removed, dispatcher, say } = createHost();
    await host.loadAll([Foreign]);
    await say('hello');
    await dispatcher.idle();
    expect(removed).toEqual(['message-1']);
  });

  it('answers a command with what is no text, and is told so', async () => {
    class Counting {
      count() {
        return 5;
      }
    }
    Command('count')(Counting.prototype, 'count', { value: Counting.prototype.count as never });
    Plugin({ name: 'counting' })(Counting);
    const { host, logger, say } = createHost();
    await host.loadAll([Counting]);
    say('!count');
    expect(logger.lines).toMatchObject([
      {
        message:
          'Plugin counting failed in command count: A command answers with a text or nothing, not with a number.',
      },
    ]);
  });

  it('in a rule lets the message pass; in a listener hinders no other', async () => {
    const { host, logger, channel, dispatcher, sender, say } = createHost();
    await host.loadAll([Faulty, Listener, Fine]);
    say('break');
    dispatcher.dispatch(
      channel.event({ type: 'channel.followed', follower: { username: 'ada' } }, new Date(0)),
    );
    expect(contents(sender.sent)).toEqual(['heard break', 'thanks ada']);
    expect(logger.lines).toHaveLength(2);
  });
});
