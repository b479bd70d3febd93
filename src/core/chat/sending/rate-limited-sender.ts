import type { KickChat } from '../../kick/chat.js';
import { RateLimitedError, TokenReplacedError } from '../../kick/kick-api-error.js';
import type { Clock } from '../../primitives/clock.js';
import type { UserId } from '../../primitives/ids.js';
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
import { AccountWindow } from './account-window.js';
import { Delivery } from './delivery.js';
import { sendableText, splitMessage } from './message-parts.js';
import { isForbidden, isKicksWord, mayLackParent, reasonFor } from './send-failure.js';
import { type SenderCounts, Tally } from './sender-counts.js';
import { SentLog } from './sent-log.js';
import { SilentChannels } from './silent-channels.js';
import { WaitingLine } from './waiting-line.js';

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
  /** An answer to a message that is gone is sent as a plain message, or dropped. */
  replyToDeleted: 'send' | 'drop';
}

/** Twenty full messages: more than an account may say in one window. */
const maximumLength = 10_000;
/** After the first try, where Kick was not reached; the longest pause before the first of them, doubled each time. */
const retries = 3;
const firstRetryMs = 1_000;

/**
 * Sends as one account. A channel's messages go out one by one, a plugin's of one priority in order; who goes next
 * at the account's window is for the `WaitingLine` to say, and is asked only when there is a token. A retry is a
 * new request for the window.
 */
export class RateLimitedSender extends Sender {
  readonly #options: SenderOptions;
  readonly #window: AccountWindow;
  readonly #gate: AccountGate;
  readonly #line = new WaitingLine();
  readonly #silent: SilentChannels;
  readonly #tally = new Tally();
  /** A token is asked for already. */
  #asking = false;
  #stopped = false;
  #open = 0;
  #whenEmpty: (() => void)[] = [];

  private constructor(options: SenderOptions, window: AccountWindow) {
    super();
    this.#options = options;
    this.#window = window;
    this.#gate = new AccountGate(options.clock, () => this.#ask());
    this.#silent = new SilentChannels(options.accountId, options.clock, options.logger);
  }

  static async open(options: SenderOptions): Promise<RateLimitedSender> {
    const log = new SentLog(options.database, options.accountId);
    return new RateLimitedSender(options, await AccountWindow.open({ ...options, log }));
  }

  /** What became of the messages so far, and how things stand. */
  get counts(): SenderCounts {
    return {
      ...this.#tally.counts,
      waiting: this.#line.size,
      window: this.#window.use,
      isPaused: !this.#gate.isOpen,
    };
  }

