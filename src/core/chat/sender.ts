import type { Channel } from '../events/kick-event.js';
import { KickbotError, messageOf } from '../primitives/error.js';
import type { MessageId } from '../primitives/ids.js';

/**
 * What goes first, the most important one before: in a channel and where channels compete for the account's limit.
 * When too much waits, a less important message gives way to a more important one. `moderation` and `reply` are
 * dropped when they could not go out within 30 s, `timer` and `announcement` after 10 minutes.
 */
export type MessagePriority = 'moderation' | 'reply' | 'timer' | 'announcement';

export interface OutgoingMessage {
  readonly channel: Channel;
  /** More than 500 characters go out as several messages; more than 10,000 are refused. */
  readonly content: string;
  /** The message this one answers. */
  readonly replyTo?: MessageId;
  /** `reply` for what has a `replyTo`, otherwise `announcement`, unless told. */
  readonly priority?: MessagePriority;
  /** The plugin that speaks; of equal messages plugins take turns. kickbot fills it in for plugins. */
  readonly plugin?: string;
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

/**
 * What became of a message that was not sent: `dropped` by kickbot without asking Kick, `failed` at Kick or on the
 * way there, or `unknown`, when Kick may have shown it all the same.
 */
export type NotSentOutcome = 'dropped' | 'failed' | 'unknown';

const reasons = {
  empty: ['dropped', 'The message has nothing to show. Send at least one visible character.'],
  too_long: [
    'dropped',
    'The message is longer than an account may say in one go. Send at most 10,000 characters.',
  ],
  no_account: ['dropped', 'No account to send with: the channel is only read.'],
  scope_missing: ['dropped', 'The account may not speak.'],
  queue_full: [
    'dropped',
    'Too many messages wait to be sent. Say less, or spread the channels over several accounts.',
  ],
  too_old: ['dropped', 'The message waited too long to be of use and was dropped.'],
  rate_limited: ['dropped', 'Kick made this account pause, and the message became too old meanwhile.'],
  channel_off: [
    'dropped',
    'Kick lately refused this account in the channel, so nothing is sent there for a minute. Check its rights, and whether the chat is for followers or subscribers only.',
  ],
  reply_deleted: ['dropped', 'The message to be answered is gone, and the answer was dropped with it.'],
  stopped: ['dropped', 'The bot stopped before the message could go out.'],
  login_needed: [
    'failed',
    "Kick does not accept the account's token any more. Run kickbot login for it again.",
  ],
  no_token: ['failed', 'There is no token to send with, and waiting gives none.'],
  unavailable: ['failed', 'Kick could not be reached, in several tries.'],
  refused: ['failed', 'Kick refused the message.'],
  outcome_unknown: [
    'unknown',
    'Kick may or may not have shown the message; it is not sent again, lest it appear twice.',
  ],
} as const satisfies Record<string, readonly [NotSentOutcome, string]>;

/** Why a message, or the rest of one, was not sent. */
export type NotSentReason = keyof typeof reasons;

/**
 * A message that was not sent, or not whole. `code` is `sender.` and the reason; `cause` is what Kick or the
 * network said, where they had a part in it.
 */
export class MessageNotSentError extends KickbotError {
  override readonly name = 'MessageNotSentError';
  readonly reason: NotSentReason;
  readonly outcome: NotSentOutcome;
  /** The parts that had gone out before. */
  readonly sent: readonly SentMessage[];

  constructor(
    reason: NotSentReason,
    { sent = [], cause }: { sent?: readonly SentMessage[]; cause?: unknown } = {},
  ) {
    const why = cause === undefined ? '' : ` (${messageOf(cause)})`;
    const [outcome, sentence] = reasons[reason];
    super(`sender.${reason}`, sentence + why, { cause });
    this.reason = reason;
    this.outcome = outcome;
    this.sent = sent;
  }
}
