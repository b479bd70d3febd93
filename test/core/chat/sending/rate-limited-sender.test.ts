import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MessageNotSentError } from '../../../../src/core/chat/sender.js';
import { RateLimitedSender } from '../../../../src/core/chat/sending/rate-limited-sender.js';
import {
  KickApiError,
  RateLimitedError,
  TokenReplacedError,
} from '../../../../src/core/kick/kick-api-error.js';
import { SystemClock } from '../../../../src/core/primitives/clock.js';
import { KickbotError } from '../../../../src/core/primitives/error.js';
import { messageId } from '../../../../src/core/primitives/ids.js';
import { SystemRandom } from '../../../../src/core/primitives/random.js';
import { openDatabase } from '../../../../src/core/storage/database.js';
import type { Database } from '../../../../src/core/storage/schema.js';
import { SilentLogger } from '../../../../src/core/telemetry/logger.js';
import { channelNumber, FakeChat, mostWithin } from './fake-chat.js';

class FullRandom extends SystemRandom {
  override fraction() {
    return 0.999;
  }
}

class RecordingLogger extends SilentLogger {
  readonly warnings: unknown[] = [];
  override warn(...said: unknown[]) {
    this.warnings.push(said[0]);
  }
}

let database: Database;
let chat: FakeChat;
let logger: RecordingLogger;
let sender: RateLimitedSender;

/** Bottleneck yields to its timers several times for a message. */
const settleMs = 20;
const wait = (ms: number) => vi.advanceTimersByTimeAsync(ms);

async function openSender(
  options: { limit?: number; windowSeconds?: number } = {},
): Promise<RateLimitedSender> {
  const opening = RateLimitedSender.open({
    accountId: 'bot:test',
    chat,
    database,
    clock: new SystemClock(),
    random: new FullRandom(),
    logger,
    limit: 20,
    windowSeconds: 30,
    replyToDeleted: 'send',
    ...options,
  });
  await wait(settleMs);
  return opening;
}

/** The outcome of a send, without waiting for it. */
function send(content: string, { channel = 1, reply = false } = {}) {
  const outcome: { sent?: readonly string[]; error?: MessageNotSentError; atMs?: number } = {};
  const startedAt = performance.now();
  const message = { channel: channelNumber(channel), content, ...(reply && { replyTo: messageId('asked') }) };
  sender
    .send(message)
    .then(
      (sent) => {
        outcome.sent = sent.map((part) => part.content);
      },
      (error: MessageNotSentError) => {
        outcome.error = error;
      },
    )
    .finally(() => {
      outcome.atMs = performance.now() - startedAt;
    });
  return outcome;
}

const unavailable = () => new KickApiError('kick.unavailable', 'Kick is down.');
const tooFast = (seconds: number) => new RateLimitedError('Too fast.', seconds * 1000);

/** Fails that many requests, then succeeds. */
function failing(times: number, error: () => unknown) {
  let left = times;
  chat.answer = () => {
    if (left-- > 0) throw error();
  };
}

beforeEach(async () => {
  vi.useFakeTimers();
  database = await openDatabase({ url: 'sqlite::memory:', directory: '.' });
  chat = new FakeChat();
  logger = new RecordingLogger();
  sender = await openSender();
});

afterEach(async () => {
  const stopping = sender.stop({ drainMs: 0 });
  await wait(0);
  await stopping;
  vi.useRealTimers();
  await database.destroy();
});

