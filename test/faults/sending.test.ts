import { describe, expect, it, vi } from 'vitest';
import { KickApiError, TokenReplacedError } from '../../src/core/kick/kick-api-error.js';
import { SystemClock } from '../../src/core/primitives/clock.js';
import { KickbotError } from '../../src/core/primitives/error.js';
import { settleMs, tooFast, unavailable, useSender, wait } from '../core/chat/sending/sender-under-test.js';

const given = useSender();
const { send } = given;

describe('the window', () => {
  it('C33 sends at most 20 of 60 messages in any 30 s, also across the edge of a window', async () => {
    send('early', { channel: 99 });
    await wait(29_900);
    for (let i = 0; i < 60; i++) send(`${i}`, { channel: i });
    await wait(100_000);
    expect(given.chat.requests).toHaveLength(61);
    expect(given.busiest).toBe(20);
  });

  it('C34 makes the 21st wait after a restart', async () => {
    for (let i = 0; i < 20; i++) send(`${i}`, { channel: i });
    await wait(2_000);
    await given.sender.stop({ drainMs: 0 });
    await given.reopen();
    const restartedAt = performance.now();
    send('21st');
    await wait(28_000);
    expect(given.chat.requests).toHaveLength(20);
    await wait(3_000);
    expect(given.chat.contents.at(-1)).toBe('21st');
    expect(performance.now() - restartedAt).toBeGreaterThan(30_000);
    expect(given.busiest).toBe(20);
  });

  it('C35 counts attempts that failed', async () => {
    given.failing(12, unavailable);
    for (let i = 0; i < 10; i++) send(`${i}`, { channel: i });
    await wait(29_000);
    expect(given.chat.requests).toHaveLength(20);
    await wait(60_000);
    expect(given.busiest).toBe(20);
    expect(new Set(given.chat.contents).size).toBe(10);
  });

  it('C40 lets other channels wait one window at most behind a channel that queues 1,000', async () => {
    const loud = Array.from({ length: 1_000 }, (_, i) => send(`loud ${i}`, { channel: 1 }));
    await wait(1_000);
    expect(loud.filter(({ error }) => error?.reason === 'queue_full')).toHaveLength(950);
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
    expect(given.chat.requests).toHaveLength(20);
    await wait(30_500);
    expect(given.chat.requests).toHaveLength(30);
    expect(given.busiest).toBe(20);
  });

  it('C43 goes on in a channel whose messages wait while the clock is set back', async () => {
    given.chat.answer = () => new SystemClock().sleep(1_000);
    for (let i = 0; i < 4; i++) send(`${i}`);
    await wait(1_500);
    vi.setSystemTime(Date.now() - 3_600_000);
    await wait(3_000);
    expect(given.chat.contents).toEqual(['0', '1', '2', '3']);
  });

  it.each([
    ['back', -3_600_000],
    ['forward', 3_600_000],
  ])('C34 C43 holds one window after a restart when the clock was set %s meanwhile', async (_, stepMs) => {
    for (let i = 0; i < 20; i++) send(`${i}`, { channel: i });
    await wait(1_000);
    await given.sender.stop({ drainMs: 0 });
    vi.setSystemTime(Date.now() + stepMs);
    await given.reopen();
    send('later');
    await wait(29_000);
    expect(given.chat.requests).toHaveLength(20);
    await wait(2_000);
    expect(given.chat.contents.at(-1)).toBe('later');
    await wait(60_000);
    expect(await given.database.selectFrom('sent_messages').selectAll().execute()).toEqual([]);
  });
});

describe('when Kick answers with an error', () => {
  it('C36 pauses the whole account after 429, then tries with one message before the others follow', async () => {
    given.chat.answer = (content) => {
      if (content === 'first' && given.chat.requests.length === 1) throw tooFast(10);
    };
    const outcome = send('first', { channel: 1 });
    await wait(100);
    for (let i = 0; i < 5; i++) send(`${i}`, { channel: 10 + i });
    await wait(9_800);
    expect(given.chat.contents).toEqual(['first']);

    const probe: { release?: () => void } = {};
    given.chat.answer = () => new Promise<void>((resolve) => Object.assign(probe, { release: resolve }));
    await wait(1_500);
    expect(given.chat.contents).toEqual(['first', 'first']);
    given.chat.answer = () => undefined;
    probe.release?.();
    await wait(100);
    expect(outcome.sent).toEqual(['first']);
    expect(given.chat.contents.slice(2).sort()).toEqual(['0', '1', '2', '3', '4']);
    expect(given.complaints).toEqual([expect.stringContaining('Sending pauses')]);
  });

  it('C36 answers each further 429 with one message at most', async () => {
    await given.reopen({ limit: 1_000 });
    given.chat.answer = () => {
      throw tooFast(5);
    };
    for (let i = 0; i < 10; i++) send(`${i}`, { channel: i });
    await wait(200);
    const inFlightAtFirst = given.chat.requests.length;
    await wait(29_000);
    expect(given.chat.requests.length - inFlightAtFirst).toBe(5);
  });

  it.each([
    ['Kick could not be reached', unavailable],
    ['the firewall turned it away', () => new KickApiError('kick.blocked', 'Blocked.', { status: 403 })],
    ['its answer was lost', () => new KickApiError('kick.outcome_unknown', 'Perhaps.')],
    ['there was no token', () => new KickbotError('auth.unavailable', 'Later.')],
  ])('C36 lets the others wait on where the first message after 429 fails since %s', async (_, failure) => {
    given.failing(1, () => tooFast(5));
    send('first', { channel: 1 });
    await wait(100);
    const probes: (() => void)[] = [];
    given.chat.answer = () =>
      new Promise((_, reject) => {
        probes.push(() => reject(failure()));
      });
    for (let i = 0; i < 5; i++) send(`${i}`, { channel: 10 + i });
    for (let tries = 1; tries <= 3; tries++) {
      await wait(6_000);
      expect(probes).toHaveLength(tries);
      probes.at(-1)?.();
    }
    expect(given.notices).toEqual([]);
    given.chat.answer = () => undefined;
    await wait(1_000);
    expect(given.notices).toEqual(['Sending goes on.']);
  });

  it('C37 sends each message of a burst once more, in the window, when its token was refused', async () => {
    const refused = new KickApiError('kick.unauthorized', 'No.', { status: 401 });
    given.failing(5, () => new TokenReplacedError(refused));
    const outcomes = Array.from({ length: 5 }, (_, i) => send(`${i}`, { channel: i }));
    await wait(200);
    expect(outcomes.map(({ sent }) => sent)).toEqual([['0'], ['1'], ['2'], ['3'], ['4']]);
    expect(given.chat.requests.map(({ tokenIsNew }) => tokenIsNew)).toEqual([
      ...Array(5).fill(false),
      ...Array(5).fill(true),
    ]);
    expect(await given.database.selectFrom('sent_messages').selectAll().execute()).toHaveLength(10);
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
    given.failing(1, () => new KickApiError(code, 'What Kick said.'));
    const outcome = send('once');
    await wait(60_000);
    expect(outcome.error).toMatchObject({ reason, message: expect.stringContaining('What Kick said.') });
    expect(given.chat.contents).toEqual(['once']);
  });

  it('C39 does not send again what is answered after a minute', async () => {
    given.chat.answer = () => new SystemClock().sleep(60_000);
    const outcome = send('slow', { reply: true });
    await wait(61_000);
    expect(outcome.sent).toEqual(['slow']);
    expect(given.chat.contents).toEqual(['slow']);
  });
});

