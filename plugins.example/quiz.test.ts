import { createTestBot } from 'kickbot/testing';
import { expect, it } from 'vitest';
import Quiz from './quiz.js';

it('names who had the answer first', async () => {
  const bot = await createTestBot(Quiz, { random: [0.4] });
  expect(await bot.say('ada', '!quiz')).toEqual(['What is 6 times 6?']);
  expect(await bot.say('ben', '35')).toEqual([]);
  expect(await bot.say('cleo', ' 36 ')).toEqual(['cleo has it: 36.']);
  expect(await bot.say('dan', '36')).toEqual([]);
});

it('gives the answer after half a minute', async () => {
  const bot = await createTestBot(Quiz, { random: [0] });
  await bot.say('ada', '!quiz');
  await bot.clock.advance('30s');
  expect(bot.replies).toEqual(['What is 2 times 2?', 'Nobody? It is 4.']);
});
