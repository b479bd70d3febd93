import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type LoadConfigOptions, loadConfig } from '../../../src/core/config/load-config.js';
import { ConfigError } from '../../../src/core/config/problems.js';

function folderWith(files: Record<string, string>): string {
  const directory = mkdtempSync(join(tmpdir(), 'kickbot-config-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content);
  return directory;
}

const load = (files: Record<string, string>, rest: Partial<LoadConfigOptions> = {}) =>
  loadConfig({ directory: folderWith(files), environment: {}, ...rest });

const json = (value: unknown) => ({ 'kickbot.config.json': JSON.stringify(value) });

async function problemsOf(promise: Promise<unknown>) {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ConfigError)) throw error ?? new Error('nothing was thrown');
  return error.problems;
}

describe('where a configuration comes from', () => {
  it('is all defaults where there is no file', async () => {
    const { config, file } = await load({});
    expect(file).toBeUndefined();
    expect(config.kick.endpoints.api).toBe('https://api.kick.com');
    expect(config.kick.pusher).toMatchObject({ key: '32cbd69e4b950bf97679', cluster: 'us2', tls: true });
    expect(config.sender).toEqual({ limit: 20, windowSeconds: 30, replyToDeleted: 'send' });
    expect(config.storage.url).toBe('sqlite:.kickbot/kickbot.db');
  });

  it.each([
    [
      'kickbot.config.ts',
      `import { defineConfig } from 'kickbot';\nexport default defineConfig({ chat: { prefix: '?' } satisfies object });`,
    ],
    ['kickbot.config.mts', `export default { chat: { prefix: '?' as string } };`],
    ['kickbot.config.js', `module.exports = { chat: { prefix: '?' } };`],
    ['kickbot.config.mjs', `export default { chat: { prefix: '?' } };`],
    ['kickbot.config.json', `{ "chat": { "prefix": "?" } }`],
    ['.kickbotrc', `chat:\n  prefix: '?'`],
    ['.kickbotrc.json', `{ "chat": { "prefix": "?" } }`],
    ['.kickbotrc.yaml', `chat: { prefix: '?' }`],
    ['package.json', `{ "kickbot": { "chat": { "prefix": "?" } } }`],
  ])('is read from %s', async (name, content) => {
    const { config, file } = await load({ [name]: content });
    expect(config.chat.prefix).toBe('?');
    expect(file?.endsWith(name)).toBe(true);
  });

  it('prefers the command line to the environment, the environment to the file, the file to the defaults', async () => {
    const { config, sourceOf } = await load(
      json({ kick: { clientId: 'from-file', clientSecret: 'file-secret' }, server: { port: 4000 } }),
      {
        environment: { KICK_INTEGRATION_CLIENT_ID: 'from-environment', SERVER_PUBLIC_URL: '' },
        options: { 'log.level': { option: '--log-level', value: 'debug' } },
      },
    );
    expect(config.kick.clientId).toBe('from-environment');
    expect(config.kick.clientSecret?.reveal()).toBe('file-secret');
    expect(config.log.level).toBe('debug');
    expect(sourceOf('kick.clientId')).toBe('environment KICK_INTEGRATION_CLIENT_ID');
    expect(sourceOf('kick.clientSecret')).toBe('kickbot.config.json');
    expect(sourceOf('server.port')).toBe('kickbot.config.json');
    expect(sourceOf('log.level')).toBe('option --log-level');
    expect(sourceOf('server.publicUrl')).toBe('default');
  });

  it('hands plugin classes through from a TypeScript file, with their decorator metadata', async () => {
    const { config } = await load({
      'kickbot.config.ts': `
        import { defineConfig, Plugin, Random } from 'kickbot';
        @Plugin({ name: 'probe' }) class Probe { constructor(readonly random: Random) {} }
        export default defineConfig({ plugins: [Probe] });`,
    });
    const { Random } = await import('../../../src/index.js');
    expect(Reflect.getMetadata('design:paramtypes', config.plugins[0] as object)).toEqual([Random]);
  });

  it('keeps the client secret out of anything printed', async () => {
    const { config } = await load(json({ kick: { clientSecret: 'canary' } }));
    expect(JSON.stringify(config)).not.toContain('canary');
  });
});

