import { describe, expect, it } from 'vitest';
import { KickApiError } from '../../../../src/core/kick/kick-api-error.js';
import { SystemClock } from '../../../../src/core/primitives/clock.js';
import { KickbotError } from '../../../../src/core/primitives/error.js';
import { messageId } from '../../../../src/core/primitives/ids.js';
import { channelNumber, mostWithin } from './fake-chat.js';
import { settleMs, tooFast, unavailable, useSender, wait } from './sender-under-test.js';

const given = useSender();
const { send } = given;

describe('sending', () => {
  it('sends as the account into the channel, and tells the ids', async () => {
    const result = given.sender.send({
      channel: channelNumber(7),
      content: 'hello',
      replyTo: messageId('asked'),
    });
    await wait(settleMs);
    expect(await result).toEqual([{ messageId: 'id of hello', content: 'hello' }]);
    expect(given.chat.requests[0]?.message).toEqual({
      type: 'user',
      broadcasterUserId: 7,
      content: 'hello',
      replyTo: 'asked',
    });
  });

  it('sends a long message as parts, in order, of which only the first is a reply', async () => {
    const outcome = send(`${'a'.repeat(400)} ${'b'.repeat(400)}`, { reply: true });
    await wait(100);
    expect(outcome.sent).toEqual(['a'.repeat(400), 'b'.repeat(400)]);
    expect(given.chat.requests.map(({ message }) => message.replyTo)).toEqual(['asked', undefined]);
  });

  it("keeps each channel's order, through retries too", async () => {
    given.failing(2, unavailable);
    for (const content of ['1', '2', '3']) send(content);
    await wait(10_000);
    expect(given.chat.contents).toEqual(['1', '1', '1', '2', '3']);
  });

  it.each([
    ['empty', ' \n '],
    ['too_long', 'x'.repeat(10_001)],
  ])('refuses a message that is %s', async (reason, content) => {
    const outcome = send(content);
    await wait(settleMs);
    expect(outcome.error).toMatchObject({ reason, code: `sender.${reason}`, sent: [] });
    expect(given.chat.requests).toEqual([]);
  });
});

describe('the window', () => {
  it('counts a slow request until a window after it was over', async () => {
    await given.reopen({ limit: 1 });
    given.chat.answer = () => new SystemClock().sleep(10_000);
    send('slow', { channel: 1 });
    send('next', { channel: 2 });
    await wait(39_000);
    expect(given.chat.contents).toEqual(['slow']);
    await wait(2_000);
    expect(given.chat.contents).toEqual(['slow', 'next']);
  });

  it('goes on when the database cannot take notes, and says so once', async () => {
    await given.database.schema.dropTable('sent_messages').execute();
    const outcomes = [send('one', { channel: 1 }), send('two', { channel: 2 })];
    await wait(100);
    expect(outcomes.map(({ sent }) => sent)).toEqual([['one'], ['two']]);
    expect(given.complaints).toHaveLength(1);
  });
});

describe('when Kick answers with an error', () => {
  it('hands the try on when the message that should go first becomes too old', async () => {
    given.chat.answer = () => {
      throw tooFast(40);
    };
    const reply = send('reply', { channel: 1, reply: true });
    await wait(100);
    const other = send('other', { channel: 2 });
    given.chat.answer = () => undefined;
    await wait(50_000);
    expect(reply.error).toMatchObject({ reason: 'rate_limited' });
    expect(other.sent).toEqual(['other']);
  });

  it.each(['kick.unavailable', 'kick.blocked'] as const)('tries four times in all after %s', async (code) => {
    given.failing(9, () => new KickApiError(code, 'Not now.'));
    const outcome = send('patient');
    await wait(10_000);
    expect(given.chat.requests).toHaveLength(4);
    expect(outcome.error).toMatchObject({ reason: 'unavailable' });
  });

  it.each(['auth.login_needed', 'auth.token_refused'])('asks for a login after %s', async (code) => {
    given.failing(1, () => new KickbotError(code, 'Log in.'));
    const outcome = send('mute');
    await wait(settleMs);
    expect(outcome.error).toMatchObject({ reason: 'login_needed' });
  });

  it.each(['auth.secret_key_wrong', 'auth.invalid_client'])(
    'does not wait for a token after %s',
    async (code) => {
      given.failing(1, () => new KickbotError(code, 'Change the setting.'));
      const outcome = send('mute');
      await wait(settleMs);
      expect(outcome.error).toMatchObject({
        reason: 'no_token',
        message: expect.stringContaining('Change the setting.'),
      });
    },
  );

  it('tells which parts had gone out when a later one is refused', async () => {
    given.chat.answer = (content) => {
      if (content.startsWith('b')) throw new KickApiError('kick.forbidden', 'Banned.');
    };
    const outcome = send(`${'a'.repeat(400)} ${'b'.repeat(400)} ${'c'.repeat(400)}`);
    await wait(1_000);
    expect(outcome.error?.sent.map(({ content }) => content)).toEqual(['a'.repeat(400)]);
    expect(given.chat.requests).toHaveLength(2);
  });
});

