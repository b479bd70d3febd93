import { afterEach, beforeEach, vi } from 'vitest';
import type { MessageNotSentError, OutgoingMessage } from '../../../../src/core/chat/sender.js';
import {
  RateLimitedSender,
  type SenderOptions,
} from '../../../../src/core/chat/sending/rate-limited-sender.js';
import { KickApiError, RateLimitedError } from '../../../../src/core/kick/kick-api-error.js';
import { SystemClock } from '../../../../src/core/primitives/clock.js';
import { messageId } from '../../../../src/core/primitives/ids.js';
import { openDatabase } from '../../../../src/core/storage/database.js';
import type { Database } from '../../../../src/core/storage/schema.js';
import { FixedRandom } from '../../../support/fixed-random.js';
import { RecordingLogger } from '../../../support/recording-logger.js';
import { channelNumber, FakeChat, mostWithin } from './fake-chat.js';

/** Bottleneck yields to its timers several times for a message. */
export const settleMs = 20;
export const wait = (ms: number) => vi.advanceTimersByTimeAsync(ms);

export const unavailable = () => new KickApiError('kick.unavailable', 'Kick is down.');
export const tooFast = (seconds: number) => new RateLimitedError('Too fast.', seconds * 1000);

/** What became of a message so far. */
export interface Outcome {
  sent?: readonly string[];
  error?: MessageNotSentError;
  atMs?: number;
}

type Said = Partial<Pick<OutgoingMessage, 'priority' | 'plugin'>> & { channel?: number; reply?: boolean };

/** A sender in fake time, with a database, a chat and a log of its own for each test. */
export function useSender() {
  let database: Database;
  let chat: FakeChat;
  let logger: RecordingLogger;
  let sender: RateLimitedSender;

  /** A sender for the same account and database: as after a restart, or in another process. */
  async function open(options: Partial<SenderOptions> = {}): Promise<RateLimitedSender> {
    const opening = RateLimitedSender.open({
      accountId: 'bot:test',
      chat,
      database,
      clock: new SystemClock(),
      random: new FixedRandom(0.999),
      logger,
      limit: 20,
      windowSeconds: 30,
      replyToDeleted: 'send',
      ...options,
    });
    await wait(settleMs);
    return opening;
  }

  beforeEach(async () => {
    vi.useFakeTimers();
    database = await openDatabase({ url: 'sqlite::memory:', directory: '.' });
    chat = new FakeChat();
    logger = new RecordingLogger();
    sender = await open();
  });

  afterEach(async () => {
    const stopping = sender.stop({ drainMs: 0 });
    await wait(0);
    await stopping;
    vi.useRealTimers();
    await database.destroy();
  });

  return {
    open,
    get database() {
      return database;
    },
    get chat() {
      return chat;
    },
    get sender() {
      return sender;
    },
    /** Warnings and errors. */
    get complaints() {
      return logger.lines.filter(([level]) => level !== 'info').map(([, line]) => line);
    },
    get notices() {
      return logger.lines.filter(([level]) => level === 'info').map(([, line]) => line);
    },
    /** Goes on with another sender. */
    async reopen(options: Partial<SenderOptions> = {}) {
      sender = await open(options);
    },
    /** The outcome of a send, without waiting for it. */
    send(content: string, { channel = 1, reply = false, ...rest }: Said = {}): Outcome {
      const outcome: Outcome = {};
      const startedAt = performance.now();
      const said = { channel: channelNumber(channel), content, ...rest };
      sender
        .send({ ...said, ...(reply && { replyTo: messageId('asked') }) })
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
    },
    /** Fails that many requests, then succeeds. */
    failing(times: number, error: () => unknown): void {
      let left = times;
      chat.answer = () => {
        if (left-- > 0) throw error();
      };
    },
    /** The most requests that began in any 30 s. */
    get busiest() {
      return mostWithin(
        30_000,
        chat.requests.map(({ startedAt }) => startedAt),
      );
    },
  };
}
