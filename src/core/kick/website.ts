import { z } from 'zod';
import { type ChatroomId, type MessageId, messageId, type UserId } from '../primitives/ids.js';
import { type ApiRequest, type AuthorizedHttp, dataOf } from './authorized-http.js';
import { type ChatMessage, checkContent, type KickChat } from './chat.js';
import type { HttpAnswer } from './http-exchange.js';
import { KickApiError } from './kick-api-error.js';
import {
  type Ban,
  type ChannelMember,
  checkReason,
  checkTimeout,
  type KickModeration,
  type Timeout,
} from './moderation.js';

/** What the website's endpoints call a channel by. */
export interface WebsiteChannel {
  readonly slug: string;
  readonly chatroomId: ChatroomId;
}

/** Finds the channel of a broadcaster; rejects with a `KickbotError` where it cannot. */
export type FindWebsiteChannel = (broadcaster: UserId) => Promise<WebsiteChannel>;

const Sent = z.object({ id: z.string() });

/**
 * The endpoints that kick.com itself writes with, older than the official API and documented nowhere. No public
 * client was seen using them with OAuth tokens.
 */
class Website {
  constructor(
    private readonly http: AuthorizedHttp,
    readonly channelOf: FindWebsiteChannel,
  ) {}

  async call(request: ApiRequest): Promise<HttpAnswer> {
    try {
      // A refusal here says nothing about the token: a new one for each would wear out the refresh token.
      return await this.http.callOnce(request, { replaceRefusedToken: false });
    } catch (error) {
      if (!(error instanceof KickApiError && error.code === 'kick.unauthorized')) throw error;
      const { status, requestId } = error;
      throw new KickApiError(
        'kick.forbidden',
        `Kick's website does not take this account's token for ${request.method} ${request.path}. Set kick.api to 'public'.`,
        { status, requestId, cause: error },
      );
    }
  }
}

/** `/api/v2/messages` of kick.com. */
export class WebsiteChat implements KickChat {
  readonly #website: Website;

  constructor(http: AuthorizedHttp, channelOf: FindWebsiteChannel) {
    this.#website = new Website(http, channelOf);
  }

  /** A reply goes out as a message like any other: the website wants the whole message it answers, not its id. */
  async send(message: ChatMessage): Promise<MessageId> {
    checkContent(message.content);
    if (message.type === 'bot') {
      throw new KickApiError(
        'kick.invalid_request',
        "Kick's website does not let an app's bot speak. Set kick.api to 'public', or send as the account.",
      );
    }
    const { chatroomId } = await this.#website.channelOf(message.broadcasterUserId);
    const answer = await this.#website.call({
      method: 'POST',
      path: `/api/v2/messages/send/${chatroomId}`,
      body: { content: message.content, type: 'message' },
    });
    return messageId(dataOf(answer, Sent).id);
  }

  sendOnce(message: ChatMessage): Promise<MessageId> {
    return this.send(message);
  }

  async delete(id: MessageId): Promise<void> {
    await this.#website.call({ method: 'DELETE', path: `/api/v2/messages/${encodeURIComponent(id)}` });
  }
}

/** `/api/v2/channels/{channel}` of kick.com; a ban or timeout ends through the official API. */
export class WebsiteModeration implements KickModeration {
  readonly #website: Website;

  constructor(
    http: AuthorizedHttp,
    channelOf: FindWebsiteChannel,
    private readonly official: KickModeration,
  ) {
    this.#website = new Website(http, channelOf);
  }

  async ban({ broadcasterUserId, userId, reason }: Ban): Promise<void> {
    checkReason(reason);
    await this.#post(broadcasterUserId, 'bans', { user_id: userId, reason });
  }

  /** The website counts in seconds, and takes no reason. */
  async timeout(timeout: Timeout): Promise<void> {
    checkTimeout(timeout);
    const { broadcasterUserId, userId, seconds } = timeout;
    await this.#post(broadcasterUserId, 'timeout', { user_id: userId, duration: Math.ceil(seconds) });
  }

  unban(member: ChannelMember): Promise<void> {
    return this.official.unban(member);
  }

  async #post(broadcaster: UserId, action: 'bans' | 'timeout', body: object): Promise<void> {
    const { slug } = await this.#website.channelOf(broadcaster);
    const path = `/api/v2/channels/${encodeURIComponent(slug)}/${action}`;
    await this.#website.call({ method: 'POST', path, body });
  }
}
