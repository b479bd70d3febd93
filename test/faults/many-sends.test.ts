import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { MessagePriority } from '../../src/core/chat/sender.js';
import { RateLimitedSender } from '../../src/core/chat/sending/rate-limited-sender.js';
import { KickApiError, RateLimitedError, TokenReplacedError } from '../../src/core/kick/kick-api-error.js';
import { messageId } from '../../src/core/primitives/ids.js';
import { Random } from '../../src/core/primitives/random.js';
import { openDatabase } from '../../src/core/storage/database.js';
import type { Database } from '../../src/core/storage/schema.js';
import { SilentLogger } from '../../src/core/telemetry/logger.js';
import { channelNumber } from '../core/chat/sending/fake-chat.js';
import { rounds } from '../support/rounds.js';
import { TimerWheel } from '../support/timer-wheel.js';

const limit = 20;
const windowMs = 30_000;
/** Each of them sends a thousand times: `ROUNDS=200` makes a million of it. */
const accounts = rounds(2) * 5;
const sends = accounts * 1_000;

/** Chance that is the same in every run (mulberry32). */
class SeededRandom extends Random {
  #state: number;

  constructor(seed: number) {
    super();
    this.#state = seed;
  }

  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  bytes(length: number): Uint8Array {
    return new Uint8Array(length);
  }

  one<T>(values: readonly T[]): T | undefined {
    return values[Math.floor(this.fraction() * values.length)];
  }
}

/** The most moments in any half-open span of one window, of moments that come in order. */
class Busiest {
  most = 0;
  readonly #recent: number[] = [];

  add(moment: number): void {
    this.#recent.push(moment);
    while (moment - (this.#recent[0] ?? moment) >= windowMs) this.#recent.shift();
    this.most = Math.max(this.most, this.#recent.length);
  }
}

const priorities: readonly MessagePriority[] = ['moderation', 'reply', 'timer', 'announcement'];
const refused = new KickApiError('kick.unauthorized', '', { status: 401 });
const fates: readonly (() => Error)[] = [
  () => new RateLimitedError('', 2_000),
  ...Array.from({ length: 16 }, () => () => new KickApiError('kick.unavailable', '')),
  ...Array.from({ length: 4 }, () => () => new KickApiError('kick.outcome_unknown', '')),
  ...Array.from({ length: 8 }, () => () => new TokenReplacedError(refused)),
  ...Array.from({ length: 3 }, () => () => new KickApiError('kick.invalid_request', '', { status: 400 })),
  () => new KickApiError('kick.forbidden', ''),
];

/** One account of one process, restarted now and then, that always has something to say. */
class Account {
  readonly starts = new Busiest();
  readonly arrivals = new Busiest();
  requests = 0;
  restarts = 0;
  unanswered = 0;
  #generation = 0;
  #sender: RateLimitedSender | undefined;

  constructor(
    private readonly id: string,
    private readonly database: Database,
    private readonly clock: TimerWheel,
    private readonly random: SeededRandom,
  ) {}

  async open(): Promise<void> {
    const born = this.#generation;
    this.#sender = await RateLimitedSender.open({
      accountId: this.id,
      chat: { sendOnce: () => this.#request(born) },
      database: this.database,
      clock: this.clock,
      random: this.random,
      logger: new SilentLogger(),
      limit,
      windowSeconds: windowMs / 1000,
      replyToDeleted: 'send',
    });
  }

  async restart(): Promise<void> {
    this.#generation++;
    const stopping = this.#sender?.stop({ drainMs: 0 });
    this.#sender = undefined;
    await stopping;
    await this.open();
    this.restarts++;
  }

  /** Says something in a few channels, unless enough waits. */
  speak(): void {
    const sender = this.#sender;
    if (sender === undefined || sender.counts.waiting > 30) return;
    for (let left = this.random.fraction() * 20; left > 0; left--) {
      const channel = channelNumber(Math.ceil(this.random.fraction() * 7));
      const plugin = `plugin ${Math.ceil(this.random.fraction() * 3)}`;
      const priority = this.random.one(priorities) ?? 'reply';
      this.unanswered++;
      sender
        .send({ channel, content: 'hello', plugin, priority })
        .catch(() => undefined)
        .finally(() => this.unanswered--);
    }
  }

  async #request(born: number) {
    const { clock, random } = this;
    this.requests++;
    this.starts.add(clock.monotonic());
    const latencyMs = random.fraction() * (random.fraction() < 0.02 ? 15_000 : 200);
    const arrivesAfterMs = random.fraction() * latencyMs;
    await clock.sleep(arrivesAfterMs);
    // A process that is dead by now sends nothing more.
    if (born === this.#generation) this.arrivals.add(clock.monotonic());
    await clock.sleep(latencyMs - arrivesAfterMs);
    const error = random.fraction() < 0.12 ? random.one(fates)?.() : undefined;
    if (error !== undefined) throw error;
    return messageId('sent');
  }
}

let clock: TimerWheel;
let database: Database;

beforeEach(async () => {
  database = await openDatabase({ url: 'sqlite::memory:', directory: '.' });
  clock = TimerWheel.installed();
});

afterEach(async () => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  await database.destroy();
});

it(`C33 C34 C35 C43 lets at most 20 of ${sends} requests start, or reach Kick, in any 30 s`, async () => {
  const random = new SeededRandom(20_260_101);
  const all = Array.from(
    { length: accounts },
    (_, i) => new Account(`bot:${i}`, database, clock, new SeededRandom(i)),
  );
  for (const account of all) void account.open();
  const sum = (of: (account: Account) => number) => all.reduce((total, account) => total + of(account), 0);
  while (sum(({ requests }) => requests) < sends) {
    for (let ms = 0; ms < 1_000; ms++) {
      // Not all in the same millisecond.
      if (ms % 50 === 0) for (const account of all) if (random.fraction() < 0.02) account.speak();
      await clock.tick();
    }
    for (const account of all) if (random.fraction() < 0.003) void account.restart();
    if (random.fraction() < 0.02) clock.stepWall((random.fraction() - 0.5) * 7_200_000);
  }
  await clock.advance(600_000 + 15_000);
  await setImmediate();

  expect(Math.max(...all.map(({ starts }) => starts.most))).toBe(limit);
  expect(Math.max(...all.map(({ arrivals }) => arrivals.most))).toBeLessThanOrEqual(limit);
  expect(sum(({ restarts }) => restarts)).toBeGreaterThan(accounts);
  expect(
    sum(({ unanswered }) => unanswered),
    "answered after a message's longest life",
  ).toBe(0);
}, 3_600_000);
