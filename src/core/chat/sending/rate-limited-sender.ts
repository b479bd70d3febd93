import Bottleneck from 'bottleneck';
import { needsOwner } from '../../auth/auth-error.js';
import type { KickChat } from '../../kick/chat.js';
import { KickApiError, RateLimitedError, TokenReplacedError } from '../../kick/kick-api-error.js';
import type { Clock } from '../../primitives/clock.js';
import { KickbotError } from '../../primitives/error.js';
import type { MessageId, UserId } from '../../primitives/ids.js';
import type { Random } from '../../primitives/random.js';
import type { Database } from '../../storage/schema.js';
import type { Logger } from '../../telemetry/logger.js';
import {
  MessageNotSentError,
  type NotSentReason,
  type OutgoingMessage,
  Sender,
  type SentMessage,
} from '../sender.js';
import { AccountGate } from './account-gate.js';
import { AccountWindow, noGap } from './account-window.js';
import { Delivery } from './delivery.js';
import { sendableText, splitMessage } from './message-parts.js';
import { SentLog } from './sent-log.js';

export interface SenderOptions {
  /** Whose window it is; the key of what is remembered over a restart. */
  accountId: string;
  chat: Pick<KickChat, 'sendOnce'>;
  /** `bot`: as the app's bot, into the channel of the token's owner; `user` when left out. */
  type?: 'user' | 'bot';
  database: Database;
  clock: Clock;
  random: Random;
  logger: Logger;
  /** At most `limit` messages in any `windowSeconds`. */
  limit: number;
  windowSeconds: number;
}

/** Messages that wait, of all channels and of one. */
const maximumWaiting = 1_000;
const maximumWaitingPerChannel = 50;
/** Twenty full messages: more than an account may say in one window. */
const maximumLength = 10_000;
const replyLifetimeMs = 30_000;
const lifetimeMs = 600_000;
/** After the first try, where Kick was not reached; the longest pause before the first of them, doubled each time. */
const retries = 3;
const firstRetryMs = 1_000;

interface ChannelQueue {
  readonly limiter: Bottleneck;
  jobs: number;
}

interface Part {
  readonly content: string;
  readonly replyTo: MessageId | undefined;
  readonly tokenIsNew: boolean;
  readonly mayRetry: boolean;
}

type Verdict = 'sent' | 'failed' | 'again' | 'again with the new token' | 'again later';

/**
 * Sends as one account. Each channel's messages go out one by one and in order; channels take turns at the
 * account's window. A retry is a new request for the window and stays ahead of everything else in its channel.
 */
export class RateLimitedSender extends Sender {
  readonly #options: SenderOptions;
  readonly #window: AccountWindow;
  readonly #gate: AccountGate;
  readonly #channels = new Map<UserId, ChannelQueue>();
  readonly #deliveries = new Set<Delivery>();
  #stopped = false;
  #whenEmpty: (() => void)[] = [];

  private constructor(options: SenderOptions, window: AccountWindow) {
    super();
    this.#options = options;
    this.#window = window;
    this.#gate = new AccountGate(options.clock);
  }

  static async open(options: SenderOptions): Promise<RateLimitedSender> {
    const log = new SentLog(options.database, options.accountId);
    return new RateLimitedSender(options, await AccountWindow.open({ ...options, log }));
  }

  async send(message: OutgoingMessage): Promise<readonly SentMessage[]> {
    const text = sendableText(message.content);
    const refusal = this.#refusalOf(text);
    if (refusal !== undefined) throw new MessageNotSentError(refusal);
    return new Promise((resolve, reject) => {
      const delivery: Delivery = new Delivery(message, splitMessage(text), (error) => {
        cancelExpiry();
        this.#gate.leave(delivery);
        this.#deliveries.delete(delivery);
        if (error === undefined) resolve(delivery.sent);
        else reject(error);
        if (this.#deliveries.size === 0) for (const empty of this.#whenEmpty.splice(0)) empty();
      });
      const cancelExpiry = this.#options.clock.schedule(
        message.replyTo === undefined ? lifetimeMs : replyLifetimeMs,
        () => {
          delivery.expired = true;
          if (!delivery.sending) this.#dropOld(delivery);
        },
      );
      this.#deliveries.add(delivery);
      void this.#queue(delivery);
    });
  }

  /**
   * Takes no more messages, goes on for at most `drainMs` with those that wait, and rejects the rest. Its timers
   * do not keep the process alive: stop it before what does.
   */
  async stop({ drainMs }: { drainMs: number }): Promise<void> {
    this.#stopped = true;
    if (this.#deliveries.size > 0) {
      const cancelDeadline = this.#options.clock.schedule(drainMs, () => {
        for (const delivery of this.#deliveries)
          delivery.fail(delivery.sending ? 'outcome_unknown' : 'stopped');
      });
      await new Promise<void>((resolve) => this.#whenEmpty.push(resolve));
      cancelDeadline();
    }
    this.#gate.stop();
    this.#window.stop();
  }

