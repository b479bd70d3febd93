import {
  MessageNotSentError,
  type NotSentReason,
  type OutgoingMessage,
  type SentMessage,
} from '../sender.js';

/** One message on its way, from `send()` until it is over: sent whole, or failed for good. */
export class Delivery {
  readonly sent: SentMessage[] = [];
  /** A request of it is under way, or about to be. */
  sending = false;
  /** Its time is up: it fails as soon as no request of it is under way. */
  expired = false;
  readonly #end = new AbortController();

  /** `onEnd` is called once. */
  constructor(
    readonly message: OutgoingMessage,
    readonly parts: readonly string[],
    private readonly onEnd: (error?: MessageNotSentError) => void,
  ) {}

  get isOver(): boolean {
    return this.#end.signal.aborted;
  }

  /** Aborted when it is over. */
  get signal(): AbortSignal {
    return this.#end.signal;
  }

  finish(error?: MessageNotSentError): void {
    if (this.isOver) return;
    this.#end.abort();
    this.onEnd(error);
  }

  fail(reason: NotSentReason, cause?: unknown): void {
    this.finish(new MessageNotSentError(reason, { sent: [...this.sent], cause }));
  }
}
