import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.js';
import { freePort } from '../support/free-port.js';
import { folderWith, kickbot } from './program.js';

const password = 'correct horse battery';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
  sandbox.world.createChannel({ owner: 'Streamer' });
});
afterAll(() => sandbox.close());

function folderFor(server: object): string {
  const { clientId, clientSecret } = sandbox.app;
  const kick = { clientId, clientSecret, endpoints: sandbox.endpoints, pusher: sandbox.pusher };
  return folderWith({ 'kickbot.config.json': JSON.stringify({ kick, channels: ['streamer'], server }) });
}

it('kickbot console password reads standard input, and start serves the console from then on', async () => {
  const port = await freePort();
  const folder = folderFor({ port });
  const short = kickbot(['console', 'password'], folder, {}, 'too short\n');
  expect(await short.ended).toMatchObject({ code: 2, stderr: expect.stringContaining('use 12 to 1024') });

  const bare = kickbot(['start'], folder);
  await bare.printed(/Joined/);
  await expect(fetch(`http://localhost:${port}/console`)).rejects.toThrow();
  bare.kill();
  expect((await bare.ended).code).toBe(0);

  const set = await kickbot(['console', 'password'], folder, {}, `${password}\nsecond line`).ended;
  expect(set).toMatchObject({ code: 0, stdout: expect.stringContaining('password is set') });
  const start = kickbot(['start'], folder);
  await start.printed(/Joined/);
  const page = await fetch(`http://localhost:${port}/console`);
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('Sign in')]);
  const other = await kickbot(['start'], folder).ended;
  expect([other.code, other.stderr]).toEqual([
    1,
    expect.stringContaining(`Port ${port} of 127.0.0.1 is in use`),
  ]);
  start.kill();
  const { code, stdout, stderr } = await start.ended;
  expect(code).toBe(0);
  expect(stdout + stderr).not.toContain(password);
});

it('a start that needs a login waits for it on the console, and goes on then', async () => {
  const port = await freePort();
  const folder = folderFor({ port });
  const origin = `http://localhost:${port}`;
  sandbox.world.createUser({ username: 'Kickbot' });
  sandbox.app.redirectUris.push(`${origin}/v1/integrations/callback/kick`);
  await kickbot(['console', 'password'], folder, {}, password).ended;
  const start = kickbot(['start'], folder);
  await start.printed(/Joined/);

  let cookie = '';
  const send = async (path: string, form?: Record<string, string>) => {
    const answer = await fetch(`${origin}${path}`, {
      redirect: 'manual',
      headers: { cookie, origin },
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    });
    cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? cookie;
    return answer;
  };
  const connect = async () => {
    await send('/console/login', { password });
    const page = await (await send('/console/integrations')).text();
    const [, csrf = ''] = /name="csrf" value="([^"]+)"/.exec(page) ?? [];
    const form = { csrf, kind: 'bot', identifier: 'my-bot' };
    const url = (await send('/console/integrations/connect', form)).headers.get('location') ?? '';
    const { pathname, search } = await sandbox.consent(url, { as: 'Kickbot' });
    await send(pathname + search);
  };
  await connect();
  start.kill();
  await start.ended;

  sandbox.tokens.disconnect(sandbox.world.user('Kickbot'));
  const again = kickbot(['start'], folder);
  await again.printed(/bot:my-bot needs a login.*Or connect it at http:\/\/localhost:\d+\/console/);
  await connect();
  await again.printed(/Joined/);
  again.kill();
  expect((await again.ended).code).toBe(0);
});
