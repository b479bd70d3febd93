import { createTestBot } from 'kickbot/testing';
import { expect, it } from 'vitest';
import Points from './points.js';

it('pays once a day', async () => {
  const bot = await createTestBot(Points);
  expect(await bot.say('ada', '!daily')).toEqual(['You have 10 points now.']);
  expect(await bot.say('ada', '!daily')).toEqual(['You had your points already.']);
  await bot.clock.advance('1d');
  expect(await bot.say('ada', '!daily')).toEqual(['You have 20 points now.']);
});

it('moves points and names the richest', async () => {
  const bot = await createTestBot(Points, { options: { prize: 100 } });
  expect(await bot.say('ada', '!leaders')).toEqual(['Nobody has points yet.']);
  await bot.say('ada', '!daily');
  expect(await bot.say('ada', '!give @Ben 101')).toEqual(['You have not got that many.']);
  expect(await bot.say('ada', '!give @Ben 70')).toEqual(['Ben has 70 points more.']);
  expect(await bot.say('ada', '!leaders')).toEqual(['ben: 70, ada: 30']);
});
