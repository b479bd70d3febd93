import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.js';
import { folderWith, kickbot } from './program.js';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({});
  sandbox.world.createUser({ username: 'Kickbot' });
});
afterAll(() => sandbox.close());

const env = { KICKBOT_SECRET_KEY: Buffer.alloc(32, 1).toString('base64') };

/** `kickbot login`, up to the address at which the person allows it. */
async function begin(redirectUri: string, ...args: string[]) {
  const { clientId, clientSecret } = sandbox.app;
  const kick = { clientId, clientSecret, endpoints: sandbox.endpoints };
  const folder = folderWith({ 'kickbot.config.json': JSON.stringify({ kick }) });
  sandbox.app.redirectUris.push(redirectUri);
  const login = kickbot(['login', '--no-browser', ...args], folder, env, null);
  const [url = ''] = await login.printed(/http:\/\/\S+\/oauth\/authorize\S+/);
  return { login, url };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

describe('kickbot login --no-browser', () => {
  it('takes the callback address pasted, and no other', async () => {
    const port = await freePort();
    const { login, url } = await begin(`http://localhost:${port}/callback`, '--port', String(port));
    login.type('what?');
    await login.printed(/This is not an address/);
    login.type(`http://localhost:${port}/callback?state=x&code=y`);
    await login.printed(/does not belong to the login/);
    const callback = await sandbox.consent(url, { as: 'Kickbot' });
    login.type(` ${callback.href} `);
    const { code, stdout } = await login.ended;
    expect([code, stdout]).toEqual([0, expect.stringContaining('Logged in as Kickbot (bot:bot)')]);
    expect(stdout).not.toContain(callback.searchParams.get('code'));
  });

  it('says why a pasted denial ends it', async () => {
    const port = await freePort();
    const { login, url } = await begin(`http://localhost:${port}/callback`, '--port', String(port));
    login.type((await sandbox.consent(url, { as: 'Kickbot', deny: true })).href);
    const { code, stderr } = await login.ended;
    expect([code, stderr]).toEqual([1, expect.stringContaining('Access was not granted')]);
  });
});

describe('kickbot login --redirect-uri', () => {
  it('3. listens at its port and path, also under the name 127.0.0.1', async () => {
    const redirectUri = `http://127.0.0.1:${await freePort()}/auth/back`;
    const { login, url } = await begin(redirectUri, '--redirect-uri', redirectUri);
    expect((await sandbox.approve(url, { as: 'Kickbot' })).status).toBe(200);
    expect((await login.ended).stdout).toContain('Logged in as Kickbot');
  });

  it.each([
    'https://localhost:3000/callback',
    'http://example.com/callback',
    'http://localhost:3000/callback?x=1',
    'nonsense',
  ])('refuses %s', async (redirectUri) => {
    const folder = folderWith({ 'kickbot.config.json': '{ "kick": { "clientId": "app" } }' });
    const { code, stderr } = await kickbot(['login', '--redirect-uri', redirectUri], folder).ended;
    expect([code, stderr]).toEqual([2, expect.stringContaining('http://localhost:3000/callback')]);
  });
});
