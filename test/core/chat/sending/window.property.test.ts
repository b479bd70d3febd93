import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { RateLimitedSender } from '../../../../src/core/chat/sending/rate-limited-sender.js';
import type { KickChat } from '../../../../src/core/kick/chat.js';
import {
  KickApiError,
  RateLimitedError,
  TokenReplacedError,
} from '../../../../src/core/kick/kick-api-error.js';
import { SystemClock } from '../../../../src/core/primitives/clock.js';
import { messageId } from '../../../../src/core/primitives/ids.js';
import { SystemRandom } from '../../../../src/core/primitives/random.js';
import { openDatabase } from '../../../../src/core/storage/database.js';
import { SilentLogger } from '../../../../src/core/telemetry/logger.js';
import { channelNumber, mostWithin } from './fake-chat.js';

const windowMs = 30_000;
const limit = 20;

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('say' as const), count: fc.integer({ min: 1, max: 30 }) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 31_000 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('start a second process' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('set the clock' as const),
      byMs: fc.integer({ min: -3_600_000, max: 3_600_000 }),
    }),
  },
);

/** How a request fares: when Kick gets it, when the answer is back, and what that says. */
const fate = fc.record({
  latencyMs: fc.oneof(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 15_000 })),
  arrivesAfter: fc.double({ min: 0, max: 1, noNaN: true }),
  outcome: fc.constantFrom('ok', 'ok', 'ok', 'limited', 'down', 'lost', 'token', 'refused'),
});

const promptly = { latencyMs: 0, arrivesAfter: 0, outcome: 'ok' };

function answerFor(outcome: string): KickApiError | undefined {
  const unauthorized = new KickApiError('kick.unauthorized', '', { status: 401 });
  if (outcome === 'limited') return new RateLimitedError('', 3_000);
  if (outcome === 'down') return new KickApiError('kick.unavailable', '');
  if (outcome === 'lost') return new KickApiError('kick.outcome_unknown', '');
  if (outcome === 'token') return new TokenReplacedError(unauthorized);
  if (outcome === 'refused') return new KickApiError('kick.forbidden', '');
  return undefined;
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

it('C33 C34 C35 C43 never lets more than 20 requests start, or reach Kick, in any 30 s', async () => {
  const trace = fc.record({
    steps: fc.array(step, { minLength: 3, maxLength: 14 }),
    fates: fc.array(fate, { minLength: 5, maxLength: 30 }),
  });
  await fc.assert(
    fc.asyncProperty(trace, async ({ steps, fates }) => {
      const clock = new SystemClock();
      const database = await openDatabase({ url: 'sqlite::memory:', directory: '.' });
      const starts: number[] = [];
      const arrivals: number[] = [];
      const processes: { sender: RateLimitedSender; life: { isOver: boolean } }[] = [];
      let open = 0;

      const chatOf = (life: { isOver: boolean }): Pick<KickChat, 'sendOnce'> => ({
        async sendOnce() {
          const { latencyMs, arrivesAfter, outcome } = fates[starts.length % fates.length] ?? promptly;
          starts.push(performance.now());
          await clock.sleep(latencyMs * arrivesAfter);
          // A process that is dead by now sends nothing more.
          if (!life.isOver) arrivals.push(performance.now());
          await clock.sleep(latencyMs * (1 - arrivesAfter));
          const error = answerFor(outcome);
          if (error !== undefined) throw error;
          return messageId('sent');
        },
      });
      const start = async () => {
        const life = { isOver: false };
        const opening = RateLimitedSender.open({
          accountId: 'bot:test',
          chat: chatOf(life),
          database,
          clock,
          random: new SystemRandom(),
          logger: new SilentLogger(),
          limit,
          windowSeconds: windowMs / 1000,
          replyToDeleted: 'send',
        });
        await vi.advanceTimersByTimeAsync(20);
        processes.push({ sender: await opening, life });
      };
      const stop = async () => {
        const process = processes.shift();
        if (process === undefined) return;
        process.life.isOver = true;
        const stopping = process.sender.stop({ drainMs: 0 });
        await vi.advanceTimersByTimeAsync(1);
        await stopping;
      };

      await start();
      for (const todo of steps) {
        if (todo.do === 'say') {
          for (let i = 0; i < todo.count; i++) {
            open++;
            const message = { channel: channelNumber(i % 7), content: 'hello' };
            processes[i % processes.length]?.sender
              .send(message)
              .catch(() => undefined)
              .finally(() => open--);
          }
        } else if (todo.do === 'wait') {
          await vi.advanceTimersByTimeAsync(todo.ms);
        } else if (todo.do === 'set the clock') {
          vi.setSystemTime(Date.now() + todo.byMs);
        } else if (todo.do === 'restart') {
          await stop();
          await start();
        } else if (processes.length < 2) {
          await start();
        }
      }
      await vi.advanceTimersByTimeAsync(600_000 + 15_000 + 20);

      expect(mostWithin(windowMs, starts)).toBeLessThanOrEqual(limit);
      expect(mostWithin(windowMs, arrivals)).toBeLessThanOrEqual(limit);
      expect(open, "every send has been answered after a message's longest life").toBe(0);
      while (processes.length > 0) await stop();
      await database.destroy();
    }),
    { numRuns: 40 },
  );
}, 60_000);
