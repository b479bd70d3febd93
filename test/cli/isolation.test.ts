import 'reflect-metadata';
import { Command, Plugin } from 'kickbot';
import { afterEach, describe, expect, it } from 'vitest';
import { createHost, errorOf } from '../core/plugins/host-for-tests.js';
import { folderWith, kickbot } from './program.js';

/** The worker's side as it is packed: a worker knows nothing of Vitest. */
const workerFile = new URL('../../dist/core/plugins/worker/plugin-worker.js', import.meta.url);

const caged = { plugin: './caged.ts', isolation: 'worker' } as const;

const source = (body: string, decorated = "@Plugin({ name: 'caged' })") => `
  import {
    Clock, Command, Every, Logger, On, Plugin, Random, Rule, Sender, Store, injectable, remove, z,
  } from 'kickbot';
  ${decorated}
  export default class Caged { ${body} }`;

const opened: { unloadAll(): Promise<void> }[] = [];

/** A bot with `caged.ts` in its folder. */
function botWith(code: string, options: Parameters<typeof createHost>[0] = {}) {
  const bot = createHost({ directory: folderWith({ 'caged.ts': code }), workerFile, ...options });
  Object.assign(bot.logger, { info: bot.logger.warn });
  opened.push(bot.host);
  const logged = (pattern: RegExp) =>
    expect
      .poll(() => bot.logger.lines.map(({ message }) => message))
      .toContainEqual(expect.stringMatching(pattern));
  const said = () => bot.sender.sent.map(({ content }) => content);
  const answered = async (text: string, username?: string) => {
    const before = said().length;
    await bot.say(text, username);
    await bot.dispatcher.idle();
    return said().slice(before);
  };
  return { ...bot, logged, said, answered };
}

afterEach(async () => {
  for (const host of opened.splice(0)) await host.unloadAll();
});

@Plugin({ name: 'free' })
class Free {
  @Command('free')
  free() {
    return 'still here';
  }
}

