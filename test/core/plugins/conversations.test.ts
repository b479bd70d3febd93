import {
  Clock,
  Command,
  CommandContext,
  EventContext,
  Every,
  type KickEventNamed,
  On,
  Plugin,
  type PluginClass,
  Rule,
  RuleContext,
  remove,
} from 'kickbot';
import { createTestBot } from 'kickbot/testing';
import { describe, expect, it } from 'vitest';
import { TestChannel } from '../../../src/testing/test-event.js';
import { createHost } from './host-for-tests.js';

@Plugin({ name: 'asking' })
class Asking {
  constructor(private readonly clock: Clock) {}

  @Command('ask')
  async ask(ctx: CommandContext) {
    await ctx.say('Sure?');
    const answer = await ctx.waitFor({ within: '30s' });
    return answer ? `${answer.sender.username} said ${answer.content}` : 'no answer';
  }

  @Command('slow')
  async slow(ctx: CommandContext) {
    await this.clock.sleep(4_000);
    await ctx.waitFor({ within: '30s' });
    await this.clock.sleep(2_000);
    return 'too late';
  }

  @Command('wrong')
  async wrong(ctx: CommandContext) {
    await ctx.waitFor({ within: '1m', matching: () => JSON.parse('{') });
  }

  @Command('span')
  async span(ctx: CommandContext) {
    await ctx.waitFor({ within: 'soon' as never });
  }

  @Command('dangle')
  dangle(ctx: CommandContext) {
    ctx.waitFor({ within: '1m' }).then((answer) => ctx.say(`heard ${answer?.content}`));
  }

  @Command('many')
  async many(ctx: CommandContext) {
    await Promise.all(Array.from({ length: 1_001 }, () => ctx.waitFor({ within: '1m' })));
  }

  @Command('signal')
  async signal(ctx: CommandContext) {
    ctx.signal.addEventListener('abort', () => this.aborted.push(ctx.signal.reason.code));
    await ctx.waitFor({ within: '1m' });
  }

  readonly aborted: string[] = [];

  @Rule()
  rude({ message }: RuleContext) {
    return message.content === 'rude' ? remove('rude') : undefined;
  }
}

async function load(plugin: PluginClass = Asking) {
  const parts = createHost();
  await parts.host.loadAll([plugin]);
  return { ...parts, contents: () => parts.sender.sent.map(({ content }) => content) };
}

