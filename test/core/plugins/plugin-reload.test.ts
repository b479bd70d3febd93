import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import type { PluginConfig } from '../../../src/core/config/schema.js';
import type { PluginChannel } from '../../../src/core/plugins/plugin-host.js';
import { reloadPlugins } from '../../../src/core/plugins/plugin-reload.js';
import { createHost } from './host-for-tests.js';

const answering = (answer: string, { name = 'greeter', command = 'hello', body = '' } = {}) => `
  import { Command, On, Plugin, Rule, remove } from 'kickbot';
  @Plugin({ name: '${name}' })
  export default class {
    ${body}
    @Command('${command}') answer() { return ${answer}; }
  }`;

/** A host over a folder of its own, with its plugins loaded. */
async function reloading(files: Record<string, string>, plugins: PluginConfig[]) {
  const directory = mkdtempSync(join(tmpdir(), 'kickbot-reload-'));
  const write = (changed: Record<string, string>) => {
    for (const [name, text] of Object.entries(changed)) writeFileSync(join(directory, name), text);
  };
  write(files);
  const parts = createHost({ directory });
  await parts.host.loadAll(plugins);
  return {
    ...parts,
    write,
    reload: (now = plugins, channels: PluginChannel[] = []) => reloadPlugins(parts.host, now, channels),
    said: () => parts.sender.sent.splice(0).map(({ content }) => content),
  };
}

const answersTo = (bot: Awaited<ReturnType<typeof reloading>>) => {
  bot.say('!hello');
  return bot.said();
};

const none = { loaded: [], replaced: [], unloaded: [], problems: [] };

describe('a plugin whose file changed', () => {
  it('is replaced, and nothing else is', async () => {
    const files = { 'a.ts': answering('"old"'), 'b.ts': answering('"b"', { name: 'b', command: 'b' }) };
    const bot = await reloading(files, ['./a.ts', './b.ts']);
    expect(await bot.reload()).toEqual(none);
    bot.write({ 'a.ts': answering('"new"') });
    expect(await bot.reload()).toEqual({ ...none, replaced: ['greeter'] });
    bot.say('!hello');
    bot.say('!b');
    expect(bot.said()).toEqual(['new', 'b']);
    expect(bot.host.loaded).toEqual(['greeter', 'b']);
  });

  it('takes a module that two import along for both, and they go on sharing it', async () => {
    const shared = (name: string) =>
      `import { count } from './shared.js';${answering('count()', { name, command: name })}`;
    const counting = (from: number) => `let n = ${from}; export const count = () => String(n++);`;
    const bot = await reloading({ 'a.ts': shared('a'), 'b.ts': shared('b'), 'shared.ts': counting(1) }, [
      './a.ts',
      './b.ts',
    ]);
    for (const command of ['!a', '!b']) bot.say(command);
    bot.write({ 'shared.ts': counting(10) });
    expect((await bot.reload()).replaced).toEqual(['a', 'b']);
    for (const command of ['!a', '!b']) bot.say(command);
    expect(bot.said()).toEqual(['1', '2', '10', '11']);
  });

  it('keeps its place: rules and listeners are asked in the order of the configuration', async () => {
    const hearing = (name: string) =>
      answering('""', {
        name,
        command: name,
        body: `
          @Rule() judge({ message }) { if (message.content === 'spam') return remove('${name}'); }
          @On('chat.message.sent') heard(_, ctx) { return ctx.say('${name}'); }`,
      });
    const bot = await reloading({ 'a.ts': hearing('a'), 'b.ts': hearing('b'), 'c.ts': hearing('c') }, [
      './a.ts',
      './c.ts',
    ]);
    bot.write({ 'a.ts': `${hearing('a')} // edited` });
    await bot.reload(['./a.ts', './b.ts', './c.ts']);
    bot.say('hi');
    expect(bot.said()).toEqual(['a', 'b', 'c']);
    await bot.reload(['./c.ts', './b.ts', './a.ts']);
    bot.say('hi');
    expect(bot.said()).toEqual(['c', 'b', 'a']);
  });

  it.each([
    ['a syntax error', 'export default class {\n  roll( {', 'plugin.syntax_error'],
    ['an error while it is imported', 'throw new Error("no luck");', 'plugin.import_failed'],
    [
      'an error in onLoad',
      answering('"new"', { body: 'onLoad() { throw new Error("no"); }' }),
      'plugin.load_failed',
    ],
    ["another plugin's command", answering('"new"', { command: 'b' }), 'plugin.command_clash'],
    ["another plugin's name", answering('"new"', { name: 'b' }), 'plugin.name_taken'],
  ])('F90 goes on as it was where there is %s, and takes the next edit', async (_, broken, code) => {
    const files = { 'a.ts': answering('"old"'), 'b.ts': answering('"b"', { name: 'b', command: 'b' }) };
    const bot = await reloading(files, ['./a.ts', './b.ts']);
    bot.write({ 'a.ts': broken });
    expect(await bot.reload()).toMatchObject({ ...none, problems: [{ code }] });
    bot.say('!hello');
    bot.say('!b');
    bot.write({ 'a.ts': answering('"mended"') });
    expect(await bot.reload()).toEqual({ ...none, replaced: ['greeter'] });
    bot.say('!hello');
    expect(bot.said()).toEqual(['old', 'b', 'mended']);
  });

  it('may have another name then, and the same commands', async () => {
    const bot = await reloading({ 'a.ts': answering('"old"') }, ['./a.ts']);
    bot.write({ 'a.ts': answering('"new"', { name: 'renamed' }) });
    expect(await bot.reload()).toEqual({ ...none, replaced: ['renamed'] });
    bot.say('!hello');
    expect(bot.said()).toEqual(['new']);
    expect(bot.host.loaded).toEqual(['renamed']);
  });
});

