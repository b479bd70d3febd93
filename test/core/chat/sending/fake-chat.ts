import type { ChatMessage } from '../../../../src/core/kick/chat.js';
import {
  channelId,
  chatroomId,
  type MessageId,
  messageId,
  userId,
} from '../../../../src/core/primitives/ids.js';

/** Answers `sendOnce` as told, and remembers what was asked when. */
export class FakeChat {
  readonly requests: { content: string; startedAt: number; message: ChatMessage; tokenIsNew: boolean }[] = [];
  answer: (content: string) => unknown = () => undefined;

  get contents(): string[] {
    return this.requests.map(({ content }) => content);
  }

  async sendOnce(message: ChatMessage, { tokenIsNew = false } = {}): Promise<MessageId> {
    const { content } = message;
    this.requests.push({ content, startedAt: performance.now(), message, tokenIsNew });
    await this.answer(content);
    return messageId(`id of ${content}`);
  }
}

export function channelNumber(number: number) {
  return {
    slug: `channel-${number}`,
    broadcasterUserId: userId(number),
    channelId: channelId(number + 1_000_000),
    chatroomId: chatroomId(number + 2_000_000),
  };
}

/** The largest number of moments in any half-open span of that length. */
export function mostWithin(spanMs: number, moments: readonly number[]): number {
  const sorted = [...moments].sort((a, b) => a - b);
  let most = 0;
  let first = 0;
  for (const [index, moment] of sorted.entries()) {
    while (moment - (sorted[first] ?? moment) >= spanMs) first++;
    most = Math.max(most, index - first + 1);
  }
  return most;
}
