import type { UserId } from '../primitives/ids.js';
import type { AuthorizedHttp } from './authorized-http.js';
import { KickApiError } from './kick-api-error.js';

/** Someone in someone's channel. */
export interface ChannelMember {
  readonly broadcasterUserId: UserId;
  readonly userId: UserId;
}

export interface Ban extends ChannelMember {
  /** Shown to moderators; at most 100 characters. */
  readonly reason?: string;
}

export interface Timeout extends Ban {
  readonly seconds: number;
}

/** Seven days, the longest timeout. */
const maximumMinutes = 10_080;
const maximumReasonLength = 100;
const path = '/public/v1/moderation/bans';

/**
 * `/public/v1/moderation/bans` (https://docs.kick.com/apis/moderation). Every call needs scope `moderation:ban`
 * and a moderator's rights in the channel.
 */
export class KickModeration {
  constructor(private readonly api: AuthorizedHttp) {}

  /** Bans for good. */
  async ban(ban: Ban): Promise<void> {
    await this.#ban(ban);
  }

  /** Keeps someone from chatting. Kick counts in minutes: the time is rounded up, from 1 minute to 7 days. */
  async timeout({ seconds, ...ban }: Timeout): Promise<void> {
    const minutes = Math.ceil(seconds / 60);
    if (!(minutes >= 1 && minutes <= maximumMinutes)) {
      throw new KickApiError(
        'kick.invalid_request',
        `A timeout lasts more than 0 and at most ${maximumMinutes * 60} seconds, not ${seconds}. Ban for longer.`,
      );
    }
    await this.#ban(ban, minutes);
  }

  /** Ends a ban or a timeout. */
  async unban({ broadcasterUserId, userId }: ChannelMember): Promise<void> {
    await this.api.call({
      method: 'DELETE',
      path,
      body: { broadcaster_user_id: broadcasterUserId, user_id: userId },
    });
  }

  async #ban({ broadcasterUserId, userId, reason }: Ban, minutes?: number): Promise<void> {
    if (reason !== undefined && reason.length > maximumReasonLength) {
      throw new KickApiError(
        'kick.invalid_request',
        `The reason of a ban has at most ${maximumReasonLength} characters; this one has ${reason.length}.`,
      );
    }
    await this.api.call({
      method: 'POST',
      path,
      body: { broadcaster_user_id: broadcasterUserId, user_id: userId, duration: minutes, reason },
    });
  }
}
