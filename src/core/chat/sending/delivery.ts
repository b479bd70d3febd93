import type { UserId } from '../../primitives/ids.js';
import {
  MessageNotSentError,
  type MessagePriority,
  type NotSentReason,
  type OutgoingMessage,
  type SentMessage,
} from '../sender.js';

/** The most important one first. */
const priorities: readonly MessagePriority[] = ['moderation', 'reply', 'timer', 'announcement'];
const lifetimesMs: Record<MessagePriority, number> = {
  moderation: 30_000,
  reply: 30_000,
  timer: 600_000,
  announcement: 600_000,
};

/** One message on its way, from `send()` until it is over: sent whole, or failed for good. */
export class Delivery {
  /** 0 is the most important. */
  readonly rank: number;
  readonly lifetimeMs: number;
  readonly sent: SentMessage[] = [];
  /** It had its turn before, and goes on before others of its channel that are as important. */
  begun = false;
  /** A request of it is under way. */
  sending = false;
  /** Its time is up: it fails as soon as no request of it is under way. */
  expired = false;
  /** It waits before it is tried again. */
  paused = false;
  /** The message it answers is gone, so it goes out as any other. */
  isPlain = false;
  /** For the part that is next: its token was replaced, and how often Kick was not reached. */
  tokenIsNew = false;
  failures = 0;
  #isOver = false;

  /** `onEnd` is called once. */
  constructor(
    readonly message: OutgoingMessage,
    private readonly parts: readonly string[],
    private readonly onEnd: (delivery: Delivery, error?: MessageNotSentError) => void,
  ) {
    const { replyTo, priority = replyTo === undefined ? 'announcement' : 'reply' } = message;
    this.rank = priorities.indexOf(priority);
    this.lifetimeMs = lifetimesMs[priority];
  }

  get channel(): UserId {
    return this.message.channel.broadcasterUserId;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** What to send next. Only the first part is an answer. */
  get next() {
    const isFirst = this.sent.length === 0;
    return {
      content: this.parts[this.sent.length] ?? '',
      replyTo: isFirst && !this.isPlain ? this.message.replyTo : undefined,
    };
  }

  /** Its next part was sent. */
  partSent(part: SentMessage): void {
    this.sent.push(part);
    this.tokenIsNew = false;
    this.failures = 0;
    if (this.sent.length === this.parts.length) this.#end();
  }

  fail(reason: NotSentReason, cause?: unknown): void {
    this.#end(new MessageNotSentError(reason, { sent: [...this.sent], cause }));
  }

  #end(error?: MessageNotSentError): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.onEnd(this, error);
  }
}
