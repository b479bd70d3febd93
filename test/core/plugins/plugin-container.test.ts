import 'reflect-metadata';
import { Command, injectable, Plugin, Random } from 'kickbot';
import { describe, expect, it } from 'vitest';
import { createHost, errorOf } from './host-for-tests.js';

describe('a plugin that cannot be constructed', () => {
  it('for a constructor parameter that is no class at run time is told which', async () => {
    class Typed {}
    Plugin({ name: 'typed' })(Typed);
    Reflect.defineMetadata('design:paramtypes', [Random, Object], Typed);
    expect(await errorOf(createHost().host.load(Typed))).toEqual({
      code: 'plugin.not_injectable',
      message:
        "Parameter 2 of the constructor of plugin typed cannot be injected: its type is no class at run time. Import a class with 'import', not 'import type'; make a value an option of the plugin.",
    });
  });

  it('for a constructor parameter that is a value is told of options', async () => {
    @Plugin({ name: 'valued' })
    class Valued {
      constructor(readonly limit = 5) {}
    }
    expect(await errorOf(createHost().host.load(Valued))).toEqual({
      code: 'plugin.not_injectable',
      message:
        "Parameter 1 of the constructor of plugin valued cannot be injected: its type is no class at run time. Import a class with 'import', not 'import type'; make a value an option of the plugin.",
    });
  });

  it('for a class of its own that is not marked is told how to', async () => {
    class Store {
      constructor(readonly random: Random) {}
    }
    @Plugin({ name: 'storing' })
    class Storing {
      constructor(readonly store: Store) {}
    }
    expect(await errorOf(createHost().host.load(Storing))).toEqual({
      code: 'plugin.not_injectable',
      message: 'Plugin storing: the class Store cannot be injected. Write @injectable() above it.',
    });
  });

  it('for another copy of kickbot beside it is told of the copies', async () => {
    @Plugin({ name: 'copied' })
    class Copied {
      constructor(readonly random: Random) {}
    }
    const key = Symbol.for('kickbot.plugin');
    class Foreign extends Copied {}
    Object.defineProperty(Foreign, key, {
      value: { ...Reflect.get(Copied, key), writtenBy: Symbol('kickbot') },
    });
    expect((await errorOf(createHost().host.load(Foreign))).message).toContain(
      "needs kickbot as a peer dependency; 'npm ls kickbot' shows the copies",
    );
  });

  it('for want of metadata is told of the compiler', async () => {
    class Bare {
      constructor(readonly random: unknown) {}
    }
    Plugin({ name: 'bare' })(Bare);
    expect((await errorOf(createHost().host.load(Bare))).message).toContain('without decorator metadata');
  });

  it('for the constructor it inherits is told so', async () => {
    class Base {
      constructor(readonly random: Random) {}

      @Command('base')
      base() {}
    }
    @Plugin({ name: 'extended' })
    class Extended extends Base {}
    expect(await errorOf(createHost().host.load(Extended))).toEqual({
      code: 'plugin.not_injectable',
      message:
        'Plugin extended extends Base, whose constructor cannot be injected. Write @injectable() above the class Base.',
    });
    injectable()(Base);
    Reflect.defineMetadata('design:paramtypes', [Random], Base);
    @Plugin({ name: 'mended' })
    class Mended extends Base {}
    const { host } = createHost();
    await host.load(Mended);
    expect(host.loaded).toEqual(['mended']);
  });
});