describe('bounds', () => {
  it("C41 rejects what exceeds a channel's 50 waiting messages, and sends the others", async () => {
    given.chat.answer = () => new SystemClock().sleep(1_000);
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
    expect(given.chat.requests).toHaveLength(51);
  });

  it('C41 rejects at once what exceeds 1,000 waiting messages', async () => {
    for (let i = 0; i < 1_000; i++) send(`${i}`, { channel: i });
    const outcome = send('one too many', { channel: 2_000 });
    await wait(0);
    expect(outcome.error).toMatchObject({ reason: 'queue_full', code: 'sender.queue_full' });
  });

  it.each([
    ['a channel', 50, () => 1, 1],
    ['the account', 1_000, (index: number) => index, 3_000],
  ])(
    'C41 lets a moderation message into the full queue of %s, and the youngest one out',
    async (_, size, channelOf, channel) => {
      given.chat.answer = () => new SystemClock().sleep(1_000);
      send('under way', { channel: 2_000 });
      send('under way', { channel: 1 });
      await wait(settleMs);
      const replies = Array.from({ length: size }, (_, i) =>
        send(`${i}`, { channel: channelOf(i), reply: true }),
      );
      const refused = send('one more timer', { channel: 1, priority: 'timer' });
      const warning = send('warning', { channel, priority: 'moderation' });
      await wait(0);
      expect(refused.error).toMatchObject({ reason: 'queue_full', outcome: 'dropped' });
      expect(replies.filter(({ error }) => error?.reason === 'queue_full')).toHaveLength(1);
      expect(given.sender.counts).toMatchObject({ dropped: { queue_full: 2 }, waiting: size });
      await wait(3_000);
      expect(warning.sent).toEqual(['warning']);
      const contents = given.chat.contents;
      expect(contents.filter((content) => content !== 'under way')[0]).toBe('warning');
    },
  );

  it('C41 refuses a moderation message only where all that wait are of the kind', async () => {
    given.chat.answer = () => new SystemClock().sleep(1_000);
    send('under way');
    await wait(settleMs);
    for (let i = 0; i < 50; i++) send(`${i}`, { priority: 'moderation' });
    const outcome = send('one more', { priority: 'moderation' });
    await wait(0);
    expect(outcome.error).toMatchObject({ reason: 'queue_full' });
  });
});

describe('stopping', () => {
  it('C42 goes on for the time to drain, then rejects the rest', async () => {
    const outcomes = Array.from({ length: 30 }, (_, i) => send(`${i}`, { channel: i }));
    const stopping = given.sender.stop({ drainMs: 10_000 });
    const late = send('late');
    await wait(9_900);
    expect(late.error).toMatchObject({ reason: 'stopped' });
    expect(outcomes.filter(({ sent }) => sent !== undefined)).toHaveLength(20);
    expect(outcomes.filter(({ error }) => error !== undefined)).toHaveLength(0);
    await wait(200);
    await stopping;
    expect(outcomes.filter(({ error }) => error?.reason === 'stopped')).toHaveLength(10);
    await wait(60_000);
    expect(given.chat.requests).toHaveLength(20);
  });

  it('C42 is over as soon as nothing waits', async () => {
    send('last');
    const startedAt = performance.now();
    const stopping = given.sender.stop({ drainMs: 10_000 });
    await wait(100);
    await stopping;
    expect(performance.now() - startedAt).toBeLessThanOrEqual(100);
    expect(given.chat.contents).toEqual(['last']);
  });

  it('C42 ends at once when asked again without time, and does not claim to know what is under way', async () => {
    given.chat.answer = () => new SystemClock().sleep(60_000);
    const underWay = send('under way', { channel: 1 });
    await wait(settleMs);
    const first = given.sender.stop({ drainMs: 10_000 });
    const second = given.sender.stop({ drainMs: 0 });
    await wait(1);
    await Promise.all([first, second]);
    expect(underWay.error).toMatchObject({ reason: 'outcome_unknown' });
  });
});