  #refusalOf(text: string): NotSentReason | undefined {
    if (this.#stopped) return 'stopped';
    if (text === '') return 'empty';
    if (text.length > maximumLength) return 'too_long';
    if (this.#deliveries.size >= maximumWaiting) return 'queue_full';
    return undefined;
  }

  /** A channel's limiter lives while it has something to do: ten thousand quiet channels cost nothing. */
  async #queue(delivery: Delivery): Promise<void> {
    const { broadcasterUserId } = delivery.message.channel;
    let queue = this.#channels.get(broadcasterUserId);
    if (queue === undefined) {
      const limiter = new Bottleneck({
        maxConcurrent: 1,
        minTime: noGap,
        highWater: maximumWaitingPerChannel,
        strategy: Bottleneck.strategy.OVERFLOW,
      });
      queue = { limiter, jobs: 0 };
      this.#channels.set(broadcasterUserId, queue);
    }
    queue.jobs++;
    try {
      await queue.limiter.schedule(() => this.#deliver(delivery));
    } catch (cause) {
      if (cause instanceof Bottleneck.BottleneckError) delivery.fail('queue_full');
      else delivery.fail('unavailable', cause);
    }
    if (--queue.jobs === 0) this.#channels.delete(broadcasterUserId);
  }

  async #deliver(delivery: Delivery): Promise<void> {
    for (const [index, content] of delivery.parts.entries()) {
      await this.#sendPart(delivery, content, index === 0 ? delivery.message.replyTo : undefined);
      if (delivery.isOver) return;
    }
    delivery.finish();
  }

  /** Ends when the part was sent or the delivery is over. */
  async #sendPart(delivery: Delivery, content: string, replyTo: MessageId | undefined): Promise<void> {
    const { clock, random } = this.#options;
    const begin = () => {
      delivery.sending = !delivery.isOver && this.#gate.admits(delivery);
      return delivery.sending;
    };
    let tokenIsNew = false;
    let failures = 0;
    for (;;) {
      if (delivery.expired) this.#dropOld(delivery);
      if (!delivery.isOver) await this.#gate.enter(delivery);
      if (delivery.isOver) return;
      const part: Part = { content, replyTo, tokenIsNew, mayRetry: failures < retries };
      const verdict = await this.#window.run(begin, () => this.#request(delivery, part));
      if (verdict === 'sent') return;
      if (verdict !== undefined) tokenIsNew = verdict === 'again with the new token';
      if (verdict === 'again later') {
        const pauseMs = random.fraction() * firstRetryMs * 2 ** failures++;
        await clock.sleep(pauseMs, delivery.signal).catch(() => undefined);
      }
    }
  }

  async #request(delivery: Delivery, { content, replyTo, tokenIsNew, mayRetry }: Part): Promise<Verdict> {
    const { broadcasterUserId } = delivery.message.channel;
    const { type = 'user' } = this.#options;
    const message =
      type === 'user' ? { type, broadcasterUserId, content, replyTo } : { type, content, replyTo };
    try {
      const messageId = await this.#options.chat.sendOnce(message, { tokenIsNew });
      delivery.sent.push({ messageId, content });
      this.#gate.passed(delivery);
      return 'sent';
    } catch (error) {
      if (error instanceof TokenReplacedError) return 'again with the new token';
      if (error instanceof RateLimitedError) {
        this.#pause(error);
        return 'again';
      }
      this.#gate.passed(delivery);
      const reason = reasonFor(error);
      if (reason === 'unavailable' && mayRetry) return 'again later';
      delivery.fail(reason, error);
      return 'failed';
    } finally {
      delivery.sending = false;
    }
  }

  #pause({ retryAfterMs, message }: RateLimitedError): void {
    if (this.#gate.isOpen) this.#options.logger.warn(`Sending pauses: ${message}`);
    this.#gate.close(retryAfterMs * (1 + this.#options.random.fraction() / 10));
  }

  #dropOld(delivery: Delivery): void {
    delivery.fail(this.#gate.isOpen ? 'too_old' : 'rate_limited');
  }
}

function reasonFor(error: unknown): NotSentReason {
  if (!(error instanceof KickApiError)) {
    // Not from Kick's API but from where the token comes from, so nothing was sent.
    const isRefused =
      error instanceof KickbotError && ['auth.login_needed', 'auth.token_refused'].includes(error.code);
    if (isRefused) return 'login_needed';
    return needsOwner(error) ? 'no_token' : 'unavailable';
  }
  switch (error.code) {
    case 'kick.unauthorized':
      return 'login_needed';
    case 'kick.unavailable':
    // The firewall turns requests away by the minute, and before Kick sees them.
    case 'kick.blocked':
      return 'unavailable';
    case 'kick.outcome_unknown':
    case 'kick.unexpected_answer':
      return 'outcome_unknown';
    default:
      return 'refused';
  }
}
