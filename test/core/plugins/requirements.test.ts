import { Command, injectable, Plugin, Scope, Store, z } from 'kickbot';
import { createTestBot } from 'kickbot/testing';
import { describe, expect, it } from 'vitest';
import { reloadPlugins } from '../../../src/core/plugins/plugin-reload.js';
import { createHost, errorOf } from './host-for-tests.js';

@injectable()
class PointsService {
  readonly #points;

  constructor(store: Store) {
    this.#points = store.of('points', z.number());
  }

  give(username: string): Promise<number> {
    return this.#points.increment(username);
  }
}

@Plugin({ name: 'points', exports: [PointsService] })
class Points {
  constructor(private readonly points: PointsService) {}

  @Command('points <who>')
  async show(_ctx: unknown, { who }: { who: string }) {
    return `points: ${await this.points.give(who)}`;
  }
}

@Plugin({ name: 'shop', requires: ['points'] })
class Shop {
  constructor(readonly points: PointsService) {}

  @Command('buy <who>')
  async buy(_ctx: unknown, { who }: { who: string }) {
    return `shop: ${await this.points.give(who)}`;
  }
}

@Plugin({ name: 'mall', requires: ['shop'] })
class Mall {}

/** A plugin called `name` that requires others. */
function plugin(name: string, ...requires: string[]) {
  class Any {}
  Plugin({ name, requires })(Any);
  return Any;
}

describe('a plugin that requires another', () => {
  it('is given the very service that one has, with its store, in whichever order they are named', async () => {
    for (const plugins of [
      [Points, Shop],
      [Shop, Points],
    ]) {
      const bot = await createTestBot(plugins);
      expect(await bot.say('viewer', '!points ada')).toEqual(['points: 1']);
      expect(await bot.say('viewer', '!buy ada')).toEqual(['shop: 2']);
      await bot.restart();
      expect(await bot.say('viewer', '!buy ada')).toEqual(['shop: 3']);
      await bot.stop();
    }
  });

  it('is loaded after it; rules and listeners keep the order of the configuration', async () => {
    const { host } = createHost();
    const order: string[] = [];
    const noted = (name: string, ...requires: string[]) => {
      class Noted {
        onLoad() {
          order.push(name);
        }
        onUnload() {
          order.push(`-${name}`);
        }
      }
      Plugin({ name, requires })(Noted);
      return Noted;
    };
    await host.loadAll([noted('a', 'c', 'b'), noted('b', 'c'), noted('c'), noted('d')]);
    expect(order.splice(0)).toEqual(['c', 'b', 'a', 'd']);
    expect(host.loaded).toEqual(['a', 'b', 'c', 'd']);
    await host.unloadAll();
    expect(order).toEqual(['-d', '-a', '-b', '-c']);
  });

  it('is told of one that is not there, and of a circle', async () => {
    const { host } = createHost();
    expect(await errorOf(host.loadAll([Shop]))).toEqual({
      code: 'plugin.requires_missing',
      message: 'Plugin shop requires the plugin points, which is not loaded: add it to plugins.',
    });
    const circle = [plugin('z', 'a'), plugin('a', 'b'), plugin('b', 'c'), plugin('c', 'a')];
    expect(await errorOf(host.loadAll(circle))).toEqual({
      code: 'plugin.requires_circle',
      message:
        "Plugin a requires b, which requires c, which requires a: none of them can be loaded first. Take one of these out of 'requires'.",
    });
    expect((await errorOf(host.loadAll([plugin('own', 'own')]))).message).toContain(
      'Plugin own requires own:',
    );
    expect(host.loaded).toEqual([]);
  });

  it('is off with it', async () => {
    @Plugin({ name: 'scoped', scopes: [Scope.KicksRead] })
    class Scoped {}
    const { host, logger } = createHost({ scopeProblem: (scope) => `no ${scope}` });
    await host.loadAll([plugin('last', 'middle'), plugin('middle', 'scoped'), Scoped]);
    expect(host.loaded).toEqual([]);
    expect(logger.lines.map(({ message }) => message)).toEqual([
      'Plugin scoped is off: no kicks:read',
      'Plugin middle is off: it requires scoped, which is off, too.',
      'Plugin last is off: it requires middle, which is off, too.',
    ]);
  });

  it('is unloaded with it, and told so', async () => {
    const { host, logger } = createHost();
    await host.loadAll([Mall, Shop, Points, plugin('other')]);
    await host.unload('points');
    expect(host.loaded).toEqual(['other']);
    expect(logger.lines.map(({ message }) => message)).toEqual([
      'Plugin shop is unloaded with points, which it requires.',
      'Plugin mall is unloaded with shop, which it requires.',
    ]);
  });

  it('is made anew with it, and said to miss it once it is gone', async () => {
    const { host } = createHost();
    await host.loadAll([Shop, Points]);
    const before = host.get('shop');
    const options = z.object({ most: z.number().default(1) });
    @Plugin({ name: 'points', exports: [PointsService], options })
    class Edited {}
    const edited = await reloadPlugins(host, [Shop, Edited], []);
    expect(edited).toMatchObject({ replaced: ['points', 'shop'], problems: [] });
    expect(host.get('shop')).not.toBe(before);
    const given = await reloadPlugins(host, [Shop, [Edited, { most: 2 }]], []);
    expect(given).toMatchObject({ replaced: ['points', 'shop'], problems: [] });
    const gone = await reloadPlugins(host, [Shop], []);
    expect(gone.problems).toMatchObject([{ code: 'plugin.requires_missing' }]);
    expect(host.loaded).toEqual([]);
  });
});

it('does not give an exported service to a plugin that does not say it requires it', async () => {
  @Plugin({ name: 'thief' })
  class Thief {
    constructor(readonly points: PointsService) {}
  }
  const { host } = createHost();
  await host.load(Points);
  const { code, message } = await errorOf(host.load(Thief));
  expect(code).toBe('plugin.not_injectable');
  expect(message).toContain(
    "PointsService belongs to the plugin points: write @Plugin({ name: 'thief', requires: ['points'] }).",
  );
});
