import type { Channel } from '../events/kick-event.js';
import { KickbotError, messageOf } from '../primitives/error.js';
import type { MessageId } from '../primitives/ids.js';

export interface OutgoingMessage {
  readonly channel: Channel;
  /** More than 500 characters go out as several messages; more than 10,000 are refused. */
  readonly content: string;
  /** The message this one answers. An answer that could not go out within 30 s is dropped. */
  readonly replyTo?: MessageId;
}

export interface SentMessage {
  readonly messageId: MessageId;
  readonly content: string;
}

/** Says things in a channel's chat, within Kick's limits. */
export abstract class Sender {
  /**
   * Queues a message and resolves with what was sent, one entry for each part. Rejects with a
   * `MessageNotSentError` that says why, and what had been sent before.
   */
  abstract send(message: OutgoingMessage): Promise<readonly SentMessage[]>;
}

const sentences = {
  empty: 'The message has nothing to show. Send at least one visible character.',
  too_long: 'The message is longer than an account may say in one go. Send at most 10,000 characters.',
  no_account: 'No account to send with: the channel is only read.',
  scope_missing: 'The account may not speak.',
  login_needed: "Kick does not accept the account's token any more. Run kickbot login for it again.",
  no_token: 'There is no token to send with, and waiting gives none.',
  queue_full: 'Too many messages wait to be sent. Say less, or spread the channels over several accounts.',
  too_old: 'The message waited too long to be of use and was dropped.',
  rate_limited: 'Kick made this account pause, and the message became too old meanwhile.',
  unavailable: 'Kick could not be reached, in several tries.',
  outcome_unknown: 'Kick may or may not have shown the message; it is not sent again, lest it appear twice.',
  refused: 'Kick refused the message.',
  stopped: 'The bot stopped before the message could go out.',
};

/** Why a message, or the rest of one, was not sent. */
export type NotSentReason = keyof typeof sentences;

/**
 * A message that was not sent, or not whole. `code` is `sender.` and the reason; `cause` is what Kick or the
 * network said, where they had a part in it.
 */
export class MessageNotSentError extends KickbotError {
  override readonly name = 'MessageNotSentError';
  readonly reason: NotSentReason;
  /** The parts that had gone out before. */
  readonly sent: readonly SentMessage[];

  constructor(
    reason: NotSentReason,
    { sent = [], cause }: { sent?: readonly SentMessage[]; cause?: unknown } = {},
  ) {
    const why = cause === undefined ? '' : ` (${messageOf(cause)})`;
    super(`sender.${reason}`, sentences[reason] + why, { cause });
    this.reason = reason;
    this.sent = sent;
  }
}
