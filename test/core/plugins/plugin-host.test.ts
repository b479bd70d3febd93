import 'reflect-metadata';
import {
  Clock,
  Command,
  CommandContext,
  EventContext,
  type KickEventNamed,
  Logger,
  On,
  Plugin,
  Random,
  Rule,
  Sender,
  z,
} from 'kickbot';
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

describe('a class that extends another plugin', () => {
  it('replaces what it decorates again', async () => {
    @Plugin({ name: 'base' })
    class Base {
      @Command('hello')
      hello() {
        return 'base';
      }

      @On('chat.message.sent')
      heard(_event: KickEventNamed<'chat.message.sent'>, ctx: EventContext) {
        return ctx.say('heard');
      }
    }
    @Plugin({ name: 'extended' })
    class Extended extends Base {
      @Command('hello', { aliases: ['hi'] })
      override hello() {
        return 'extended';
      }

      @On('chat.message.sent')
      override heard(event: KickEventNamed<'chat.message.sent'>, ctx: EventContext) {
        return super.heard(event, ctx);
      }
    }
    const { host, say, sender } = createHost();
    await host.loadAll([Extended]);
    say('!hi');
    expect(sender.sent.map(({ content }) => content)).toEqual(['extended', 'heard']);
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

  it('for a decorator on what is no method, or a plugin without a name, says so', () => {
    const decorated = { value: (() => undefined) as never };
    class Odd {
      static fixed() {}

      method() {}
    }
    expect(() => Command('fixed')(Odd, 'fixed', decorated)).toThrow(
      "@Command('fixed') stands above fixed, which is static or a field: make it a method, fixed() { … }.",
    );
    expect(() => Rule()(Odd.prototype, 'field', decorated)).toThrow('@Rule() stands above field');
    for (const options of [{}, { name: '' }, Odd, undefined]) {
      expect(() => Plugin(options as never)).toThrow("A plugin needs a name: write @Plugin({ name: '…' }).");
    }
  });

  it('for an event that does not exist names it', async () => {
    class Typing {
      heard() {}
    }
    On('chat.mesage.sent' as never)(Typing.prototype, 'heard', { value: Typing.prototype.heard });
    Plugin({ name: 'typing' })(Typing);
    expect((await errorOf(createHost().host.load(Typing))).message).toBe(
      "Plugin typing, @On('chat.mesage.sent'): there is no event of that name. docs/plugins.md lists them.",
    );
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

  it('for an alias that is no name, or a name that is taken, is told so', async () => {
    @Plugin({ name: 'ping' })
    class Other {
      @Command('other', { aliases: ['an other', 'an <other>'] })
      command() {}
    }
    const { host } = createHost();
    expect((await errorOf(host.load(Other))).message).toContain("the alias 'an <other>' is no name");
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

  it('F 86: a hundred times leaves nothing in the host', async () => {
    const { host, say, sender } = createHost();
    for (let round = 0; round < 100; round++) {
      await host.loadAll([Lifecycle, Ping]);
      say('!ping');
      await host.unloadAll();
      say('!ping');
    }
    expect(sender.sent).toHaveLength(100);
    expect(host.loaded).toEqual([]);
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