describe('a plugin in a worker', () => {
  it('has commands, rules and listeners as any other', async () => {
    const options =
      'z.object({ greeting: z.string().default("hello"), words: z.array(z.string()).default([]) })';
    const code = source(
      `constructor(random, clock, logger, sender) { Object.assign(this, { random, clock, logger, sender }); }
      @Command('greet <who:user> [times:int=1]', { aliases: ['hi'], cooldown: { user: '5s' } })
      async greet(ctx, { who, times }) {
        await ctx.say('listen');
        ctx.logger;
        this.logger.warn('greeting', { times });
        return (ctx.options.greeting + ' ' + who.username + ctx.commandName + '!').repeat(times) + ctx.hasRole('broadcaster');
      }
      @Rule() noSwearing({ message }) { return message.content === 'damn' ? remove('swearing') : undefined; }
      @Every('1h') hourly(ctx) { ctx.say('an hour in ' + ctx.channel.slug); }
      @On('channel.hosted') hosted({ host }, ctx) { ctx.say('welcome ' + host.username + (ctx.channel.slug)); }
      @Command('here') here() {
        return [this.random.int(3, 3), this.clock.now() > 0, Object.isFrozen(this.options ?? Object.freeze({}))].join();
      }`,
      `@Plugin({ name: 'caged', options: ${options} })`,
    ).replace(
      'constructor(random, clock, logger, sender)',
      'constructor(random: Random, clock: Clock, logger: Logger, sender: Sender)',
    );
    const { host, answered, logger, removed, dispatcher, channel, said } = botWith(code, {
      channels: [{ slug: 'streamer', plugins: { caged: { greeting: 'ahoy' } } }],
    });
    await host.loadAll([{ ...caged, options: { words: ['x'] } }]);
    expect(await answered('!hi ada 2', 'streamer')).toEqual(['listen', 'ahoy adahi!ahoy adahi!true']);
    expect(await answered('!hi ada', 'streamer')).toEqual([]);
    expect(await answered('!hi ada', 'bob')).toEqual(['listen', 'ahoy adahi!false']);
    expect(await answered('!here')).toEqual(['3,true,true']);
    expect(logger.lines).toContainEqual({ level: 'warn', message: 'greeting', fields: { times: 2 } });
    expect(await answered('damn')).toEqual([]);
    expect(removed).toHaveLength(1);
    dispatcher.dispatch(
      channel.event({ type: 'channel.hosted', host: { username: 'cy' }, viewers: 1 }, new Date(0)),
    );
    await dispatcher.idle();
    expect(said().at(-1)).toBe('welcome cystreamer');
    const [{ metadata }] = [host.get('caged') ?? { metadata: undefined }];
    expect(metadata?.timers).toEqual([{ method: 'hourly', schedule: '1h', options: {} }]);
  });

  it.each([
    [
      "Plugin caged has a guard for 'x', which there is not in a worker",
      source("@Command('x', { allow: [() => true] }) x() {}"),
    ],
    [
      "asks for Store, which there is not in a worker: take isolation: 'worker' away",
      source('constructor(store: Store) {}', "@Plugin({ name: 'caged', options: z.looseObject({}) })"),
    ],
    ['Wrong option of plugin caged: sides: found an unknown option', source('')],
    ['thrown while it was imported', "throw new Error('thrown while it was imported');"],
    [
      'Plugin caged cannot be loaded: cannot load',
      source(
        "onLoad() { throw new Error('cannot load'); }",
        "@Plugin({ name: 'caged', options: z.looseObject({}) })",
      ),
    ],
    [
      'its worker ended: it ended itself with exit code 7',
      source('onLoad() { process.exit(7); }', "@Plugin({ name: 'caged', options: z.looseObject({}) })"),
    ],
  ])('is refused with what is wrong, and leaves nothing behind: %s', async (sentence, code) => {
    const { host } = botWith(code);
    expect((await errorOf(host.load({ ...caged, options: { sides: 1 } }))).message).toContain(sentence);
    expect(host.loaded).toEqual([]);
  });

  it('is not given as a class', async () => {
    const { host } = botWith('');
    expect(await errorOf(host.load({ plugin: Free, isolation: 'worker' }))).toMatchObject({
      code: 'plugin.not_isolated',
    });
  });

  it('F76 F78 F79 F84 throws, loses errors, changes the folder: named, and nothing else happens', async () => {
    const { host, say, dispatcher, logged, answered } = botWith(
      source(`
        @Command('throw') throw() { throw new TypeError('thrown'); }
        @Command('chdir') chdir() { process.chdir('/'); }
        @Command('odd') odd() { return { odd: () => {} }; }
        @Command('lose') lose() { void Promise.reject(new Error('nobody waited')); setTimeout(() => { throw new Error('timed'); }); return 'ok'; }
      `),
    );
    await host.load(caged);
    say('!throw');
    say('!chdir');
    say('!odd');
    await dispatcher.idle();
    await logged(/^Plugin caged failed in command throw: thrown$/);
    await logged(/^Plugin caged failed in command chdir: process.chdir\(\) is not supported in workers$/);
    await logged(/^Plugin caged failed in command odd: .*could not be cloned/);
    expect(await answered('!lose')).toEqual(['ok']);
    await logged(/^Plugin caged lost an error that lose had brought about: nobody waited$/);
    await logged(/^Plugin caged lost an error that lose had brought about: timed$/);
    expect(host.invoker.tallies.get('caged')).toMatchObject({ failures: 3, strays: 2 });
  });

  it('F80 never comes back, is given up and can say nothing more', async () => {
    const { host, say, clock, logged, said } = botWith(
      source(`
        @Command('wait') async wait(ctx) {
          await ctx.say('waiting');
          await new Promise((go) => ctx.signal.addEventListener('abort', go));
          await ctx.say('too late').catch((error) => ctx.say('as late').catch(() => { throw error; }));
        }
        @Command('logged') logged() { return 'ok'; }`),
      { deadlineMs: 100 },
    );
    await host.load(caged);
    say('!wait');
    await expect.poll(said).toEqual(['waiting']);
    await clock.advance('100ms');
    await logged(/command wait of plugin caged did not end within 0.1 s and was given up/);
    say('!logged');
    await expect.poll(said).toEqual(['waiting', 'ok']);
  });

  it('F81 runs for ever, is ended within 2 s and started again while the chat goes on', async () => {
    const { host, say, dispatcher, clock, logged, answered } = botWith(
      source(`
        constructor(logger: Logger) { this.logger = logger; }
        @Command('loop') loop() { this.logger.warn('looping'); for (;;); }
        @Rule() judge() {}
        @Command('fine') fine() { return 'fine'; }`),
    );
    await host.loadAll([caged, Free]);
    say('!loop');
    await logged(/^looping$/);
    const waiting = say('!free');
    await clock.advance('2s');
    await logged(
      /^The worker of plugin caged ended: it did not answer for 1\.6 s \(in loop\)\. It is started again in 1 s\.$/,
    );
    await waiting;
    await dispatcher.idle();
    expect(await answered('!fine')).toEqual([]);
    expect(await answered('!free')).toEqual(['still here']);
    await clock.advance('1s');
    await logged(/^Plugin caged runs again\.$/);
    expect(await answered('!fine')).toEqual(['fine']);

    say('!loop');
    await expect.poll(() => host.invoker.tallies.get('caged')?.calls).toBeGreaterThan(0);
    await host.unload('caged');
    await dispatcher.idle();
    expect(host.loaded).toEqual(['free']);
  });

  it('F83 F84 uses up its memory or ends its process: only the worker ends', async () => {
    const { host, say, clock, logged, answered } = botWith(
      source(`
        @Command('hoard') hoard() { const all = []; for (;;) all.push(Array.from({ length: 1e5 }, Math.random)); }
        @Command('exit') exit() { process.exit(3); }
        @Command('fine') fine() { return 'fine'; }`),
    );
    await host.loadAll([caged, Free]);
    say('!hoard');
    await logged(/ended: it used more than 128 MB \(in hoard\)\. It is started again in 1 s\.$/);
    expect(await answered('!free')).toEqual(['still here']);
    await clock.advance('1s');
    await logged(/^Plugin caged runs again\.$/);
    say('!exit');
    await logged(/ended: it ended itself with exit code 3 \(in exit\)\. It is started again in 2 s\.$/);
    await clock.advance('2s');
    await expect.poll(() => answered('!fine')).toEqual(['fine']);
  });

  it('sees no environment, no arguments and no change of a prototype beyond its own', async () => {
    process.env.KICKBOT_SECRET_KEY = 'canary';
    const { host, answered } = botWith(
      source(`
        @Command('env') env() { return JSON.stringify([process.env, process.argv.slice(2), process.execArgv]); }
        @Command('pollute') pollute() { Object.prototype.polluted = true; return 'done'; }`),
    );
    await host.load(caged);
    expect(await answered('!env')).toEqual(['[{},[],[]]']);
    expect(await answered('!pollute')).toEqual(['done']);
    expect(Reflect.get({}, 'polluted')).toBe(undefined);
    delete process.env.KICKBOT_SECRET_KEY;
  });
});

it('a plugin in a worker is looked at in one by kickbot doctor too', async () => {
  const exits = "if (process.env.PATH !== undefined) { console.log('outside'); process.exit(9); }";
  const files = {
    'kickbot.config.json': JSON.stringify({ plugins: [caged] }),
    'caged.ts': `${source('')} ${exits}`,
  };
  const { stdout } = await kickbot(['doctor'], folderWith(files)).ended;
  expect(stdout).toContain('Plugin caged loads.');
  expect(stdout).not.toContain('outside');
});

it('F81 a bot that runs goes on while a worker is ended and started again', async () => {
  const bot = kickbot(
    ['start', '--sandbox'],
    folderWith({
      'kickbot.config.json': JSON.stringify({ plugins: [caged] }),
      'caged.ts': source(`
        @On('chat.message.sent') heard() { console.log('heard in ' + JSON.stringify(process.env)); for (;;); }
        onUnload() { console.log('unloaded'); }`),
    }),
  );
  await bot.printed(/heard in \{\}/);
  await bot.printed(/did not answer for 1\.6 s \(in heard\)/);
  await bot.printed(/Plugin caged runs again/);
  bot.kill();
  expect(await bot.ended).toMatchObject({ code: 0, stderr: '' });
});