describe('sending', () => {
  it('sends as the account into the channel, and tells the ids', async () => {
    const result = sender.send({ channel: channelNumber(7), content: 'hello', replyTo: messageId('asked') });
    await wait(settleMs);
    expect(await result).toEqual([{ messageId: 'id of hello', content: 'hello' }]);
    expect(chat.requests[0]?.message).toEqual({
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
    expect(chat.requests.map(({ message }) => message.replyTo)).toEqual(['asked', undefined]);
  });

  it("keeps each channel's order, through retries too", async () => {
    failing(2, unavailable);
    for (const content of ['1', '2', '3']) send(content);
    await wait(10_000);
    expect(chat.contents).toEqual(['1', '1', '1', '2', '3']);
  });

  it.each([
    ['empty', ' \n '],
    ['too_long', 'x'.repeat(10_001)],
  ])('refuses a message that is %s', async (reason, content) => {
    const outcome = send(content);
    await wait(settleMs);
    expect(outcome.error).toMatchObject({ reason, code: `sender.${reason}`, sent: [] });
    expect(chat.requests).toEqual([]);
  });
});

describe('the window', () => {
  it('C33 sends at most 20 of 60 messages in any 30 s, also across the edge of a window', async () => {
    send('early', { channel: 99 });
    await wait(29_900);
    for (let i = 0; i < 60; i++) send(`${i}`, { channel: i });
    await wait(100_000);
    const starts = chat.requests.map(({ startedAt }) => startedAt);
    expect(starts).toHaveLength(61);
    expect(mostWithin(30_000, starts)).toBe(20);
  });

  it('C34 makes the 21st wait after a restart', async () => {
    for (let i = 0; i < 20; i++) send(`${i}`, { channel: i });
    await wait(2_000);
    await sender.stop({ drainMs: 0 });
    sender = await openSender();
    const restartedAt = performance.now();
    send('21st');
    await wait(28_000);
    expect(chat.requests).toHaveLength(20);
    await wait(3_000);
    expect(chat.contents.at(-1)).toBe('21st');
    expect(performance.now() - restartedAt).toBeGreaterThan(30_000);
    expect(
      mostWithin(
        30_000,
        chat.requests.map(({ startedAt }) => startedAt),
      ),
    ).toBe(20);
  });

  it('C35 counts attempts that failed', async () => {
    failing(12, unavailable);
    for (let i = 0; i < 10; i++) send(`${i}`, { channel: i });
    await wait(29_000);
    expect(chat.requests).toHaveLength(20);
    await wait(60_000);
    expect(
      mostWithin(
        30_000,
        chat.requests.map(({ startedAt }) => startedAt),
      ),
    ).toBe(20);
    expect(new Set(chat.contents).size).toBe(10);
  });

  it('counts a slow request until a window after it was over', async () => {
    sender = await openSender({ limit: 1 });
    chat.answer = () => new SystemClock().sleep(10_000);
    send('slow', { channel: 1 });
    send('next', { channel: 2 });
    await wait(39_000);
    expect(chat.contents).toEqual(['slow']);
    await wait(2_000);
    expect(chat.contents).toEqual(['slow', 'next']);
  });

  it('C40 lets other channels wait one window at most behind a channel that queues 50', async () => {
    for (let i = 0; i < 51; i++) send(`flood ${i}`, { channel: 1 });
    await wait(1_000);
    const others = Array.from({ length: 10 }, (_, i) => send(`other ${i}`, { channel: 10 + i }));
    await wait(120_000);
    for (const other of others) expect(other.atMs).toBeLessThan(31_000);
  });

  it.each([
    ['C43 a clock set back 60 s', -60_000],
    ['a clock set back a day', -86_400_000],
    ['a clock set forward a day', 86_400_000],
  ])('is neither stalled nor widened by %s', async (_, stepMs) => {
    for (let i = 0; i < 15; i++) send(`before ${i}`, { channel: i });
    await wait(1_000);
    vi.setSystemTime(Date.now() + stepMs);
    for (let i = 0; i < 15; i++) send(`after ${i}`, { channel: i });
    await wait(1_000);
    expect(chat.requests).toHaveLength(20);
    await wait(30_500);
    expect(chat.requests).toHaveLength(30);
    expect(
      mostWithin(
        30_000,
        chat.requests.map(({ startedAt }) => startedAt),
      ),
    ).toBe(20);
  });

  it('C43 goes on in a channel whose messages wait while the clock is set back', async () => {
    chat.answer = () => new SystemClock().sleep(1_000);
    for (let i = 0; i < 4; i++) send(`${i}`);
    await wait(1_500);
    vi.setSystemTime(Date.now() - 3_600_000);
    await wait(3_000);
    expect(chat.contents).toEqual(['0', '1', '2', '3']);
  });

  it.each([
    ['back', -3_600_000],
    ['forward', 3_600_000],
  ])('C34 C43 holds one window after a restart when the clock was set %s meanwhile', async (_, stepMs) => {
    for (let i = 0; i < 20; i++) send(`${i}`, { channel: i });
    await wait(1_000);
    await sender.stop({ drainMs: 0 });
    vi.setSystemTime(Date.now() + stepMs);
    sender = await openSender();
    send('later');
    await wait(29_000);
    expect(chat.requests).toHaveLength(20);
    await wait(2_000);
    expect(chat.contents.at(-1)).toBe('later');
    await wait(60_000);
    expect(await database.selectFrom('sent_messages').selectAll().execute()).toEqual([]);
  });

  it('goes on when the database cannot take notes, and says so once', async () => {
    await database.schema.dropTable('sent_messages').execute();
    const outcomes = [send('one', { channel: 1 }), send('two', { channel: 2 })];
    await wait(100);
    expect(outcomes.map(({ sent }) => sent)).toEqual([['one'], ['two']]);
    expect(logger.warnings).toHaveLength(1);
  });
});

describe('when Kick answers with an error', () => {
  it('C36 pauses the whole account after 429, then tries with one message before the others follow', async () => {
    chat.answer = (content) => {
      if (content === 'first' && chat.requests.length === 1) throw tooFast(10);
    };
    const outcome = send('first', { channel: 1 });
    await wait(100);
    for (let i = 0; i < 5; i++) send(`${i}`, { channel: 10 + i });
    await wait(9_800);
    expect(chat.contents).toEqual(['first']);

    const probe: { release?: () => void } = {};
    chat.answer = () => new Promise<void>((resolve) => Object.assign(probe, { release: resolve }));
    await wait(1_500);
    expect(chat.contents).toEqual(['first', 'first']);
    chat.answer = () => undefined;
    probe.release?.();
    await wait(100);
    expect(outcome.sent).toEqual(['first']);
    expect(chat.contents.slice(2).sort()).toEqual(['0', '1', '2', '3', '4']);
    expect(logger.warnings).toEqual([expect.stringContaining('Sending pauses')]);
  });

  it('C36 answers each further 429 with one message at most', async () => {
    sender = await openSender({ limit: 1_000 });
    chat.answer = () => {
      throw tooFast(5);
    };
    for (let i = 0; i < 10; i++) send(`${i}`, { channel: i });
    await wait(200);
    const inFlightAtFirst = chat.requests.length;
    await wait(29_000);
    expect(chat.requests.length - inFlightAtFirst).toBe(5);
  });

  it('hands the try on when the message that should go first becomes too old', async () => {
    chat.answer = () => {
      throw tooFast(40);
    };
    const reply = send('reply', { channel: 1, reply: true });
    await wait(100);
    const other = send('other', { channel: 2 });
    chat.answer = () => undefined;
    await wait(50_000);
    expect(reply.error).toMatchObject({ reason: 'rate_limited' });
    expect(other.sent).toEqual(['other']);
  });

  it('C37 sends each message of a burst once more, in the window, when its token was refused', async () => {
    const refused = new KickApiError('kick.unauthorized', 'No.', { status: 401 });
    failing(5, () => new TokenReplacedError(refused));
    const outcomes = Array.from({ length: 5 }, (_, i) => send(`${i}`, { channel: i }));
    await wait(200);
    expect(outcomes.map(({ sent }) => sent)).toEqual([['0'], ['1'], ['2'], ['3'], ['4']]);
    expect(chat.requests.map(({ tokenIsNew }) => tokenIsNew)).toEqual([
      ...Array(5).fill(false),
      ...Array(5).fill(true),
    ]);
    expect(await database.selectFrom('sent_messages').selectAll().execute()).toHaveLength(10);
  });

  it.each([
    ['C38', 'kick.outcome_unknown', 'outcome_unknown'],
    ['C38', 'kick.unexpected_answer', 'outcome_unknown'],
    ['C44', 'kick.invalid_request', 'refused'],
    ['C44', 'kick.forbidden', 'refused'],
    ['C44', 'kick.not_found', 'refused'],
    ['C44', 'kick.message_not_sent', 'refused'],
    ['C44', 'kick.unauthorized', 'login_needed'],
  ] as const)('%s does not send again after %s', async (_, code, reason) => {
    failing(1, () => new KickApiError(code, 'What Kick said.'));
    const outcome = send('once');
    await wait(60_000);
    expect(outcome.error).toMatchObject({ reason, message: expect.stringContaining('What Kick said.') });
    expect(chat.contents).toEqual(['once']);
  });

  it.each(['kick.unavailable', 'kick.blocked'] as const)('tries four times in all after %s', async (code) => {
    failing(9, () => new KickApiError(code, 'Not now.'));
    const outcome = send('patient');
    await wait(10_000);
    expect(chat.requests).toHaveLength(4);
    expect(outcome.error).toMatchObject({ reason: 'unavailable' });
  });

  it.each(['auth.login_needed', 'auth.token_refused'])('asks for a login after %s', async (code) => {
    failing(1, () => new KickbotError(code, 'Log in.'));
    const outcome = send('mute');
    await wait(settleMs);
    expect(outcome.error).toMatchObject({ reason: 'login_needed' });
  });

  it.each(['auth.secret_key_wrong', 'auth.invalid_client'])(
    'does not wait for a token after %s',
    async (code) => {
      failing(1, () => new KickbotError(code, 'Change the setting.'));
      const outcome = send('mute');
      await wait(settleMs);
      expect(outcome.error).toMatchObject({
        reason: 'no_token',
        message: expect.stringContaining('Change the setting.'),
      });
    },
  );

  it('C39 does not send again what is answered after a minute', async () => {
    chat.answer = () => new SystemClock().sleep(60_000);
    const outcome = send('slow', { reply: true });
    await wait(61_000);
    expect(outcome.sent).toEqual(['slow']);
    expect(chat.contents).toEqual(['slow']);
  });

  it('tells which parts had gone out when a later one is refused', async () => {
    chat.answer = (content) => {
      if (content.startsWith('b')) throw new KickApiError('kick.forbidden', 'Banned.');
    };
    const outcome = send(`${'a'.repeat(400)} ${'b'.repeat(400)} ${'c'.repeat(400)}`);
    await wait(1_000);
    expect(outcome.error?.sent.map(({ content }) => content)).toEqual(['a'.repeat(400)]);
    expect(chat.requests).toHaveLength(2);
  });
});

describe('bounds', () => {
  it("C41 rejects what exceeds a channel's 50 waiting messages, and sends the others", async () => {
    chat.answer = () => new SystemClock().sleep(1_000);
    send('under way');
    await wait(settleMs);
    const outcomes = Array.from({ length: 52 }, (_, i) => send(`${i}`));
    await wait(0);
    expect(outcomes.map(({ error }) => error?.reason)).toEqual([
      ...Array(50).fill(undefined),
      'queue_full',
      'queue_full',
    ]);
    await wait(300_000);
    expect(chat.requests).toHaveLength(51);
  });

  it('C41 rejects at once what exceeds 1,000 waiting messages', async () => {
    for (let i = 0; i < 1_000; i++) send(`${i}`, { channel: i });
    const outcome = send('one too many', { channel: 2_000 });
    await wait(0);
    expect(outcome.error).toMatchObject({ reason: 'queue_full', code: 'sender.queue_full' });
  });

  it('drops a reply after 30 s, at once and at no cost, and keeps other messages', async () => {
    sender = await openSender({ limit: 1 });
    chat.answer = () => new SystemClock().sleep(5_000);
    send('busy', { channel: 9 });
    await wait(settleMs);
    const reply = send('reply', { channel: 1, reply: true });
    const announcement = send('announcement', { channel: 1 });
    await wait(30_010);
    expect(reply.error).toMatchObject({ reason: 'too_old' });
    await wait(15_000);
    expect(announcement.sent).toEqual(['announcement']);
    expect(chat.contents).toEqual(['busy', 'announcement']);
  });
});

describe('stopping', () => {
  it('C42 goes on for the time to drain, then rejects the rest', async () => {
    const outcomes = Array.from({ length: 30 }, (_, i) => send(`${i}`, { channel: i }));
    const stopping = sender.stop({ drainMs: 10_000 });
    const late = send('late');
    await wait(9_900);
    expect(late.error).toMatchObject({ reason: 'stopped' });
    expect(outcomes.filter(({ sent }) => sent !== undefined)).toHaveLength(20);
    expect(outcomes.filter(({ error }) => error !== undefined)).toHaveLength(0);
    await wait(200);
    await stopping;
    expect(outcomes.filter(({ error }) => error?.reason === 'stopped')).toHaveLength(10);
    await wait(60_000);
    expect(chat.requests).toHaveLength(20);
  });

  it('C42 is over as soon as nothing waits', async () => {
    send('last');
    const startedAt = performance.now();
    const stopping = sender.stop({ drainMs: 10_000 });
    await wait(100);
    await stopping;
    expect(performance.now() - startedAt).toBeLessThanOrEqual(100);
    expect(chat.contents).toEqual(['last']);
  });

  it('C42 ends at once when asked again without time, and does not claim to know what is under way', async () => {
    chat.answer = () => new SystemClock().sleep(60_000);
    const underWay = send('under way', { channel: 1 });
    await wait(settleMs);
    const first = sender.stop({ drainMs: 10_000 });
    const second = sender.stop({ drainMs: 0 });
    await wait(1);
    await Promise.all([first, second]);
    expect(underWay.error).toMatchObject({ reason: 'outcome_unknown' });
  });
});
