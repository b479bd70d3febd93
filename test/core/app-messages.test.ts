import { expect, it } from 'vitest';
import { AppMessages } from '../../src/core/app-messages.js';
import { messageId, type UserId, userId } from '../../src/core/primitives/ids.js';
import { TestChannel } from '../../src/testing/test-event.js';

const channel = new TestChannel('streamer');
const message = (username: string, text: string) => channel.message(username, text, new Date(0));

it('knows a message that comes back before Kick has answered, and its sender from then on', async () => {
  const own = new Set<UserId>();
  const messages = new AppMessages(own);
  const echo = message('appbot', '!loop');
  let answer = () => {};
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const sendOnce = async () => {
    await answered;
    return echo.messageId;
  };
  const sending = messages.watch({ sendOnce }, echo.channel).sendOnce({ type: 'bot', content: '!loop ' });
  expect(messages.includes(message('viewer', 'hello'))).toBe(false);
  expect(messages.includes(echo)).toBe(true);
  answer();
  await sending;
  expect([...own]).toEqual([echo.sender.id]);
  expect(messages.includes(message('viewer', '!loop'))).toBe(false);
});

it('learns nothing from what was not sent, and never takes the broadcaster for the bot', async () => {
  const own = new Set<UserId>();
  const messages = new AppMessages(own);
  const fail = () => Promise.reject(new Error('no'));
  const echo = message('viewer', 'hi');
  const failed = messages.watch({ sendOnce: fail }, echo.channel).sendOnce({ type: 'bot', content: 'hi' });
  await expect(failed).rejects.toThrow('no');
  expect(messages.includes(echo)).toBe(false);

  const id = messageId('00000000-0000-4000-8000-000000000009');
  const typed = { ...echo, messageId: id };
  const asBroadcaster = {
    ...typed,
    sender: { ...typed.sender, id: userId(Number(echo.channel.broadcasterUserId)) },
  };
  await messages.watch({ sendOnce: async () => id }, echo.channel).sendOnce({ type: 'bot', content: 'hi' });
  expect(messages.includes(asBroadcaster)).toBe(true);
  expect(own.size).toBe(0);
});