describe('bounds', () => {
  it('drops a reply after 30 s, at once and at no cost, and keeps other messages', async () => {
    await given.reopen({ limit: 1 });
    given.chat.answer = () => new SystemClock().sleep(5_000);
    send('busy', { channel: 9 });
    await wait(settleMs);
    const reply = send('reply', { channel: 1, reply: true });
    const announcement = send('announcement', { channel: 1 });
    await wait(30_010);
    expect(reply.error).toMatchObject({ reason: 'too_old' });
    await wait(15_000);
    expect(announcement.sent).toEqual(['announcement']);
    expect(given.chat.contents).toEqual(['busy', 'announcement']);
  });
});

describe('who goes first', () => {
  const order = ['announcement', 'timer', 'reply', 'moderation'] as const;

  it.each([
    ['in a channel', () => 1],
    ['of all channels', (index: number) => index],
  ])('moderation, then replies, timers and announcements %s', async (_, channelOf) => {
    await given.reopen({ limit: 1, windowSeconds: 1 });
    send('busy', { channel: 9 });
    await wait(settleMs);
    for (const [index, priority] of order.entries()) send(priority, { channel: channelOf(index), priority });
    await wait(10_000);
    expect(given.chat.contents).toEqual(['busy', 'moderation', 'reply', 'timer', 'announcement']);
  });

  it('is an answer rather than what has no priority', async () => {
    await given.reopen({ limit: 1, windowSeconds: 1 });
    send('busy', { channel: 9 });
    await wait(settleMs);
    send('plain');
    send('timer', { priority: 'timer' });
    send('answer', { reply: true });
    await wait(10_000);
    expect(given.chat.contents).toEqual(['busy', 'answer', 'timer', 'plain']);
  });

  it('lets a timer behind endless replies go when its 10 minutes are over', async () => {
    await given.reopen({ limit: 1 });
    const timer = send('timer', { priority: 'timer' });
    for (let elapsedS = 0; elapsedS < 600; elapsedS += 25) {
      send('reply', { channel: 2, reply: true });
      await wait(25_000);
    }
    await wait(1);
    expect(timer.error).toMatchObject({ reason: 'too_old', outcome: 'dropped' });
    expect(given.chat.contents).not.toContain('timer');
  });

  it('gives a plugin half of the turns at most while another waits', async () => {
    await given.reopen({ limit: 1, windowSeconds: 1 });
    send('busy', { channel: 99 });
    await wait(settleMs);
    for (let i = 0; i < 6; i++) send(`loud ${i}`, { channel: i, plugin: 'loud' });
    for (let i = 0; i < 3; i++) send(`quiet ${i}`, { channel: 20, plugin: 'quiet' });
    await wait(20_000);
    expect(given.chat.contents.slice(1).map((content) => content.split(' ')[0])).toEqual([
      ...['loud', 'quiet', 'loud', 'quiet', 'loud', 'quiet'],
      ...['loud', 'loud', 'loud'],
    ]);
  });

  it('lets plugins take turns in one channel too, each in its own order', async () => {
    await given.reopen({ limit: 1, windowSeconds: 1 });
    send('busy', { channel: 99 });
    await wait(settleMs);
    for (let i = 0; i < 4; i++) send(`loud ${i}`, { plugin: 'loud' });
    send('loud timer', { plugin: 'loud', priority: 'timer' });
    for (let i = 0; i < 2; i++) send(`quiet ${i}`, { plugin: 'quiet' });
    await wait(20_000);
    expect(given.chat.contents.slice(1)).toEqual([
      ...['loud timer', 'quiet 0', 'loud 0', 'quiet 1'],
      ...['loud 1', 'loud 2', 'loud 3'],
    ]);
  });

  it('is what is left of a message before another plugin speaks in its channel', async () => {
    await given.reopen({ limit: 1, windowSeconds: 1 });
    send(`${'a'.repeat(400)} ${'b'.repeat(400)}`, { plugin: 'long' });
    send('short', { plugin: 'another' });
    await wait(20_000);
    expect(given.chat.contents.map((content) => content[0])).toEqual(['a', 'b', 's']);
  });

  it('gives channels turns, whatever one of them has to say', async () => {
    await given.reopen({ limit: 1, windowSeconds: 1 });
    for (let i = 0; i < 4; i++) send(`loud ${i}`, { channel: 1 });
    send('second', { channel: 2 });
    send('third', { channel: 3 });
    await wait(20_000);
    expect(given.chat.contents).toEqual(['loud 0', 'second', 'third', 'loud 1', 'loud 2', 'loud 3']);
  });

  it('is something more important between two tries of a message', async () => {
    given.failing(1, unavailable);
    send('timer', { priority: 'timer' });
    await wait(settleMs);
    send('reply', { reply: true });
    send('another timer', { priority: 'timer' });
    await wait(5_000);
    expect(given.chat.contents).toEqual(['timer', 'reply', 'timer', 'another timer']);
  });
});