describe('what is wrong with a configuration', () => {
  it('is told all at once, each with key, file, found and allowed', async () => {
    const problems = await problemsOf(
      load(
        json({
          kick: { endpoints: { api: 'http://api.kick.com' }, clientSecrte: 'x' },
          server: { port: '3000' },
          owners: ['ada_1', 7, '7', '@eve'],
          channels: ['fine', { slug: 'also-fine', chatroomId: -1, colour: 'red' }, 'not a slug'],
          chat: { transports: ['smoke'] },
          extra: true,
        }),
      ),
    );
    expect(problems.map(({ key, found, allowed }) => [key, found, allowed])).toEqual([
      [
        'kick.endpoints.api',
        '"http://api.kick.com"',
        'an https:// address (http:// only for localhost, 127.0.0.1 or [::1])',
      ],
      ['kick.clientSecrte', 'an unknown key', expect.stringContaining('clientId, clientSecret, scopes')],
      ['server.port', '"3000"', 'a whole number from 0 to 65535'],
      ['owners[2]', '"7"', 'a username, or a user id, a number without quotes'],
      ['owners[3]', '"@eve"', 'a username, or a user id, a number without quotes'],
      ['channels[1].chatroomId', '-1', 'a whole number of 1 or more'],
      [
        'channels[1].colour',
        'an unknown key',
        'the keys slug, broadcasterUserId, channelId, chatroomId, account, prefix, regulars, sendAs, plugins',
      ],
      ['channels[2]', '"not a slug"', expect.stringContaining('kick.com/{slug}')],
      ['chat.transports[0]', '"smoke"', "'auto', 'pusher', 'centrifugo' or 'webhook'"],
      ['extra', 'an unknown key', expect.stringContaining('kick, server, owners, channels')],
    ]);
    expect(new Set(problems.map(({ source }) => source))).toEqual(new Set(['kickbot.config.json']));
  });

  it('names the environment variable or option when the value came from there', async () => {
    const problems = await problemsOf(
      load(json({}), {
        environment: { SERVER_PUBLIC_URL: 'http://bot.example' },
        options: { 'log.format': { option: '--log-format', value: 'xml' } },
      }),
    );
    expect(problems.map(({ key, source, found }) => [key, source, found])).toEqual([
      ['server.publicUrl', 'environment SERVER_PUBLIC_URL', '"http://bot.example"'],
      ['log.format', 'option --log-format', '"xml"'],
    ]);
  });

  it('never repeats a secret', async () => {
    const problems = await problemsOf(load(json({ kick: { clientSecret: ['canary'] } })));
    expect(problems).toMatchObject([{ key: 'kick.clientSecret', found: '[secret]' }]);
  });

  it.each([
    ['http://127.0.0.1:8080', true],
    ['http://localhost', true],
    ['http://[::1]:1', true],
    ['http://127.0.0.1.evil.example', false],
    ['http://localhost@evil.example', false],
    ['ftp://localhost', false],
    ['kick.com', false],
  ])('takes the endpoint %s: %s', async (address, taken) => {
    const loading = load(json({ kick: { endpoints: { auth: address } } }));
    if (taken) expect((await loading).config.kick.endpoints.auth).toBe(address);
    else expect((await problemsOf(loading))[0]?.key).toBe('kick.endpoints.auth');
  });

  it('says which file cannot be read, and where', async () => {
    await expect(load({ 'kickbot.config.ts': 'export default {' })).rejects.toMatchObject({
      code: 'config.unreadable',
      message: expect.stringMatching(/^kickbot\.config\.ts cannot be read: .*kickbot\.config\.ts:1:\d+/),
    });
  });

  it('says so of a file that is there and cannot be read', async () => {
    const directory = folderWith({});
    // A link to itself: not even the superuser, who may read everything, can read that.
    symlinkSync('kickbot.config.json', join(directory, 'kickbot.config.json'));
    await expect(loadConfig({ directory, environment: {} })).rejects.toMatchObject({
      code: 'config.unreadable',
      message: expect.stringContaining('kickbot.config.json'),
    });
  });

  it('says so when the named file is not there', async () => {
    await expect(load({}, { file: 'absent.ts' })).rejects.toMatchObject({ code: 'config.not_found' });
    await expect(load({}, { file: 'absent.json' })).rejects.toMatchObject({ code: 'config.not_found' });
  });

  it('says so when a file exports no object', async () => {
    const problems = await problemsOf(load({ 'kickbot.config.mjs': 'export default 42;' }));
    expect(problems[0]).toMatchObject({ key: 'the whole file', found: '42' });
    const [problem] = await problemsOf(load({ 'kickbot.config.mjs': 'export default () => ({});' }));
    expect(problem).toMatchObject({ key: 'the whole file', found: 'a function' });
  });
});
