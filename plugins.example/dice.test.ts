import { createTestBot } from 'kickbot/testing';
import { expect, it } from 'vitest';
import Dice from './dice.js';

it('rolls a die of as many sides as are asked for or configured', async () => {
  const bot = await createTestBot(Dice, { options: { sides: 10 }, random: [0.5] });
  expect(await bot.say('ada', '!roll 20')).toEqual(['ada rolled 11']);
  expect(await bot.say('ben', '!dice')).toEqual(['ben rolled 6']);
});

it('says what is wrong with an argument', async () => {
  const bot = await createTestBot(Dice);
  expect(await bot.say('ada', '!roll many')).toEqual(['sides must be a whole number. Usage: !roll [sides]']);
  expect(await bot.say('ada', '!roll 1')).toEqual(['A die has at least 2 sides.']);
});