/** Everything that can go on now has gone on. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('a handler that waits', () => {
  it('is answered by the next message of the same person', async () => {
    const bot = await createTestBot(Asking);
    expect(await bot.say('ada', '!ask')).toEqual(['Sure?']);
    expect(await bot.say('ben', 'no')).toEqual([]);
    expect(await bot.say('ada', 'yes')).toEqual(['ada said yes']);
    expect(await bot.say('ada', 'more')).toEqual([]);
  });

  it('is told when nobody answers in time, which may be long after 5 s', async () => {
    const bot = await createTestBot(Asking);
    await bot.say('ada', '!ask');
    await bot.clock.advance(29_999);
    expect(bot.replies).toEqual(['Sure?']);
    await bot.clock.advance(1);
    expect(bot.replies).toEqual(['Sure?', 'no answer']);
  });

  it('has 5 s for everything else, before and after together', async () => {
    const { say, clock, logger, sender } = await load();
    say('!slow');
    await clock.advance('4s');
    await clock.advance('20s');
    say('go on');
    await settled();
    await clock.advance(999);
    expect(logger.lines).toEqual([]);
    await clock.advance(1);
    expect(logger.lines).toMatchObject([{ fields: { error: { code: 'plugin.deadline' } } }]);
    await clock.advance('2s');
    expect(sender.sent).toEqual([]);
  });

  it('is not answered by a command, which runs; nor by what is removed, nor from another channel', async () => {
    const bot = await createTestBot(Asking);
    await bot.say('ada', '!ask');
    expect(await bot.say('ada', '!dangle')).toEqual([]);
    expect(await bot.say('ada', 'rude')).toEqual([]);
    expect(await bot.say('ada', '!yes')).toEqual(['heard !yes', 'ada said !yes']);

    const { say, dispatcher, contents } = await load();
    say('!ask', 'ada');
    dispatcher.dispatch(elsewhere().message('ada', 'yes', new Date(0)));
    await settled();
    expect(contents()).toEqual(['Sure?']);
  });

  it('is not answered by what was said before it asked, and arrives afterwards', async () => {
    const { say, channel, dispatcher, clock, contents } = await load();
    await clock.advance('1m');
    say('!ask', 'ada');
    await settled();
    const said = (content: string, at: number) =>
      dispatcher.dispatch({ ...channel.message('ada', content, new Date(at)), replayed: true });
    said('earlier', clock.now() - 1);
    said('since', clock.now());
    await settled();
    expect(contents()).toEqual(['Sure?', 'ada said since']);
  });

  it('shares a message with others who wait for it, and with listeners', async () => {
    @Plugin({ name: 'sharing' })
    class Sharing {
      @Command('first')
      async first(ctx: CommandContext) {
        return `first ${(await ctx.waitFor({ within: '1m' }))?.content}`;
      }

      @Command('second')
      async second(ctx: CommandContext) {
        return `second ${(await ctx.waitFor({ within: '1m' }))?.content}`;
      }

      @On('chat.message.sent')
      async heard({ content }: KickEventNamed<'chat.message.sent'>, ctx: EventContext) {
        if (content === 'yes') await ctx.say('heard yes');
      }
    }
    const bot = await createTestBot(Sharing);
    await bot.say('ada', '!first');
    await bot.say('ada', '!second');
    expect((await bot.say('ada', 'yes')).toSorted()).toEqual(['first yes', 'heard yes', 'second yes']);
  });

  it('may be a listener or a timer, which waits for anybody', async () => {
    @Plugin({ name: 'welcoming' })
    class Welcoming {
      @On('channel.hosted')
      async hosted(_event: KickEventNamed<'channel.hosted'>, ctx: EventContext) {
        await ctx.say(`first: ${(await ctx.waitFor({ within: '1m' }))?.sender.username}`);
      }

      @Every('10m')
      async quiz(ctx: EventContext) {
        const answer = await ctx.waitFor({ within: '1m', matching: ({ content }) => content === '42' });
        return `right: ${answer?.sender.username}`;
      }
    }
    const bot = await createTestBot(Welcoming);
    await bot.emit({ type: 'channel.hosted', host: { username: 'ada' }, viewers: 7 });
    expect(await bot.say('ben', 'hello')).toEqual(['first: ben']);
    await bot.clock.advance('10m');
    await bot.say('ben', '41');
    expect(await bot.say('cleo', '42')).toEqual(['right: cleo']);
  });

  it('ends with its plugin, without a complaint', async () => {
    const aborted: string[] = [];
    @Plugin({ name: 'watched' })
    class Watched extends Asking {
      override readonly aborted = aborted;
    }
    const { say, host, dispatcher, logger, clock } = await load(Watched);
    say('!signal');
    await host.unload('watched');
    await dispatcher.idle();
    expect(aborted).toEqual(['plugin.unloaded']);
    await host.load(Watched);
    say('!signal');
    host.conversations.stop();
    say('!ask');
    await settled();
    expect(aborted).toHaveLength(2);
    await clock.advance('1m');
    expect(logger.lines).toEqual([]);
  });

  it.each([
    ['!wrong', 'JSON'],
    ['!span', '"soon" is not a duration'],
    ['!many', 'Plugin asking waits for 1000 messages already'],
  ])('wrongly, with %s, is told so', async (command, problem) => {
    const { say, logger } = await load();
    say(command);
    await settled();
    say('anything');
    await settled();
    expect(logger.lines).toMatchObject([{ level: 'error', message: expect.stringContaining(problem) }]);
  });

  it('without being waited for itself leaves the others alone', async () => {
    const { say, dispatcher, clock, contents } = await load();
    say('!dangle', 'ada');
    say('!ask', 'ben');
    await dispatcher.idle();
    await clock.advance('10s');
    say('yes', 'ada');
    say('no', 'ben');
    await dispatcher.idle();
    expect(contents()).toEqual(['Sure?', 'heard yes', 'ben said no']);
  });
});

function elsewhere() {
  const channel = new TestChannel('elsewhere');
  const message = channel.message.bind(channel);
  return {
    message: (...given: Parameters<typeof message>) => {
      const sent = message(...given);
      return { ...sent, channel: { ...sent.channel, channelId: (sent.channel.channelId + 1) as never } };
    },
  };
}
