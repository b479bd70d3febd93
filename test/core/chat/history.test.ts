import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { History } from '../../../src/core/chat/history.js';
import type { HttpRequest } from '../../../src/core/kick/http-exchange.js';
import { KickApiError, RateLimitedError } from '../../../src/core/kick/kick-api-error.js';
import { TestClock } from '../../../src/testing/test-clock.js';
import { FixedRandom } from '../../support/fixed-random.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { channel, channelNumbered } from './reception-setup.js';

const start = Date.parse('2026-01-01T00:00:00Z');

const said = (id: string, second: number) => ({
  id,
  content: id,
  created_at: new Date(start + second * 1000).toISOString(),
  sender: { id: 7, username: 'ada' },
  metadata: '{"message_ref":"1"}',
});

const blocked = new KickApiError('kick.blocked', 'The firewall turned it away.');
const notFound = new KickApiError('kick.not_found', 'Kick has nothing there.');

/** A history whose two addresses answer with these: a body, or an error. */
function openHistory(answers: { first?: unknown; second?: unknown }) {
  const clock = new TestClock();
  const logger = new RecordingLogger();
  const asked: string[] = [];
  const http = {
    send: async ({ url }: HttpRequest) => {
      asked.push(url.href);
      const json = url.hostname === 'web.kick.com' ? answers.first : answers.second;
      if (json instanceof Error) throw json;
      return { status: 200, headers: {}, json, isHtml: false };
    },
  };
  const history = new History({
    realtime: 'https://web.kick.com',
    website: 'https://kick.com',
    http,
    clock,
    random: new FixedRandom(0.5),
    logger,
  });
  const read = async (fromSecond: number, toSecond: number) => {
    const reading = history.read(channel, start + fromSecond * 1000, start + toSecond * 1000);
    await clock.advance('1s');
    return (await reading).map(({ messageId }) => messageId);
  };
  return { history, clock, logger, asked, read };
}

describe('the history', () => {
  const newestFirst = [said('after', 36), said('c', 30), said('b', 20), said('a', 10), said('before', 4)];
  const first = { data: { messages: newestFirst } };

  it('gives the messages of a span, the oldest first, and asks for no earlier ones', async () => {
    const { read, asked } = openHistory({ first });
    expect(await read(10, 30)).toEqual(['a', 'b', 'c']);
    expect(asked).toEqual([
      'https://web.kick.com/api/v1/chat/1/history?start_time=2026-01-01T00%3A00%3A05.000Z',
    ]);
  });

  it.each([
    ['data.messages', { data: { messages: newestFirst } }],
    ['data', { data: newestFirst.toReversed() }],
    ['messages', { messages: newestFirst }],
    ['the list alone, with something else in it', [null, {}, ...newestFirst]],
  ])('finds the messages in %s', async (_, answer) => {
    const { read } = openHistory({ first: answer });
    expect(await read(10, 30)).toEqual(['a', 'b', 'c']);
  });

  it.each([
    ['is not there', notFound],
    ['is behind a firewall', blocked],
    ['answers with something else', { status: 'ok' }],
  ])('asks the website where the first address %s', async (_, answer) => {
    const { read, asked, logger } = openHistory({ first: answer, second: { data: newestFirst } });
    expect(await read(10, 30)).toEqual(['a', 'b', 'c']);
    expect(asked[1]).toBe('https://kick.com/api/v2/channels/1/messages');
    expect(logger.lines).toEqual([]);
  });

  it('is left alone for a minute when it refuses; that is said once, and once that it is over', async () => {
    const answers: { first: unknown; second: unknown } = { first: blocked, second: blocked };
    const { history, clock, read, asked, logger } = openHistory(answers);
    expect(await read(10, 30)).toEqual([]);
    expect(await read(10, 30)).toEqual([]);
    expect(asked).toHaveLength(2);
    await clock.advance('1m');
    expect(await read(10, 30)).toEqual([]);
    expect(asked).toHaveLength(4);
    answers.first = first;
    await clock.advance('1m');
    expect(await read(10, 30)).toEqual(['a', 'b', 'c']);
    expect(logger.lines).toEqual([
      [
        'warn',
        "The chat's history cannot be read: The firewall turned it away. Until it can, what is said during an outage stays missed.",
      ],
      ['info', "The chat's history can be read again."],
    ]);
    expect(history.counts).toEqual({ reads: 4, failed: 3 });
  });

  it('is left alone for as long as Kick says; a channel that has none says nothing about the others', async () => {
    const limited = new RateLimitedError('Kick limits it.', 120_000);
    const answers: { first: unknown; second: unknown } = { first: notFound, second: notFound };
    const { clock, read, asked } = openHistory(answers);
    await read(10, 30);
    answers.second = limited;
    await read(10, 30);
    expect(asked).toHaveLength(4);
    await clock.advance('100s');
    await read(10, 30);
    expect(asked).toHaveLength(4);
    await clock.advance('20s');
    await read(10, 30);
    expect(asked).toHaveLength(6);
  });

  it('is read by three at once, with pauses, however many channels come back together', async () => {
    const { history, clock, asked } = openHistory({ first });
    const reads = Array.from({ length: 10 }, (_, number) =>
      history.read(channelNumbered(number + 1), start, start + 30_000),
    );
    await setImmediate();
    expect(asked).toEqual([]);
    for (const expected of [3, 6, 9, 10]) {
      await clock.advance(250);
      expect(asked).toHaveLength(expected);
    }
    await Promise.all(reads);
  });
});
