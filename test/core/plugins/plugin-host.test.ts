import 'reflect-metadata';
import {
  Clock,
  Command,
  CommandContext,
  KickbotError,
  Logger,
  On,
  Plugin,
  Random,
  Rule,
  Sender,
  z,
} from 'kickbot';
import { describe, expect, it } from 'vitest';
import { createHost } from './host-for-tests.js';

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

@Plugin({ name: 'lifecycle' })
class Lifecycle {
  static steps: string[] = [];

  async onLoad() {
    await Promise.resolve();
    Lifecycle.steps.push('load');
  }

  onUnload() {
    Lifecycle.steps.push('unload');
    throw new Error('cannot let go');
  }

  @Command('alive')
  alive() {
    return 'yes';
  }
}

async function errorOf(promise: Promise<unknown>): Promise<{ code: string; message: string }> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof KickbotError)) throw new Error(`Expected a KickbotError, got ${error}`);
  return { code: error.code, message: error.message };
}

describe('a plugin is given', () => {
  it('what its constructor names', async () => {
    let given: unknown[] = [];
    @Plugin({ name: 'curious' })
    class Curious {
      constructor(random: Random, clock: Clock, logger: Logger, sender: Sender) {
        given = [random, clock, logger, sender];
      }
    }
    // Without this metadata nothing can be injected: vite 7 and esbuild drop it silently.
    expect(Reflect.getMetadata('design:paramtypes', Curious)).toEqual([Random, Clock, Logger, Sender]);
    const { host } = createHost();
    await host.load(Curious);
    const services = [Random, Clock, Logger, Sender];
    expect(services.map((service, index) => given[index] instanceof service)).toEqual([
      true,
      true,
      true,
      true,
    ]);
  });

  it('its options, frozen, with defaults and with those of the channel', async () => {
    const { host, say, sender } = createHost({
      channels: [{ slug: 'streamer', plugins: { dice: { sides: 20 } } }],
    });
    await host.loadAll([[Dice, { sides: 10 }]]);
    say('!sides');
    const elsewhere = createHost({ channels: [{ slug: 'other', plugins: { dice: { sides: 20 } } }] });
    await elsewhere.host.loadAll([Dice]);
    elsewhere.say('!sides');
    expect([...sender.sent, ...elsewhere.sender.sent].map(({ content }) => content)).toEqual([
      '20 true',
      '6 true',
    ]);
  });

  it('the handlers of the class it extends', async () => {
    @Plugin({ name: 'extended' })
    class Extended extends Ping {
      @Command('pong')
      pong() {
        return 'ping';
      }
    }
    const { host, say, sender } = createHost();
    await host.loadAll([Extended]);
    say('!ping');
    say('!pong');
    expect(sender.sent.map(({ content }) => content)).toEqual(['pong', 'ping']);
  });
});

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

