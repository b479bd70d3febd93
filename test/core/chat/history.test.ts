import { setImmediate } from 'node:timers/promises';
import { startSandbox } from 'kickbot/sandbox';
import { describe, expect, it } from 'vitest';
import { History } from '../../../src/core/chat/history.js';
import { HttpClient } from '../../../src/core/kick/http-client.js';
import type { HttpRequest } from '../../../src/core/kick/http-exchange.js';
import { KickApiError, RateLimitedError } from '../../../src/core/kick/kick-api-error.js';
import { SystemClock } from '../../../src/core/primitives/clock.js';
import type { Duration } from '../../../src/core/primitives/duration.js';
import { SystemRandom } from '../../../src/core/primitives/random.js';
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
      const answer = url.hostname === 'web.kick.com' ? answers.first : answers.second;
      const json: unknown = typeof answer === 'function' ? answer(url) : answer;
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
  const read = async (fromSecond: number, toSecond: number, within: Duration = '1s') => {
    const reading = history.read(channel, start + fromSecond * 1000, start + toSecond * 1000);
    await clock.advance(within);
    return (await reading).map(({ messageId }) => messageId);
  };
  return { history, clock, logger, asked, read };
}

describe('the history', () => {
  const newestFirst = [said('after', 36), said('c', 30), said('b', 20), said('a', 10), said('before', 4)];
  const first = { data: { messages: newestFirst } };

  it('gives the messages of a span, the oldest first, with one read where one page holds them', async () => {
    const { read, asked } = openHistory({ first });
    expect(await read(10, 30)).toEqual(['a', 'b', 'c']);
    expect(asked).toEqual(['https://web.kick.com/api/v1/chat/1/history']);
  });

  it('gives those of one second in the order of the list', async () => {
    const { read } = openHistory({ first: { data: [said('b', 10), said('a', 10)] } });
    expect(await read(10, 30)).toEqual(['a', 'b']);
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

  describe('of more than one page', () => {
    /** Answers as Kick does: the newest 25, or the first 25 of five seconds. */
    const openLong = (
      seconds: readonly number[],
      refuse: (url: URL) => Error | undefined = () => undefined,
    ) => {
      const messages = seconds.map((second, index) => said(`m${index}`, second));
      return openHistory({
        first: (url: URL) => {
          const refusal = refuse(url);
          if (refusal) return refusal;
          const from = url.searchParams.get('start_time');
          const at = Date.parse(from ?? '');
          const shown = messages.filter(({ created_at }) => {
            const time = Date.parse(created_at);
            return time >= at && time < at + 5_000;
          });
          return { data: (from === null ? messages.slice(-25) : shown.slice(0, 25)).toReversed() };
        },
      });
    };
    const ids = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, index) => `m${from + index}`);

    it('is read window by window, however the messages are spread', async () => {
      const spread = [
        ...Array.from({ length: 20 }, (_, index) => index),
        ...Array.from({ length: 40 }, () => 20),
        ...Array.from({ length: 60 }, (_, index) => 21 + index / 10),
        ...Array.from({ length: 25 }, () => 60),
      ];
      const { read, asked } = openLong(spread);
      const found = await read(0, 60, '30s');
      // Of the second with 40, Kick shows 25.
      expect(found).toEqual([...ids(0, 45), ...ids(60, 145)]);
      expect(asked.length).toBeLessThan(25);
    });

    it('is read to its end alone where it is long, with 41 reads at most and pauses between them', async () => {
      const { read, asked } = openLong(Array.from({ length: 3_600 }, (_, second) => second));
      const found = await read(0, 3_600, '30s');
      expect(asked).toHaveLength(41);
      expect(found.at(-1)).toBe('m3599');
      expect(found.length).toBeGreaterThan(200);
      expect(found).toEqual(ids(3_600 - found.length, 3_600));
    });

    it('is what could be read before Kick refused', async () => {
      let reads = 0;
      const { read, logger } = openLong(
        Array.from({ length: 60 }, (_, second) => second),
        () => (++reads > 3 ? new RateLimitedError('Kick limits it.', 120_000) : undefined),
      );
      expect(await read(0, 60, '30s')).toEqual([...ids(0, 5), ...ids(35, 60)]);
      expect(await read(0, 60, '30s')).toEqual([]);
      expect(logger.lines).toEqual([]);
    });

    it('is its newest page while many other spans wait', async () => {
      const { history, clock, asked } = openLong(Array.from({ length: 60 }, (_, second) => second));
      const reads = Array.from({ length: 60 }, (_, number) =>
        history.read(channelNumbered(number + 1), start, start + 60_000),
      );
      await clock.advance(250);
      await clock.advance(250);
      expect(asked.filter((url) => url.includes('start_time'))).toEqual([]);
      await clock.advance('5m');
      await Promise.all(reads);
      expect(asked.some((url) => url.includes('start_time'))).toBe(true);
    });

    it('is read no further once it is stopped, without a word', async () => {
      const { history, clock, asked, logger } = openLong(Array.from({ length: 60 }, (_, second) => second));
      const reading = history.read(channel, start, start + 60_000);
      await clock.advance(250);
      history.stop();
      await clock.advance('30s');
      await reading;
      expect(asked).toHaveLength(1);
      expect(logger.lines).toEqual([]);
    });
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

/** Time passes as usual, but nobody waits for it. */
class HurriedClock extends SystemClock {
  override schedule(_: number, run: () => void) {
    return super.schedule(0, run);
  }
}

describe('the history of the sandbox', () => {
  it('D64: holds all that was said in half a minute, 60 messages', async () => {
    let now = start;
    const sandbox = await startSandbox({ clock: () => now });
    const random = new SystemRandom();
    const http = new HttpClient({ clock: new SystemClock(), random, version: '0' });
    try {
      sandbox.world.createChannel({ owner: 'Streamer' });
      const { id } = sandbox.world.channel('streamer');
      const written: string[] = [];
      for (let number = 0; number < 80; number++) {
        now = start + number * 500;
        written.push(sandbox.world.say({ channel: 'streamer', user: 'Streamer', content: `${number}` }).id);
      }
      now += 60_000;
      const logger = new RecordingLogger();
      const history = new History({ ...sandbox.endpoints, http, clock: new HurriedClock(), random, logger });
      const read = await history.read(channelNumbered(id), start + 5_000, start + 35_000);
      const ids: string[] = read.map(({ messageId }) => messageId);
      expect(ids.filter((one) => written.slice(10, 70).includes(one))).toEqual(written.slice(10, 70));
      expect(logger.lines).toEqual([]);
    } finally {
      await http.close();
      await sandbox.close();
    }
  });
});
