import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { folderWith, kickbot } from './program.js';

const plugin = (body: string) => `
  import { Command, On, Plugin } from 'kickbot';
  @Plugin({ name: 'careless' })
  export default class Careless { ${body} }`;

const configFor = (rest: object = {}) => JSON.stringify({ plugins: ['./careless.ts'], ...rest });

const inSandbox = (body: string) =>
  kickbot(
    ['start', '--sandbox'],
    folderWith({ 'kickbot.config.json': configFor(), 'careless.ts': plugin(body) }),
  );

it('ends with 0 on a signal while a plugin loads', async () => {
  const bot = inSandbox(
    "onLoad() { console.log('loading'); return new Promise((go) => setTimeout(go, 200)); }",
  );
  await bot.printed(/loading/);
  bot.kill();
  expect(await bot.ended).toMatchObject({ code: 0, stderr: '' });
});

it('ends with 0 on a signal while Kick does not answer', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  const asked = new Promise((resolve) => silent.once('connection', resolve));
  await new Promise((resolve) => silent.once('listening', resolve));
  const address = silent.address();
  const website = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  const config = JSON.stringify({ kick: { endpoints: { website } }, channels: ['streamer'] });
  const bot = kickbot(['start'], folderWith({ 'kickbot.config.json': config }));
  await asked;
  bot.kill('SIGINT');
  expect(await bot.ended).toMatchObject({ code: 0, stderr: '' });
  silent.close();
});

it('ends although a plugin left a timer running, whether the start worked or not', async () => {
  const timer = 'onLoad() { setInterval(() => {}, 1000); }';
  const bot = inSandbox(timer);
  await bot.printed(/The sandbox is ready/);
  bot.kill();
  expect(await bot.ended).toMatchObject({ code: 0 });

  const files = {
    'careless.ts': plugin(timer),
    'kickbot.config.json': configFor({
      plugins: ['./careless.ts', './missing.ts'],
      channels: [{ slug: 'streamer', broadcasterUserId: 1, channelId: 2, chatroomId: 3 }],
    }),
  };
  expect(await kickbot(['start'], folderWith(files)).ended).toMatchObject({ code: 2 });
});

it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('F92 stops in order on %s', async (signal) => {
  const bot = inSandbox("onUnload() { console.log('unloaded'); }");
  await bot.printed(/The sandbox is ready/);
  bot.kill('SIGPIPE');
  bot.kill(signal);
  const { code, stdout, stderr } = await bot.ended;
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('unloaded');
});

it('F91 goes on when nobody reads what it prints any more', async () => {
  const directory = folderWith({
    'kickbot.config.json': configFor(),
    'careless.ts': plugin(`
      constructor() { this.heard = 0; }
      @On('chat.message.sent') on() { if (++this.heard === 5) require('node:fs').writeFileSync('heard', ''); }`),
  });
  const bot = kickbot(['start', '--sandbox'], directory);
  await bot.printed(/The sandbox is ready/);
  bot.hangUp();
  await expect.poll(() => existsSync(join(directory, 'heard')), { timeout: 20_000 }).toBe(true);
  bot.kill();
  expect(await bot.ended).toMatchObject({ code: 0, stderr: '' });
});

it('F78 goes on after a promise that a plugin forgot, and names the plugin; after three it is off', async () => {
  const bot = inSandbox(
    "@On('chat.message.sent') lose() { void Promise.reject(new Error('lost on the way')); } onUnload() { console.log('unloaded'); }",
  );
  await bot.printed(/Plugin careless lost an error that on chat\.message\.sent had.*lost on the way/);
  await bot.printed(/unloaded/);
  bot.kill();
  const { code, stdout, stderr } = await bot.ended;
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout.match(/careless lost an error/g)).toHaveLength(3);
});

it("F79 goes on after a plugin's timers threw, those of its constructor too", async () => {
  const bot = inSandbox(
    "constructor() { setTimeout(() => { throw new Error('thrown by a timer'); }, 10); } @On('chat.message.sent') on() { console.log('heard'); }",
  );
  await bot.printed(/Plugin careless lost an error that its constructor had.*thrown by a timer/);
  await bot.printed(/heard/);
  bot.kill();
  expect(await bot.ended).toMatchObject({ code: 0, stderr: '' });
});

it('stops in order, with exit code 1, after something threw that is no plugin of ours', async () => {
  const bot = kickbot(
    ['start', '--sandbox'],
    folderWith({
      'kickbot.config.mjs': `
        process.on('SIGUSR2', () => { throw new Error('thrown by nobody'); });
        export default { plugins: ['./careless.ts'] };`,
      'careless.ts': plugin("onUnload() { console.log('unloaded'); }"),
    }),
  );
  await bot.printed(/The sandbox is ready/);
  bot.kill('SIGUSR2');
  const { code, stdout, stderr } = await bot.ended;
  expect([code, stderr]).toEqual([1, '']);
  expect(stdout).toContain('unloaded');
  expect(stdout).toMatch(/outside of every handler.*thrown by nobody/);
});

const talkative = `
  @On('chat.message.sent') flood(message, ctx) {
    if (this.begun) return;
    this.begun = true;
    for (const number of [1, 2, 3]) {
      ctx.say('message ' + number).then(() => console.log('said ' + number), (error) => console.log(error.code));
    }
  }`;

const talkingWith = (sender: object) =>
  kickbot(
    ['start', '--sandbox'],
    folderWith({ 'kickbot.config.json': configFor({ sender }), 'careless.ts': plugin(talkative) }),
  );

it('C42 sends after a signal what is queued, and ends with 0', async () => {
  const bot = talkingWith({ limit: 1, windowSeconds: 1 });
  await bot.printed(/said 1/);
  bot.kill();
  const { code, stdout } = await bot.ended;
  expect(stdout).toMatch(/Stopping[\s\S]*said 2\n[\s\S]*said 3\n/);
  expect(code).toBe(0);
});

it('C42 ends at once on a second signal', async () => {
  const bot = talkingWith({ limit: 1, windowSeconds: 3600 });
  await bot.printed(/said 1/);
  bot.kill();
  await bot.printed(/Stopping/);
  bot.kill();
  const { code, stdout } = await bot.ended;
  expect(code).toBe(1);
  expect(stdout).not.toMatch(/said 2|sender\.stopped/);
});
