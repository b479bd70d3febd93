import {
  Clock,
  Command,
  CommandContext,
  Http,
  HttpResponse,
  Plugin,
  Random,
  Rule,
  RuleContext,
  timeout,
  z,
} from 'kickbot';
import { createTestBot } from 'kickbot/testing';
import { describe, expect, it } from 'vitest';

@Plugin({ name: 'sample' })
class Sample {
  unloaded = false;

  constructor(
    private readonly clock: Clock,
    private readonly random: Random,
  ) {}

  @Command('mod', { allow: 'moderator' })
  mod() {
    return 'yes';
  }

  @Command('later')
  async later(ctx: CommandContext) {
    await this.clock.sleep(2_000, ctx.signal);
    await this.clock.sleep(2_000, ctx.signal);
    return 'later';
  }

  @Command('chance')
  chance() {
    return `${this.random.int(1, 100)} ${this.random.int(1, 100)}`;
  }

  @Command('fail')
  fail() {
    throw new Error('mine');
  }

  @Rule()
  rude({ message }: RuleContext) {
    return message.content === 'rude' ? timeout('1m', 'rude') : undefined;
  }
}

describe('a test bot', () => {
  it('gives the replies to each message, and all of them', async () => {
    const bot = await createTestBot(Sample);
    expect(await bot.say('viewer', '!mod')).toEqual([]);
    expect(await bot.say({ username: 'mod', badges: ['moderator'] }, '!mod')).toEqual(['yes']);
    expect(await bot.say('streamer', '!mod')).toEqual(['yes']);
    expect(bot.replies).toEqual(['yes', 'yes']);
  });

  it('records what rules had done', async () => {
    const bot = await createTestBot(Sample);
    await bot.say('viewer', 'rude');
    expect(bot.removed).toEqual(['rude']);
    expect(bot.actions).toEqual([
      { action: 'remove', content: 'rude' },
      { action: 'timeout', username: 'viewer', seconds: 60, reason: 'rude' },
    ]);
  });

  it('lets time pass as told', async () => {
    const bot = await createTestBot(Sample);
    const reply = bot.say('viewer', '!later');
    await bot.clock.advance('4s');
    expect(await reply).toEqual(['later']);
  });

  it('lets time pass for a handler that is not at its first timer yet', async () => {
    @Plugin({ name: 'tardy' })
    class Tardy {
      constructor(private readonly clock: Clock) {}

      @Command('tardy')
      async tardy(ctx: CommandContext) {
        await ctx.say('wait');
        await this.clock.sleep(1_000);
        return 'done';
      }
    }
    const bot = await createTestBot(Tardy);
    const replies = bot.say('viewer', '!tardy');
    await bot.clock.advance('1s');
    expect(await replies).toEqual(['wait', 'done']);
  });

  it('leaves nothing to chance', async () => {
    const chosen = await createTestBot(Sample, { random: [0, 0.99] });
    expect(await chosen.say('viewer', '!chance')).toEqual(['1 100']);
    const [first, second] = await Promise.all([createTestBot(Sample), createTestBot(Sample)]);
    expect(await first.say('viewer', '!chance')).toEqual(await second.say('viewer', '!chance'));
  });

  it('hands on what a plugin throws', async () => {
    const bot = await createTestBot(Sample);
    await expect(bot.say('viewer', '!fail')).rejects.toThrow('mine');
    expect(await bot.say('viewer', '!chance')).toHaveLength(1);
  });

  it('takes several plugins, with options, a prefix and a channel', async () => {
    const bot = await createTestBot([Sample], { prefix: '?', channel: 'Ada' });
    expect(await bot.say('Ada', '?mod')).toEqual(['yes']);
    await expect(createTestBot([[Sample, { a: 1 }]])).rejects.toMatchObject({
      code: 'plugin.options_invalid',
    });
  });

  it('is addressed by its prefix and by its name', async () => {
    const bot = await createTestBot(Sample, { prefix: 'Bot ', random: [0] });
    expect(await bot.say('streamer', 'BOT MOD')).toEqual(['yes']);
    expect(await bot.say('streamer', '@KickBot, mod')).toEqual(['yes']);
    expect(await bot.say('streamer', '!mod')).toEqual([]);
  });
});

describe('servers that a plugin asks', () => {
  @Plugin({ name: 'joking' })
  class Joking {
    constructor(private readonly http: Http) {}

    @Command('joke')
    async joke() {
      return (await this.http.json('https://jokes.example/', z.object({ joke: z.string() }))).joke;
    }

    @Command('status')
    async status() {
      const { status, text } = await this.http.fetch('https://jokes.example/');
      return `${status} ${text}`;
    }
  }

  it('are what a test says, and otherwise out of reach', async () => {
    const bot = await createTestBot(Joking, { http: (url) => ({ joke: `at ${url}` }) });
    expect(await bot.say('viewer', '!joke')).toEqual(['at https://jokes.example/']);
    const texts = await createTestBot(Joking, { http: () => 'text' });
    expect(await texts.say('viewer', '!status')).toEqual(['200 text']);
    await expect(texts.say('viewer', '!joke')).rejects.toMatchObject({ reason: 'not_json' });
    const missing = await createTestBot(Joking, { http: (url) => new HttpResponse(url, 404, 'none') });
    expect(await missing.say('viewer', '!status')).toEqual(['404 none']);
    const bare = await createTestBot(Joking);
    await expect(bare.say('viewer', '!joke')).rejects.toThrow('a test has no network');
  });
});
