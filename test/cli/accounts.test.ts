import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.js';
import { folderWith, kickbot } from './program.js';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({});
  sandbox.world.createUser({ username: 'Kickbot' });
});
afterAll(() => sandbox.close());

const folderWithApp = () => {
  const { clientId, clientSecret } = sandbox.app;
  const kick = { clientId, clientSecret, endpoints: sandbox.endpoints };
  return folderWith({ 'kickbot.config.json': JSON.stringify({ kick }) });
};
const [key = '', newKey = ''] = [1, 2].map((byte) => Buffer.alloc(32, byte).toString('base64'));

/** Kick's token answer as the environment holds it. */
function tokenVariables(scopes: readonly ('user:read' | 'chat:write')[] = ['user:read', 'chat:write']) {
  const { access_token, refresh_token = '', expires_in } = sandbox.issueTokens({ as: 'Kickbot', scopes });
  return {
    KICK_ACCESS_TOKEN: access_token,
    KICK_REFRESH_TOKEN: refresh_token,
    KICK_EXPIRES_IN: String(expires_in),
    KICK_SCOPE: scopes.join(' '),
  };
}

it.each(['add', 'rekey'])('kickbot accounts %s --help explains itself and gives an example', async (name) => {
  const { code, stdout } = await kickbot(['accounts', name, '--help'], folderWith()).ended;
  expect(code).toBe(0);
  expect(stdout).toContain(`Usage: kickbot accounts ${name}`);
  expect(stdout).toMatch(new RegExp(`Example:\\n  \\$ .*kickbot accounts ${name}`));
});

it('kickbot accounts says that there is none, and makes no database', async () => {
  const folder = folderWith();
  const { code, stdout } = await kickbot(['accounts'], folder).ended;
  expect([code, stdout]).toEqual([0, "No account is logged in. Run 'kickbot login'.\n"]);
  expect(existsSync(join(folder, '.kickbot'))).toBe(false);
});

describe('tokens that were obtained elsewhere', () => {
  it('are stored from the environment and listed with their scopes, and no token is shown', async () => {
    const folder = folderWithApp();
    const env = { ...tokenVariables(), KICKBOT_SECRET_KEY: key };
    const added = await kickbot(['accounts', 'add', '--from-env', '--account', 'mine'], folder, env).ended;
    expect([added.code, added.stdout]).toEqual([0, expect.stringContaining('Stored the tokens of bot:mine')]);
    const { code, stdout } = await kickbot(['accounts'], folder, { KICKBOT_SECRET_KEY: key }).ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/^bot:mine +\? +missing scopes\n +user:read chat:write\n +.*moderation:ban/);
    const listed = await kickbot(['accounts', '--log-format', 'json'], folder, { KICKBOT_SECRET_KEY: key })
      .ended;
    expect(JSON.parse(listed.stdout)).toMatchObject([
      { id: 'bot:mine', state: 'missing-scopes', scopes: ['user:read', 'chat:write'] },
    ]);
    for (const output of [added.stdout, stdout, listed.stdout]) {
      expect(output).not.toContain(env.KICK_ACCESS_TOKEN);
      expect(output).not.toContain(env.KICK_REFRESH_TOKEN);
    }
  });

  it('are refused under a name that cannot be one', async () => {
    const args = ['accounts', 'add', '--from-env', '--account', 'a b'];
    const { code, stderr } = await kickbot(args, folderWithApp(), tokenVariables()).ended;
    expect([code, stderr]).toEqual([2, expect.stringContaining('"a b" cannot name an account')]);
  });

  it.each([
    [{ KICK_ACCESS_TOKEN: 'x' }, /KICK_REFRESH_TOKEN, KICK_EXPIRES_IN, KICK_SCOPE/],
    [
      {
        KICK_ACCESS_TOKEN: 'x',
        KICK_REFRESH_TOKEN: 'y',
        KICK_EXPIRES_IN: 'soon',
        KICK_SCOPE: 'user:read',
      },
      /KICK_EXPIRES_IN has to be/,
    ],
  ])('are refused with everything that is missing or wrong: %j', async (env, sentence) => {
    const { code, stderr } = await kickbot(['accounts', 'add', '--from-env'], folderWithApp(), env).ended;
    expect([code, stderr]).toEqual([2, expect.stringMatching(sentence)]);
  });
});

it('the key is changed: the new one in front, rekey, and the old one is needed no more', async () => {
  const folder = folderWithApp();
  const env = { ...tokenVariables(), KICKBOT_SECRET_KEY: key };
  await kickbot(['accounts', 'add', '--from-env'], folder, env).ended;
  const keyless = await kickbot(['accounts', 'rekey'], folder).ended;
  expect([keyless.code, keyless.stderr]).toEqual([2, expect.stringContaining('KICKBOT_SECRET_KEY')]);
  const both = { KICKBOT_SECRET_KEY: `${newKey},${key}` };
  const rekeyed = await kickbot(['accounts', 'rekey'], folder, both).ended;
  expect([rekeyed.code, rekeyed.stdout]).toEqual([0, expect.stringContaining('tokens of 1 account')]);
  const listed = await kickbot(['accounts'], folder, { KICKBOT_SECRET_KEY: newKey }).ended;
  expect(listed.stdout).toContain('missing scopes');
  const withOldKey = await kickbot(['accounts'], folder, { KICKBOT_SECRET_KEY: key }).ended;
  expect(withOldKey.stdout).toMatch(/needs login\n.*another key than KICKBOT_SECRET_KEY/);
  const doctor = await kickbot(['doctor'], folder, { KICKBOT_SECRET_KEY: key }).ended;
  expect([doctor.code, doctor.stdout]).toEqual([
    1,
    expect.stringMatching(/✗ bot:bot needs a login: .*another key than KICKBOT_SECRET_KEY/),
  ]);
  const opened = await kickbot(['doctor'], folder, { KICKBOT_SECRET_KEY: newKey }).ended;
  expect([opened.code, opened.stdout]).toEqual([
    0,
    expect.stringMatching(/! bot:bot is logged in as .*Not granted: moderation:ban/),
  ]);
});
