import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { openReceiver } from '../sandbox/webhooks/receiver.js';
import { folderWith, kickbot } from './program.js';

it('starts a sandbox with a bot that answers, one JSON object a line, and ends with 0 on SIGTERM', async () => {
  const bot = kickbot(['start', '--sandbox', '--log-format', 'json'], folderWith());
  await bot.printed(/"chatPage":"http:\/\/127\.0\.0\.1:\d+\/sandbox\/chat\/streamer"/);
  await bot.printed(/"content":"!ping"/);
  await bot.printed(/"username":"Kickbot","content":/);
  await bot.printed(/"removed":"/);
  bot.kill();
  const { code, stdout, stderr } = await bot.ended;
  expect(code).toBe(0);
  expect(stderr).toBe('');
  for (const line of stdout.trimEnd().split('\n')) expect(JSON.parse(line)).toHaveProperty('level');
});

it('leaves nothing behind in the folder it ran in', async () => {
  const folder = folderWith();
  const bot = kickbot(['start', '--sandbox', '--no-audience'], folder);
  await bot.printed(/The sandbox is ready\. Open http:/);
  bot.kill('SIGINT');
  expect((await bot.ended).code).toBe(0);
  expect(readdirSync(folder)).toEqual([]);
});

it('kickbot sandbox prints a configuration to paste, and says when its port is taken', async () => {
  const sandbox = kickbot(['sandbox', '--port', '0', '--no-audience'], folderWith());
  const [, text = ''] = await sandbox.printed(/to use it:\n\n([\s\S]+\n\})/);
  const config = JSON.parse(text);
  expect(config).toMatchObject({ channels: ['streamer'], kick: { pusher: { tls: false } } });
  const second = await kickbot(['sandbox', '--port', String(config.kick.pusher.port)], folderWith()).ended;
  expect(second.code).toBe(1);
  expect(second.stderr).toMatch(
    /^kickbot: Cannot listen on port \d+ of .*EADDRINUSE.*--port\. \[sandbox\.port_unavailable\]\n$/,
  );
  sandbox.kill();
  await sandbox.ended;
});

it('kickbot sandbox --webhook-url posts there what was subscribed to', async () => {
  const receiver = await openReceiver();
  const args = [
    'sandbox',
    '--port',
    '0',
    '--no-audience',
    '--log-level',
    'debug',
    '--webhook-url',
    receiver.url,
  ];
  const sandbox = kickbot(args, folderWith());
  const [, text = ''] = await sandbox.printed(/to use it:\n\n([\s\S]+\n\})/);
  const config = JSON.parse(text);
  const { origin, port } = new URL(receiver.url);
  expect(config).toMatchObject({
    server: { port: Number(port), publicUrl: origin },
    chat: { transports: ['auto', 'webhook'] },
  });
  const { clientId, clientSecret, endpoints } = config.kick;
  const credentials = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
  const post = (path: string, body: string | URLSearchParams, headers = {}) =>
    fetch(`${endpoints.api}${path}`, { method: 'POST', body, headers });
  const reply = await post('/oauth/token', new URLSearchParams(credentials));
  const { access_token: token } = (await reply.json()) as { access_token: string };
  await post(
    '/public/v1/events/subscriptions',
    JSON.stringify({
      broadcaster_user_id: 1001,
      method: 'webhook',
      events: [{ name: 'chat.message.sent', version: 1 }],
    }),
    { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  );
  const as = { username: 'viewer', role: 'viewer' };
  await post('/sandbox/api/channels/streamer/messages', JSON.stringify({ as, content: 'hello' }), {
    'content-type': 'application/json',
  });
  await expect.poll(() => receiver.received).toHaveLength(1);
  expect(receiver.received[0]?.body).toContain('"content":"hello"');
  await sandbox.printed(/debug webhook chat\.message\.sent 200/);
  sandbox.kill();
  expect((await sandbox.ended).code).toBe(0);
  await receiver.close();
});

it.each(['localhost:3000', 'nowhere'])('kickbot sandbox refuses the webhook URL %s', async (url) => {
  const { code, stderr } = await kickbot(['sandbox', '--webhook-url', url], folderWith()).ended;
  expect(code).toBe(2);
  expect(stderr).toContain('Allowed: an address with http:// or https://.');
});
