import { createTestBot } from 'kickbot/testing';
import { expect, it } from 'vitest';
import Tips from './tips.js';

it('gives a tip every half hour, while the channel is live', async () => {
  const bot = await createTestBot(Tips, { live: true, random: [0, 0.5], options: { tips: ['one', 'two'] } });
  await bot.clock.advance('1h');
  expect(bot.replies).toEqual(['one', 'two']);
  await bot.emit({ type: 'livestream.status.updated', isLive: false });
  await bot.clock.advance('1h');
  expect(bot.replies).toHaveLength(2);
});
