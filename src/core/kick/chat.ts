import { z } from 'zod';
import { type MessageId, messageId, type UserId } from '../primitives/ids.js';
import { type AuthorizedHttp, dataOf } from './authorized-http.js';
import type { HttpAnswer } from './http-exchange.js';
import { KickApiError } from './kick-api-error.js';

/** The most characters of one chat message. */
export const maximumMessageLength = 500;

/** A message as the account itself, into any channel; or as the app's bot, into the token's own channel. */
export type ChatMessage = { readonly content: string; readonly replyTo?: MessageId | undefined } & (
  | { readonly type: 'user'; readonly broadcasterUserId: UserId }
  | { readonly type: 'bot' }
);

const Sent = z.object({ is_sent: z.boolean(), message_id: z.string().nullish() });

/** `/public/v1/chat` (https://docs.kick.com/apis/chat). */
export class KickChat {
  constructor(private readonly api: AuthorizedHttp) {}

  /** Says one message of 1 to 500 characters. Needs scope `chat:write`. */
  async send(message: ChatMessage): Promise<MessageId> {
    return sentId(await this.api.call(requestFor(message)));
  }

  /**
   * Like `send`, but never more than one request: when Kick refuses the token it is replaced, and a
   * `TokenReplacedError` asks the caller to send again with `tokenIsNew`.
   */
  async sendOnce(message: ChatMessage, { tokenIsNew = false } = {}): Promise<MessageId> {
    return sentId(await this.api.callOnce(requestFor(message), { replaceRefusedToken: !tokenIsNew }));
  }

  /** Removes a message. Needs scope `moderation:chat_message:manage` and a moderator's rights there. */
  async delete(id: MessageId): Promise<void> {
    await this.api.call({ method: 'DELETE', path: `/public/v1/chat/${encodeURIComponent(id)}` });
  }
}

function requestFor(message: ChatMessage) {
  // Code points: the smaller of the two counts that "characters" can mean; Kick refuses what it counts otherwise.
  const length = [...message.content].length;
  if (length === 0 || length > maximumMessageLength) {
    throw new KickApiError(
      'kick.invalid_request',
      `A chat message has 1 to ${maximumMessageLength} characters; this one has ${length}.`,
    );
  }
  return {
    method: 'POST',
    path: '/public/v1/chat',
    body: {
      content: message.content,
      type: message.type,
      broadcaster_user_id: message.type === 'user' ? message.broadcasterUserId : undefined,
      reply_to_message_id: message.replyTo,
    },
  } as const;
}

function sentId(answer: HttpAnswer): MessageId {
  const { is_sent, message_id } = dataOf(answer, Sent);
  if (!is_sent) {
    throw new KickApiError(
      'kick.message_not_sent',
      'Kick accepted the message and then did not send it. Check whether the channel allows it from this account.',
      { status: answer.status },
    );
  }
  if (message_id) return messageId(message_id);
  throw new KickApiError('kick.unexpected_answer', 'Kick sent the message without telling its id.', {
    status: answer.status,
  });
}
