import { createTestBot } from 'kickbot/testing';
import { expect, it } from 'vitest';
import Ping from './ping.js';

it('answers, and rests for two seconds', async () => {
  const bot = await createTestBot(Ping);
  expect(await bot.say('viewer', '!ping')).toEqual(['pong']);
  expect(await bot.say('another', '!PING')).toEqual([]);
  await bot.clock.advance('2s');
  expect(await bot.say('another', '!PING')).toEqual(['pong']);
});