describe('a plugin that cannot be loaded', () => {
  it('without @Plugin is named', async () => {
    class Plain {}
    expect(await errorOf(createHost().host.load(Plain))).toEqual({
      code: 'plugin.not_decorated',
      message: "The class Plain is not a plugin: write @Plugin({ name: '…' }) above the class Plain.",
    });
  });

  it('for a constructor parameter that is no class at run time is told which', async () => {
    class Typed {}
    Plugin({ name: 'typed' })(Typed);
    Reflect.defineMetadata('design:paramtypes', [Random, Object], Typed);
    expect(await errorOf(createHost().host.load(Typed))).toEqual({
      code: 'plugin.not_injectable',
      message:
        "Parameter 2 of the constructor of plugin typed cannot be injected: its type is no class at run time. Import the class with 'import', not 'import type'.",
    });
  });

  it('for want of metadata is told of the compiler', async () => {
    class Bare {
      constructor(readonly random: unknown) {}
    }
    Plugin({ name: 'bare' })(Bare);
    expect((await errorOf(createHost().host.load(Bare))).message).toContain('without decorator metadata');
  });

  it.each([
    ['roll <', "Plugin wrong, @Command('roll <'): The usage 'roll <' is wrong: < is written <<> or [<]."],
    ['', "Plugin wrong, @Command(''): The usage '' is wrong: it starts with the name of the command."],
  ])('for its usage %j is told so', async (usage, message) => {
    @Plugin({ name: 'wrong' })
    class Wrong {
      @Command(usage)
      command() {}
    }
    expect(await errorOf(createHost().host.load(Wrong))).toEqual({ code: 'command.usage_invalid', message });
  });

  it('for an alias of two words, or a name that is taken, is told so', async () => {
    @Plugin({ name: 'ping' })
    class Other {
      @Command('other', { aliases: ['an other'] })
      command() {}
    }
    const { host } = createHost();
    expect((await errorOf(host.load(Other))).message).toContain("the alias 'an other' is not one word");
    await host.load(Ping);
    expect(await errorOf(host.load(Other))).toMatchObject({ code: 'plugin.name_taken' });
  });

  it('leaves nothing behind', async () => {
    @Plugin({ name: 'late' })
    class Late {
      onLoad() {
        throw new Error('no database');
      }

      @Command('late')
      late() {
        return 'late';
      }

      @On('chat.message.sent')
      heard() {}

      @Rule()
      rule() {
        return undefined;
      }
    }
    const { host, say, sender } = createHost();
    expect(await errorOf(host.loadAll([Ping, Late]))).toEqual({
      code: 'plugin.load_failed',
      message: 'Plugin late failed in onLoad: no database',
    });
    say('!late');
    say('!ping');
    expect(sender.sent).toEqual([]);
    expect(host.loaded).toEqual([]);
    expect(host.listeners.of('chat.message.sent')).toEqual([]);
  });

  it('because onLoad never ends is given up after 10 s', async () => {
    @Plugin({ name: 'stuck' })
    class Stuck {
      onLoad() {
        return new Promise<void>(() => {});
      }
    }
    const { host, clock } = createHost();
    const loading = errorOf(host.load(Stuck));
    await new Promise((resolve) => setImmediate(resolve));
    await clock.advance('10s');
    expect((await loading).message).toContain('onLoad of plugin stuck did not end within 10 s');
  });

  it('F 88: because another claims its command leaves the first one working', async () => {
    @Plugin({ name: 'pong' })
    class Pong {
      @Command('pong', { aliases: ['Ping'] })
      pong() {
        return 'not me';
      }
    }
    const { host, say, sender } = createHost();
    await host.load(Ping);
    expect(await errorOf(host.load(Pong))).toMatchObject({
      code: 'plugin.command_clash',
      message: expect.stringContaining('Plugins ping and pong both claim the command ping'),
    });
    say('!ping');
    say('!pong');
    expect(sender.sent.map(({ content }) => content)).toEqual(['pong']);
  });
});

describe('unloading', () => {
  it('F 85: undoes everything though onUnload throws, and tells', async () => {
    Lifecycle.steps = [];
    const { host, logger, say, sender } = createHost();
    await host.loadAll([Lifecycle, Ping]);
    say('!alive');
    await host.unload('lifecycle');
    say('!alive');
    say('!ping');
    expect(Lifecycle.steps).toEqual(['load', 'unload']);
    expect(sender.sent.map(({ content }) => content)).toEqual(['yes', 'pong']);
    expect(logger.lines).toMatchObject([
      {
        message:
          'Plugin lifecycle failed while it was unloaded: Plugin lifecycle failed in onUnload: cannot let go',
      },
    ]);
    await host.load(Lifecycle);
    say('!alive');
    expect(sender.sent).toHaveLength(3);
  });

  it('ends what the plugin can send', async () => {
    let sender: Sender | undefined;
    @Plugin({ name: 'keeper' })
    class Keeper {
      constructor(given: Sender) {
        sender = given;
      }
    }
    const { host, channel } = createHost();
    await host.load(Keeper);
    await host.unloadAll();
    await expect(sender?.send({ channel: channel.channel, content: 'x' })).rejects.toMatchObject({
      code: 'plugin.unloaded',
    });
  });
});
