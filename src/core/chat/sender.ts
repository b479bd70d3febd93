import type { Channel } from '../events/kick-event.js';
import type { MessageId } from '../primitives/ids.js';

export interface OutgoingMessage {
  readonly channel: Channel;
  /** Any length; more than 500 characters go out as several messages. */
  readonly content: string;
  /** The message this one answers. */
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
