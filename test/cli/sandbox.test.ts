import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
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