  async send(message: OutgoingMessage): Promise<readonly SentMessage[]> {
    const text = sendableText(message.content);
    const refusal = this.#refusalOf(text, message.channel.broadcasterUserId);
    if (refusal !== undefined) {
      const error = new MessageNotSentError(refusal);
      this.#tally.add(error);
      throw error;
    }
    return new Promise((resolve, reject) => {
      const delivery = new Delivery(message, splitMessage(text), (ended, error) => {
        cancelExpiry();
        this.#ended(ended, error);
        if (error === undefined) resolve(ended.sent);
        else reject(error);
      });
      const cancelExpiry = this.#options.clock.schedule(delivery.lifetimeMs, () => {
        delivery.expired = true;
        if (!delivery.sending) this.#dropOld(delivery);
      });
      this.#open++;
      this.#line.add(delivery)?.fail('queue_full');
      this.#ask();
    });
  }

  /**
   * Takes no more messages, goes on for at most `drainMs` with those that wait, and rejects the rest. Its timers
   * do not keep the process alive: stop it before what does.
   */
  async stop({ drainMs }: { drainMs: number }): Promise<void> {
    this.#stopped = true;
    if (this.#open > 0) {
      const cancelDeadline = this.#options.clock.schedule(drainMs, () => {
        for (const delivery of [...this.#line])
          delivery.fail(delivery.sending ? 'outcome_unknown' : 'stopped');
      });
      await new Promise<void>((resolve) => this.#whenEmpty.push(resolve));
      cancelDeadline();
    }
    this.#gate.stop();
    this.#window.stop();
  }

  #refusalOf(text: string, channel: UserId): NotSentReason | undefined {
    if (this.#stopped) return 'stopped';
    if (text === '') return 'empty';
    if (text.length > maximumLength) return 'too_long';
    return this.#silent.has(channel) ? 'channel_off' : undefined;
  }

  #ended(delivery: Delivery, error: MessageNotSentError | undefined): void {
    this.#line.remove(delivery);
    this.#gate.leave(delivery);
    this.#tally.add(error);
    if (--this.#open === 0) for (const empty of this.#whenEmpty.splice(0)) empty();
    this.#ask();
  }

  /** Asks for one token when somebody could use it. */
  #ask(): void {
    if (this.#asking || !this.#gate.admits || this.#line.next() === undefined) return;
    this.#asking = true;
    void this.#window.turn(
      () => this.#take(),
      (delivery) => this.#request(delivery),
      (delivery) => this.#waitAgain(delivery),
    );
  }

  #take(): Delivery | undefined {
    this.#asking = false;
    const delivery = this.#gate.admits ? this.#line.take() : undefined;
    if (delivery !== undefined) this.#gate.enter(delivery);
    this.#ask();
    return delivery;
  }

  async #request(delivery: Delivery): Promise<void> {
    if (delivery.isOver) return;
    const { chat, type = 'user' } = this.#options;
    const { channel, tokenIsNew } = delivery;
    const part = delivery.next;
    delivery.sending = true;
    try {
      const message = type === 'user' ? { type, broadcasterUserId: channel, ...part } : { type, ...part };
      const messageId = await chat.sendOnce(message, { tokenIsNew });
      delivery.sending = false;
      this.#passed(delivery);
      this.#silent.accepted(delivery.message.channel);
      delivery.partSent({ messageId, content: part.content });
    } catch (error) {
      delivery.sending = false;
      this.#failed(delivery, error);
    }
    if (delivery.expired) this.#dropOld(delivery);
    this.#waitAgain(delivery);
  }

  #waitAgain(delivery: Delivery): void {
    this.#line.release(delivery);
    this.#gate.leave(delivery);
    this.#ask();
  }

  #failed(delivery: Delivery, error: unknown): void {
    if (error instanceof TokenReplacedError) {
      delivery.tokenIsNew = true;
      return;
    }
    delivery.tokenIsNew = false;
    if (error instanceof RateLimitedError) {
      this.#pause(delivery, error);
      return;
    }
    if (isKicksWord(error)) this.#passed(delivery);
    const reason = reasonFor(error);
    if (reason === 'unavailable' && delivery.failures < retries) {
      this.#tryLater(delivery);
    } else if (reason === 'refused' && delivery.next.replyTo !== undefined && mayLackParent(error)) {
      if (this.#options.replyToDeleted === 'drop') delivery.fail('reply_deleted', error);
      else delivery.isPlain = true;
    } else {
      delivery.fail(reason, error);
      if (isForbidden(error)) this.#silence(delivery, error);
    }
  }

  #tryLater(delivery: Delivery): void {
    const { clock, random } = this.#options;
    delivery.paused = true;
    clock.schedule(random.fraction() * firstRetryMs * 2 ** delivery.failures++, () => {
      delivery.paused = false;
      this.#ask();
    });
  }

  #pause(delivery: Delivery, { retryAfterMs, message }: RateLimitedError): void {
    const { logger, random, accountId } = this.#options;
    if (this.#gate.isOpen) logger.warn(`Sending pauses: ${message}`, { account: accountId });
    if (this.#gate.close(delivery, retryAfterMs * (1 + random.fraction() / 10))) this.#window.slowDown();
  }

  #passed(delivery: Delivery): void {
    if (!this.#gate.passed(delivery)) return;
    this.#window.speedUp();
    this.#options.logger.info('Sending goes on.', { account: this.#options.accountId });
  }

  /** The one that Kick refused is not tried again, and what waits behind it would fare no better. */
  #silence({ message: { channel } }: Delivery, cause: unknown): void {
    this.#silent.refused(channel, cause);
    for (const delivery of [...this.#line]) {
      if (delivery.channel === channel.broadcasterUserId) delivery.fail('channel_off', cause);
    }
  }

  #dropOld(delivery: Delivery): void {
    delivery.fail(this.#gate.isOpen ? 'too_old' : 'rate_limited');
  }
}
