import { z } from 'zod';
import { type MessageId, messageId, type UserId } from '../primitives/ids.js';
import { type AuthorizedHttp, dataOf } from './authorized-http.js';
import { type HttpAnswer, requestIdOf } from './http-exchange.js';
import { KickApiError } from './kick-api-error.js';
import { checkLength } from './limits.js';

/** The most characters of one chat message. */
export const maximumMessageLength = 500;

/** A message as the account itself, into any channel; or as the app's bot, into the token's own channel. */
export type ChatMessage = { readonly content: string; readonly replyTo?: MessageId | undefined } & (
  | { readonly type: 'user'; readonly broadcasterUserId: UserId }
  | { readonly type: 'bot' }
);

const Sent = z.object({ is_sent: z.boolean(), message_id: z.string().nullish() });

/** Says and removes things in chats. */
export interface KickChat {
  /** Says one message of 1 to 500 characters. Needs scope `chat:write`. */
  send(message: ChatMessage): Promise<MessageId>;
  /**
   * Like `send`, but never more than one request: when Kick refuses the token it is replaced, and a
   * `TokenReplacedError` asks the caller to send again with `tokenIsNew`.
   */
  sendOnce(message: ChatMessage, options?: { tokenIsNew?: boolean }): Promise<MessageId>;
  /** Removes a message. Needs scope `moderation:chat_message:manage` and a moderator's rights there. */
  delete(id: MessageId): Promise<void>;
}

/** `/public/v1/chat` (https://docs.kick.com/apis/chat). */
export class PublicChat implements KickChat {
  constructor(private readonly api: AuthorizedHttp) {}

  async send(message: ChatMessage): Promise<MessageId> {
    return sentId(await this.api.call(requestFor(message)));
  }

  async sendOnce(message: ChatMessage, { tokenIsNew = false } = {}): Promise<MessageId> {
    return sentId(await this.api.callOnce(requestFor(message), { replaceRefusedToken: !tokenIsNew }));
  }

  async delete(id: MessageId): Promise<void> {
    await this.api.call({ method: 'DELETE', path: `/public/v1/chat/${encodeURIComponent(id)}` });
  }
}

/** Throws a `LimitError` when Kick would not take the text. */
export function checkContent(content: string): void {
  checkLength('content', content, { minimum: 1, maximum: maximumMessageLength });
}

function requestFor(message: ChatMessage) {
  checkContent(message.content);
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
      { status: answer.status, requestId: requestIdOf(answer) },
    );
  }
  if (message_id) return messageId(message_id);
  throw new KickApiError('kick.unexpected_answer', 'Kick sent the message without telling its id.', {
    status: answer.status,
    requestId: requestIdOf(answer),
  });
}
