import { type ArgumentsOf, Command, CommandContext, Plugin } from 'kickbot';
import { createTestBot } from 'kickbot/testing';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createHost } from './host-for-tests.js';

let asked = 0;

async function ask() {
  asked++;
  return true;
}

@Plugin({ name: 'quotes' })
class Quotes {
  @Command('quote [number:int]', { aliases: ['q', 'say quote'] })
  quote(ctx: CommandContext, { number }: { number?: number }) {
    return `${ctx.commandName} ${number}`;
  }

  @Command('quote add <...text>', {
    aliases: ['qa'],
    cooldown: { user: '5s', channel: '1s', skip: 'moderator' },
  })
  add(ctx: CommandContext, { text }: ArgumentsOf<'quote add <...text>'>) {
    return `${ctx.commandName}: ${text}`;
  }

  @Command('daily', { cooldown: { user: '20h' }, allow: ask })
  daily() {
    return 'here you are';
  }

  @Command('greet <who:user> [times:int]', { cooldown: { user: '5s' } })
  greet(_ctx: CommandContext, { who }: ArgumentsOf<'greet <who:user>'>) {
    return `Hello ${who.username}`;
  }

  @Command('fail')
  fail() {
    throw new Error('failed');
  }

  @Command('often', { cooldown: { user: '59s' } })
  often() {
    return 'again';
  }

  @Command('__proto__ constructor', { aliases: ['toString'], cooldown: { user: '1d' } })
  odd() {
    return 'odd';
  }
}

beforeEach(() => {
  asked = 0;
});

describe('commands', () => {
  it('have names of several words, of which the longest that fits is taken', async () => {
    const bot = await createTestBot(Quotes);
    expect(await bot.say('ada', '!QUOTE 7')).toEqual(['quote 7']);
    expect(await bot.say('ada', '!say  quote 7')).toEqual(['say quote 7']);
    expect(await bot.say('ada', '!quote add be kind')).toEqual(['quote add: be kind']);
    expect(await bot.say('streamer', '!qa be kind')).toEqual(['qa: be kind']);
    expect(await bot.say('ada', '!q add be kind')).toEqual([
      'number must be a whole number. Usage: !quote [number]',
    ]);
  });

  it('take a cooldown only when they begin, and not of those who may skip it', async () => {
    const bot = await createTestBot(Quotes);
    const moderator = { username: 'mod', badges: ['moderator'] };
    expect(await bot.say('ada', '!qa')).toEqual(['text is missing. Usage: !quote add <...text>']);
    expect(await bot.say(moderator, '!qa one')).toEqual(['qa: one']);
    expect(await bot.say(moderator, '!qa two')).toEqual(['qa: two']);
    expect(await bot.say('ada', '!qa three')).toEqual(['qa: three']);
    expect(await bot.say('ben', '!qa four')).toEqual([]);
    expect(await bot.say(moderator, '!qa five')).toEqual(['qa: five']);
    await bot.clock.advance('1s');
    expect(await bot.say('ben', '!qa six')).toEqual(['qa: six']);
    expect(await bot.say('ada', '!qa seven')).toEqual([]);
  });

  it('rest through a restart where they rest for a minute or more, and ask no guard meanwhile', async () => {
    const bot = await createTestBot(Quotes);
    expect(await bot.say('ada', '!daily')).toEqual(['here you are']);
    expect(await bot.say('ada', '!often')).toEqual(['again']);
    await bot.clock.advance('19h');
    await bot.say('ada', '!often');
    await bot.restart();
    expect(await bot.say('ada', '!daily')).toEqual([]);
    expect(await bot.say('ada', '!often')).toEqual(['again']);
    expect(asked).toBe(1);
    await bot.clock.advance('1h');
    expect(await bot.say('ada', '!daily')).toEqual(['here you are']);
  });

  it('take no cooldown while their plugin rests', async () => {
    const { host, say, sender, clock, dispatcher } = createHost();
    await host.load(Quotes);
    for (let count = 0; count < 5; count++) say('!fail');
    say('!often');
    say('!qa');
    await clock.advance('1m');
    say('!often');
    await dispatcher.idle();
    expect(sender.sent.map(({ content }) => content)).toEqual(['again']);
  });

  it('look nobody up for who has to wait', async () => {
    const { host, dispatcher, channel, say, sender } = createHost();
    const lookedUp = vi.spyOn(channel, 'find');
    await host.load(Quotes);
    say('!greet ben');
    say('!greet eve');
    say('!greet eve 1.5');
    await dispatcher.idle();
    expect(sender.sent.map(({ content }) => content)).toEqual(['Hello ben']);
    expect(lookedUp).toHaveBeenCalledTimes(1);
  });

  it('say what is wrong once in 10 s to a person, whatever the command', async () => {
    const bot = await createTestBot(Quotes);
    expect(await bot.say('ada', '!qa')).toHaveLength(1);
    expect([await bot.say('ada', '!quote x'), await bot.say('ada', '!greet')]).toEqual([[], []]);
    expect(await bot.say('ben', '!greet')).toHaveLength(1);
    await bot.clock.advance('10s');
    expect(await bot.say('ada', '!quote x')).toHaveLength(1);
  });

  it('F 89: may be called, and be used by people who are called, like what every object has', async () => {
    const bot = await createTestBot(Quotes, { channel: 'constructor', owners: ['__proto__'] });
    for (const name of ['__proto__', 'constructor', 'toString']) {
      expect(await bot.say(name, '!__PROTO__ Constructor')).toEqual(['odd']);
      expect(await bot.say(name, '!tostring')).toEqual([]);
      expect(await bot.say(name, '!hasOwnProperty')).toEqual([]);
    }
  });
});
