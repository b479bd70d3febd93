import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Channel, type Sandbox, startSandbox } from '../../src/sandbox/index.js';
import { folderWith, kickbot } from './program.js';

let sandbox: Sandbox;
let channel: Channel;
beforeAll(async () => {
  sandbox = await startSandbox();
  channel = sandbox.world.createChannel({ owner: 'streamer' });
});
afterAll(() => sandbox.close());

async function doctor(kick: object = {}) {
  const { clientId, clientSecret } = sandbox.app;
  const { endpoints } = sandbox;
  const folder = folderWith({
    'kickbot.config.json': JSON.stringify({
      kick: { clientId, clientSecret, endpoints, ...kick },
      server: { publicUrl: 'https://bot.example' },
      chat: { transports: ['webhook'] },
      channels: ['streamer'],
    }),
  });
  const { stdout, code } = await kickbot(['doctor'], folder).ended;
  expect(code).toBe(0);
  return stdout;
}

it('doctor shows the address to enter at Kick, its key, and which webhooks are subscribed', async () => {
  const before = await doctor();
  expect(before).toContain(
    '✓ Webhooks come to https://bot.example/webhooks/kick: enter it for your app at kick.com/settings/developer.',
  );
  expect(before).toContain("✓ Kick's key for webhooks can be fetched.");
  expect(before).toContain('! Not subscribed for streamer: chat.message.sent, channel.followed, ');

  const { app, world } = sandbox;
  for (const event of ['chat.message.sent', 'channel.followed'] as const) {
    world.subscriptions.subscribe({ appId: app.id, broadcasterId: channel.broadcaster.id, event });
  }
  expect(await doctor()).toMatch(/! Not subscribed for streamer: channel\.subscription\.new, /);
});

it('doctor says what keeps webhooks from coming', async () => {
  const closed = 'http://127.0.0.1:9';
  const shown = await doctor({ endpoints: { ...sandbox.endpoints, api: closed }, clientSecret: undefined });
  expect(shown).toContain("! Kick's key for webhooks could not be fetched: ");
  expect(shown).toContain("set kick.clientSecret, or run 'kickbot login --type channel --account streamer'");
});
