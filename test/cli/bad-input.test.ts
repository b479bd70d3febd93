import { existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.js';
import { freePort } from '../support/free-port.js';
import { folderWith, kickbot } from './program.js';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({});
  sandbox.world.createChannel({ owner: 'Streamer' });
  sandbox.world.createUser({ username: 'Kickbot' });
});
afterAll(() => sandbox.close());

const configFor = (rest: object = {}) =>
  JSON.stringify({
    kick: {
      clientId: sandbox.app.clientId,
      clientSecret: sandbox.app.clientSecret,
      endpoints: sandbox.endpoints,
      pusher: sandbox.pusher,
    },
    channels: ['streamer'],
    ...rest,
  });

async function startWith(files: Record<string, string>, args: readonly string[] = []) {
  const folder = folderWith(files);
  return { folder, ...(await kickbot(['start', ...args], folder).ended) };
}

/** `kickbot login`, with somebody at the browser. */
async function logIn(folder: string, env: Record<string, string> = {}) {
  const port = await freePort();
  sandbox.app.redirectUris.push(`http://localhost:${port}/callback`);
  const login = kickbot(['login', '--no-browser', '--port', String(port)], folder, env);
  const [url = ''] = await login.printed(/http:\/\/\S+\/oauth\/authorize\S+/);
  await sandbox.approve(url, { as: 'Kickbot' });
  return login.ended;
}

describe('one clear sentence, the right exit code, no stack trace', () => {
  it('for a wrong configuration: every problem, exit code 2, and nothing written', async () => {
    const { code, stderr, folder } = await startWith({
      'kickbot.config.json': '{ "server": { "port": "x" }, "colour": "red" }',
    });
    expect(code).toBe(2);
    expect(stderr).toContain(
      'server.port (kickbot.config.json): found "x"; allowed: a whole number from 0 to 65535',
    );
    expect(stderr).toContain('colour (kickbot.config.json): found an unknown key');
    expect(stderr).not.toContain('    at ');
    expect(existsSync(join(folder, '.kickbot'))).toBe(false);
  });

  it('for no channel', async () => {
    const { code, stderr } = await startWith({});
    expect([code, stderr]).toEqual([2, expect.stringContaining('add its slug to channels')]);
  });

  it('for a channel Kick does not know', async () => {
    const { code, stderr } = await startWith({
      'kickbot.config.json': configFor({ channels: ['nobody-here'] }),
    });
    expect(code).toBe(2);
    expect(stderr).toContain('nobody-here');
    expect(stderr).toContain('[channel.unknown]');
    expect(stderr).toContain('channels');
    expect(stderr).not.toContain('    at ');
  });

  it.each([
    [
      'a plugin file with a syntax error',
      { 'bad.ts': 'export default class {\n  roll(] {}\n}\n' },
      /bad\.ts.*line 2/,
    ],
    ['a class without @Plugin', { 'bad.ts': 'export default class Plain {}' }, /@Plugin/],
    ['a plugin that is not there', {}, /bad\.ts does not exist/],
  ])('for %s', async (_what, files, sentence) => {
    const { code, stderr } = await startWith({
      ...files,
      'kickbot.config.json': configFor({ plugins: ['./bad.ts'] }),
    });
    expect(code).toBe(2);
    expect(stderr).toMatch(sentence);
    expect(stderr).not.toContain('    at ');
  });

  it('for two plugins claiming one command', async () => {
    const plugin = (name: string) => `
      import { Command, Plugin } from 'kickbot';
      @Plugin({ name: '${name}' })
      export default class A { @Command('roll') roll() { return ''; } }`;
    const { code, stderr } = await startWith({
      'one.ts': plugin('one'),
      'two.ts': plugin('two'),
      'kickbot.config.json': configFor({ plugins: ['./one.ts', './two.ts'] }),
    });
    expect(code).toBe(2);
    expect(stderr).toMatch(/one.*two|two.*one/);
    expect(stderr).toContain('roll');
  });

  it('for a Kick that cannot be reached', async () => {
    const nowhere = 'http://127.0.0.1:9';
    const { code, stderr } = await startWith({
      'kickbot.config.json': JSON.stringify({
        kick: { endpoints: { auth: nowhere, api: nowhere, website: nowhere, realtime: nowhere } },
        channels: ['streamer'],
      }),
    });
    expect(code).toBe(1);
    expect(stderr).toContain('Cannot reach http://127.0.0.1:9');
    expect(stderr).not.toContain('    at ');
  });

  it('with the stack where --log-level debug asks for it', async () => {
    const { stderr } = await startWith({ 'kickbot.config.json': configFor({ channels: ['nobody-here'] }) }, [
      '--log-level',
      'debug',
    ]);
    expect(stderr).toContain('    at ');
  });

  it('for a port in use at login, named, exit code 1', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => holder.once('listening', resolve));
    const address = holder.address();
    const port = typeof address === 'object' && address ? String(address.port) : '';
    const folder = folderWith({ 'kickbot.config.json': configFor() });
    const { code, stderr } = await kickbot(['login', '--no-browser', '--port', port], folder).ended;
    holder.close();
    expect([code, stderr]).toEqual([1, expect.stringContaining(port)]);
  });

  it('for a key of the wrong length, before anything is asked of Kick', async () => {
    const folder = folderWith({ 'kickbot.config.json': configFor() });
    const { code, stderr } = await kickbot(['start'], folder, { KICKBOT_SECRET_KEY: 'short' }).ended;
    expect([code, stderr]).toEqual([2, expect.stringContaining('KICKBOT_SECRET_KEY must be 32 bytes')]);
  });

  it('for a .env that is no file, and a package.json that is no JSON', async () => {
    const folder = folderWith();
    mkdirSync(join(folder, '.env'));
    const first = await kickbot(['start'], folder).ended;
    expect([first.code, first.stderr]).toEqual([2, expect.stringContaining('.env cannot be read')]);
    expect(first.stderr).not.toContain('    at ');

    const { code, stderr } = await startWith({ 'package.json': '{ "kickbot": ' });
    expect([code, stderr]).toEqual([2, expect.stringContaining('package.json')]);
  });

  it('for a login without an app', async () => {
    const { code, stderr } = await kickbot(['login', '--no-browser'], folderWith()).ended;
    expect([code, stderr]).toEqual([2, expect.stringContaining('KICK_INTEGRATION_CLIENT_ID')]);
  });
});

