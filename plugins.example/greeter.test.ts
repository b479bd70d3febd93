import { createTestBot } from 'kickbot/testing';
import { expect, it } from 'vitest';
import Greeter from './greeter.js';

it('greets followers, subscribers and hosts', async () => {
  const bot = await createTestBot(Greeter, { options: { thanks: 'Cheers' } });
  await bot.emit({ type: 'channel.followed', follower: { username: 'ada' } });
  await bot.emit({ type: 'channel.subscription.new', subscriber: { username: 'ben' }, months: 1 });
  await bot.emit({ type: 'channel.hosted', host: { username: 'cleo' }, viewers: 40 });
  expect(bot.replies).toEqual([
    'Cheers for the follow, ada!',
    'Cheers for subscribing, ben!',
    'Welcome, cleo and 40 viewers!',
  ]);
});
