import { z } from 'zod';
import { messageId } from '../../primitives/ids.js';
import type { ChatMessageSent, ChatSender } from '../kick-event.js';
import { badgesOf, isRecord } from '../realtime/chat-message.js';
import { type Decode, presentUserId, timeOf } from '../realtime/fields.js';
import { eventUser } from './fields.js';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** `chat.message.sent`. Written by hand like its realtime twin: it runs for each message. */
export const chatMessage: Decode = (data, { channel, receivedAt }): ChatMessageSent | undefined => {
  if (!isRecord(data)) return undefined;
  const { message_id, content, replies_to, created_at } = data;
  const sender = senderOf(data.sender);
  if (typeof message_id !== 'string' || message_id === '' || typeof content !== 'string' || !sender) {
    return undefined;
  }
  const isReply = isRecord(replies_to);
  const event: Mutable<ChatMessageSent> = {
    type: 'chat.message.sent',
    channel,
    createdAt: timeOf(created_at) ?? new Date(receivedAt),
    messageId: messageId(message_id),
    content,
    sender,
    // Webhooks have no kind of their own.
    kind: isReply ? 'reply' : 'message',
    raw: data,
  };
  const replyTo = isReply ? repliedMessage(replies_to) : undefined;
  if (replyTo !== undefined) event.replyTo = replyTo;
  return event;
};

function senderOf(data: unknown): ChatSender | undefined {
  if (!isRecord(data)) return undefined;
  const { username, channel_slug, identity } = data;
  const id = presentUserId(data.user_id);
  if (id === undefined || typeof username !== 'string') return undefined;
  const { username_color, badges } = isRecord(identity) ? identity : noIdentity;
  const sender: Mutable<ChatSender> = { id, username, badges: badgesOf(badges) };
  if (typeof channel_slug === 'string' && channel_slug !== '') sender.slug = channel_slug;
  if (typeof username_color === 'string' && username_color !== '') sender.color = username_color;
  return sender;
}

const noIdentity: Readonly<Record<string, unknown>> = {};

const Reply = z.object({ message_id: z.string().min(1), content: z.string(), sender: eventUser });

function repliedMessage(data: unknown): ChatMessageSent['replyTo'] {
  const reply = Reply.safeParse(data).data;
  if (reply === undefined) return undefined;
  const { message_id, content, sender } = reply;
  return { messageId: messageId(message_id), content, sender };
}
