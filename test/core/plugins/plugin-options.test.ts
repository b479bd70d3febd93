import 'reflect-metadata';
import { Command, CommandContext, Plugin, z } from 'kickbot';
import { describe, expect, it } from 'vitest';
import { createHost, errorOf } from './host-for-tests.js';

@Plugin({
  name: 'dice',
  options: z.object({ sides: z.number().int().min(2).default(6), names: z.array(z.string()).default([]) }),
})
class Dice {
  @Command('sides')
  sides(ctx: CommandContext<{ sides: number; names: string[] }>) {
    return `${ctx.options.sides} ${Object.isFrozen(ctx.options) && Object.isFrozen(ctx.options.names)}`;
  }
}

@Plugin({ name: 'ping' })
class Ping {
  @Command('ping')
  ping() {
    return 'pong';
  }
}

describe('wrong options', () => {
  it('are named with plugin, key, what was found and what is allowed, all at once', async () => {
    const { host } = createHost();
    expect(await errorOf(host.loadAll([[Dice, { sides: 1, names: 'x', side: 3 }]]))).toEqual({
      code: 'plugin.options_invalid',
      message: [
        'Wrong options of plugin dice:',
        '  sides: found 1, allowed: Too small: expected number to be >=2',
        '  names: found "x", allowed: Invalid input: expected array, received string',
        '  side: found an unknown option, allowed: the options sides, names',
      ].join('\n'),
    });
  });

  it('of a channel name the channel', async () => {
    const { host } = createHost({ channels: [{ slug: 'streamer', plugins: { dice: { sides: 'many' } } }] });
    expect((await errorOf(host.loadAll([Dice]))).message).toBe(
      'Wrong option of plugin dice in channel streamer: sides: found "many", allowed: Invalid input: expected number, received string',
    );
  });

  it('for a plugin without any, or one that is not loaded, are errors too', async () => {
    expect((await errorOf(createHost().host.loadAll([[Ping, { loud: true }]]))).message).toBe(
      'Wrong option of plugin ping: loud: found an unknown option, allowed: no options',
    );
    const { host } = createHost({ channels: [{ slug: 'streamer', plugins: { dcie: {} } }] });
    expect((await errorOf(host.loadAll([Ping]))).message).toBe(
      'Channel streamer has options for plugin dcie, which is not loaded: correct the name, or add it to plugins. Loaded: ping.',
    );
    expect(host.loaded).toEqual([]);
  });

  it('F 89: named __proto__ are unknown like any other and change nothing elsewhere', async () => {
    const options = JSON.parse('{"__proto__": {"polluted": true}, "sides": 8}') as Record<string, unknown>;
    expect((await errorOf(createHost().host.loadAll([[Dice, options]]))).message).toBe(
      'Wrong option of plugin dice: __proto__: found an unknown option, allowed: the options sides, names',
    );
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe('options', () => {
  it('are frozen, except where freezing would break what they were made into', async () => {
    const options = z.object({
      pattern: z
        .string()
        .default('o')
        .transform((text) => new RegExp(text, 'g')),
      bytes: z
        .string()
        .default('ab')
        .transform((text) => Buffer.from(text)),
      nested: z.object({ list: z.array(z.number()).default([1]) }).prefault({}),
    });
    @Plugin({ name: 'made', options })
    class Made {
      @Command('made')
      made({ options: { pattern, bytes, nested } }: CommandContext<z.output<typeof options>>) {
        return `${'foo'.replace(pattern, '0')} ${bytes.length} ${Object.isFrozen(nested.list)}`;
      }
    }
    const { host, say, sender } = createHost();
    await host.load(Made);
    say('!made');
    expect(sender.sent.map(({ content }) => content)).toEqual(['f00 2 true']);
  });
});