describe('accounts', () => {
  it('runs read-only without one and says how to log in', async () => {
    const bot = kickbot(['start'], folderWith({ 'kickbot.config.json': configFor() }));
    await bot.printed(/No account is logged in.*kickbot login/);
    await bot.printed(/Joined\. channels=streamer/);
    bot.kill();
    expect((await bot.ended).code).toBe(0);
  });

  it('logs in, starts, and asks for a login when Kick refuses the tokens: exit code 3', async () => {
    const folder = folderWith({ 'kickbot.config.json': configFor() });
    expect(await logIn(folder)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Logged in as Kickbot (bot:bot)'),
    });

    const bot = kickbot(['start'], folder);
    await bot.printed(/Joined/);
    bot.kill('SIGINT');
    expect((await bot.ended).code).toBe(0);

    sandbox.tokens.disconnect(sandbox.world.user('Kickbot'));
    const { code, stderr } = await kickbot(['start'], folder).ended;
    expect([code, stderr]).toEqual([3, expect.stringContaining('kickbot login')]);
    expect(stderr).not.toContain('    at ');
  });

  it('does not start with another key than the one its tokens are sealed with', async () => {
    const folder = folderWith({ 'kickbot.config.json': configFor() });
    const [key, otherKey] = [1, 2].map((byte) => Buffer.alloc(32, byte).toString('base64'));
    await logIn(folder, { KICKBOT_SECRET_KEY: key ?? '' });
    for (const env of [{ KICKBOT_SECRET_KEY: otherKey ?? '' }, {}]) {
      const { code, stderr } = await kickbot(['start'], folder, env).ended;
      expect([code, stderr]).toEqual([2, expect.stringMatching(/bot:bot.*KICKBOT_SECRET_KEY/)]);
    }
  });

  it('logs out: Kick is told, and the account is forgotten', async () => {
    const folder = folderWith({ 'kickbot.config.json': configFor() });
    const unknown = await kickbot(['logout'], folder).ended;
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('bot:bot is not logged in')]);

    await logIn(folder);
    const { code, stdout } = await kickbot(['logout'], folder).ended;
    expect([code, stdout]).toEqual([0, expect.stringContaining('Logged out bot:bot')]);
    expect(sandbox.requests.list('POST', '/oauth/revoke').map(({ status }) => status)).toEqual([200, 200]);
    expect((await kickbot(['doctor'], folder).ended).stdout).toContain('No account is logged in');
  });
});