describe('the old one', () => {
  const slow = (steps: string) =>
    answering('new Promise((resolve) => { globalThis.answerOld = resolve; })', {
      body: `onUnload() { globalThis.steps.push('${steps} is unloaded'); }`,
    });

  it('answers what it was at, and is unloaded after that', async () => {
    const steps: string[] = [];
    Object.assign(globalThis, { steps });
    const bot = await reloading({ 'a.ts': slow('old') }, ['./a.ts']);
    bot.say('!hello');
    bot.write({
      'a.ts': answering('"new"', { body: "onLoad() { globalThis.steps.push('new is loaded'); }" }),
    });
    const reloaded = bot.reload();
    await expect.poll(() => steps).toEqual(['new is loaded']);
    await expect.poll(() => answersTo(bot)).toContain('new');
    Reflect.get(globalThis, 'answerOld')('the old answer');
    await reloaded;
    expect(bot.said()).toContain('the old answer');
    expect(steps).toEqual(['new is loaded', 'old is unloaded']);
  });

  it('is unloaded after 5 seconds though it is at something', async () => {
    const steps: string[] = [];
    Object.assign(globalThis, { steps });
    const bot = await reloading({ 'a.ts': slow('old') }, ['./a.ts']);
    bot.say('!hello');
    bot.write({ 'a.ts': answering('"new"', { body: "onLoad() { globalThis.steps.push('new'); }" }) });
    const reloaded = bot.reload();
    await expect.poll(() => answersTo(bot)).toContain('new');
    await bot.clock.advance('5s');
    await reloaded;
    expect(steps).toEqual(['new', 'old is unloaded']);
  });
});

describe('another configuration', () => {
  const configurable = `
    import { Command, Plugin, z } from 'kickbot';
    @Plugin({ name: 'greeter', options: z.object({ text: z.string().default('hello') }) })
    export default class { @Command('hello') answer(ctx) { return ctx.options.text; } }`;

  it('loads, replaces and unloads what is different', async () => {
    const files = { 'a.ts': configurable, 'b.ts': answering('"b"', { name: 'b', command: 'b' }) };
    const bot = await reloading(files, ['./a.ts', './b.ts']);
    const withText = (text: unknown): PluginConfig => ['./a.ts', { text }];
    expect(await bot.reload([withText('hi')])).toEqual({ ...none, replaced: ['greeter'], unloaded: ['b'] });
    const channels = [{ slug: 'streamer', plugins: { greeter: { text: 'here' } } }];
    expect(await bot.reload([withText('hi'), './b.ts'], channels)).toEqual({
      ...none,
      loaded: ['b'],
      replaced: ['greeter'],
    });
    bot.say('!hello');
    const wrong = await bot.reload([withText(1), './b.ts', './gone.ts'], channels);
    expect(wrong).toMatchObject({
      ...none,
      problems: [{ code: 'plugin.not_found' }, { code: 'plugin.options_invalid' }],
    });
    bot.say('!hello');
    expect(bot.said()).toEqual(['here', 'here']);
  });
});

it('100 reloads leave no listener, no handle and no old copy', async () => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const bot = await reloading({ 'a.ts': answering('"0"') }, ['./a.ts']);
  const before = process.memoryUsage().arrayBuffers;
  const handles = process.getActiveResourcesInfo().length;
  for (let edit = 1; edit <= 100; edit++) {
    bot.write({
      'a.ts': `
        import './b.js';
        @injectable() class Kept { readonly big = big; }
        const big = new Uint8Array(1_000_000);
        ${answering(`"${edit}"`, { body: "constructor(readonly kept: Kept) {} @On('chat.message.sent') heard() {}" })}
        import { injectable } from 'kickbot';`,
      'b.ts': `export default ${edit};`,
    });
    expect(await bot.reload()).toEqual({ ...none, replaced: ['greeter'] });
  }
  bot.say('!hello');
  expect(bot.said()).toEqual(['100']);
  // What is garbage by now takes a turn of the event loop or two to be found.
  await expect
    .poll(() => {
      collect();
      return process.memoryUsage().arrayBuffers;
    })
    .toBeLessThan(before + 20_000_000);
  expect(bot.host.listeners.of('chat.message.sent')).toHaveLength(1);
  expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(handles + 1);
});