describe('the rate after 429', () => {
  it('is halved, and won back by a tenth in each window', async () => {
    given.failing(1, () => tooFast(1));
    send('first');
    await wait(settleMs);
    expect(given.sender.counts).toMatchObject({ isPaused: true, window: { used: 1, limit: 10 } });
    await wait(2_000);
    expect(given.sender.counts).toMatchObject({ isPaused: false, sent: 1, window: { used: 2, limit: 10 } });
    for (let i = 0; i < 30; i++) send(`${i}`, { channel: i });
    await wait(20_000);
    expect(given.chat.requests).toHaveLength(10);
    const limits: number[] = [];
    for (let windows = 0; windows < 7; windows++) {
      await wait(30_000);
      limits.push(given.sender.counts.window.limit);
    }
    expect(limits).toEqual([12, 14, 16, 18, 20, 20, 20]);
    expect(given.complaints).toHaveLength(1);
    expect(given.notices).toEqual(['Sending goes on.']);
  });

  it('is never below one message in a window', async () => {
    await given.reopen({ limit: 1, windowSeconds: 1 });
    given.failing(3, () => tooFast(1));
    const outcome = send('patient');
    await wait(10_000);
    expect(outcome.sent).toEqual(['patient']);
  });
});

describe('two processes on one database', () => {
  it('share the window, and say so once', async () => {
    const other = await given.open();
    for (let i = 0; i < 15; i++) {
      send(`${i}`, { channel: i });
      void other.send({ channel: channelNumber(i), content: `other ${i}` });
    }
    await wait(20_000);
    expect(given.chat.requests).toHaveLength(20);
    await wait(60_000);
    expect(given.chat.requests).toHaveLength(30);
    expect(given.busiest).toBe(20);
    expect(given.complaints).toEqual(
      Array(given.complaints.length).fill(expect.stringContaining('Another kickbot with the same database')),
    );
    expect(given.complaints.length).toBeLessThanOrEqual(2);
    const stopping = other.stop({ drainMs: 0 });
    await wait(1);
    await stopping;
  });

  it('C33 count what one of them waits for when the other starts', async () => {
    const arrivals: number[] = [];
    const arrive = () => void arrivals.push(performance.now());
    given.chat.answer = () => new SystemClock().sleep(14_900).then(arrive);
    for (let i = 0; i < 20; i++) send(`${i}`, { channel: i });
    await wait(1_000);
    const other = await given.open();
    given.chat.answer = arrive;
    for (let i = 0; i < 20; i++) void other.send({ channel: channelNumber(i), content: `other ${i}` });
    await wait(100_000);
    expect(arrivals).toHaveLength(40);
    expect(mostWithin(30_000, arrivals)).toBe(20);
    const stopping = other.stop({ drainMs: 0 });
    await wait(1);
    await stopping;
  });

  it('give the whole window to one of them when the other dies', async () => {
    const other = await given.open();
    for (let i = 0; i < 20; i++) void other.send({ channel: channelNumber(i), content: 'other' });
    await wait(1_000);
    await other.stop({ drainMs: 0 });
    const outcomes = Array.from({ length: 20 }, (_, i) => send(`${i}`, { channel: i }));
    await wait(29_000);
    expect(given.chat.requests).toHaveLength(20);
    await wait(60_000);
    expect(outcomes.every(({ sent }) => sent !== undefined)).toBe(true);
    expect(given.busiest).toBe(20);
  });
});

describe('what became of the messages', () => {
  it('is counted by outcome and reason', async () => {
    send('fine');
    send(' ');
    await wait(100);
    given.failing(1, () => new KickApiError('kick.invalid_request', 'No.'));
    send('refused');
    await wait(100);
    given.failing(1, () => new KickApiError('kick.outcome_unknown', 'Perhaps.'));
    send('perhaps');
    await wait(100);
    for (let i = 0; i < 17; i++) send(`${i}`, { channel: i });
    await wait(200);
    send('late', { reply: true });
    send('waits');
    await wait(30_000 - 500);
    expect(given.sender.counts).toEqual({
      sent: 18,
      dropped: { empty: 1 },
      failed: { refused: 1 },
      unknown: 1,
      waiting: 2,
      window: { used: 20, limit: 20 },
      isPaused: false,
    });
  });
});
