import { createTestBot } from 'kickbot/testing';
import { expect, it } from 'vitest';
import NoShouting from './no-shouting.js';

it('removes shouting, and only that', async () => {
  const bot = await createTestBot(NoShouting);
  await bot.say('viewer', 'WHY IS NOBODY LISTENING');
  await bot.say('viewer', 'LOL ok');
  await bot.say('viewer', 'nice one [emote:37226:KEKWLAUGHINGOUTLOUD]');
  await bot.say('viewer', 'こんにちは、みなさん、元気ですか');
  await bot.say({ username: 'mod', badges: ['moderator'] }, 'PLEASE STOP SHOUTING');
  expect(bot.removed).toEqual(['WHY IS NOBODY LISTENING']);
});
