import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { folderWith, kickbot } from './program.js';

it.each(['start', 'login', 'logout', 'accounts', 'backup', 'console', 'doctor', 'sandbox'])(
  'kickbot %s --help explains itself and gives an example',
  async (name) => {
    const { code, stdout } = await kickbot([name, '--help'], folderWith()).ended;
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: kickbot ${name}`);
    expect(stdout).toContain('--config <file>');
    expect(stdout).toMatch(new RegExp(`Example:\\n  \\$ kickbot ${name}`));
  },
);

it('kickbot --version tells it', async () => {
  const { code, stdout } = await kickbot(['--version'], folderWith()).ended;
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\n$/)]);
});

it.each([
  [['dance'], "unknown command 'dance'"],
  [['start', '--loud'], "unknown option '--loud'"],
  [['login', '--port', 'x'], 'a whole number from 1 to 65535'],
  [['start', '--log-level', 'shout'], 'Allowed choices are error, warn, info, debug'],
])('kickbot %j is wrong usage: exit code 2', async (args, sentence) => {
  const { code, stderr } = await kickbot(args, folderWith()).ended;
  expect(code).toBe(2);
  expect(stderr).toContain(sentence);
});

it('prints no colours where there is no terminal', async () => {
  const { stdout } = await kickbot(['doctor'], folderWith()).ended;
  expect(stdout).not.toContain('\u001b[');
});

it('doctor shows each value and where it came from, and no secret', async () => {
  const folder = folderWith({
    'kickbot.config.json': JSON.stringify({
      kick: { clientSecret: 'canary' },
      channels: [{ slug: 'some-slug', plugins: { weather: { apiKey: 'canary', place: 'Oslo' } } }],
      chat: { prefix: '?' },
    }),
    '.env': 'KICK_INTEGRATION_CLIENT_ID=my-app\n',
  });
  const { code, stdout } = await kickbot(['doctor', '--log-level', 'warn'], folder).ended;
  expect(code).toBe(0);
  expect(stdout).toMatch(/kick\.clientId +"my-app" +\(environment KICK_INTEGRATION_CLIENT_ID\)/);
  expect(stdout).toMatch(/kick\.clientSecret +"\[secret\]" +\(kickbot\.config\.json\)/);
  expect(stdout).toMatch(/chat\.prefix +"\?" +\(kickbot\.config\.json\)/);
  expect(stdout).toMatch(/log\.level +"warn" +\(option --log-level\)/);
  expect(stdout).toMatch(/sender\.limit +20 +\(default\)/);
  expect(stdout).toContain('"weather":{"apiKey":"[secret]","place":"Oslo"}');
  expect(stdout).toContain('! No account is logged in');
  expect(existsSync(join(folder, '.kickbot'))).toBe(false);
  expect(stdout).not.toContain('canary');
});

it('doctor finds a plugin that does not load', async () => {
  const folder = folderWith({ 'kickbot.config.json': '{ "plugins": ["./absent.ts"] }' });
  const { code, stdout } = await kickbot(['doctor'], folder).ended;
  expect(code).toBe(1);
  expect(stdout).toMatch(/✗ .*absent\.ts/);
});

it('doctor prints one JSON object where that was asked', async () => {
  const { stdout } = await kickbot(['doctor', '--log-format', 'json'], folderWith()).ended;
  expect(JSON.parse(stdout)).toMatchObject({
    file: null,
    settings: expect.arrayContaining([{ key: 'log.format', value: 'json', source: 'option --log-format' }]),
  });
});
