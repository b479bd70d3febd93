import type { UserId } from '../primitives/ids.js';
import type { AuthorizedHttp } from './authorized-http.js';
import { checkLength, checkNumber } from './limits.js';

/** Seven days. */
const maximumSeconds = 604_800;

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

/** Keeps people from chatting. Every call needs scope `moderation:ban` and a moderator's rights in the channel. */
export interface KickModeration {
  /** Bans for good. */
  ban(ban: Ban): Promise<void>;
  /** Keeps someone from chatting for a while: from 1 second to 7 days. */
  timeout(timeout: Timeout): Promise<void>;
  /** Ends a ban or a timeout. */
  unban(member: ChannelMember): Promise<void>;
}

const path = '/public/v1/moderation/bans';

/** `/public/v1/moderation/bans` (https://docs.kick.com/apis/moderation). */
export class PublicModeration implements KickModeration {
  constructor(private readonly api: AuthorizedHttp) {}

  async ban(ban: Ban): Promise<void> {
    await this.#ban(ban);
  }

  /** Kick counts in minutes here: the time is rounded up. */
  async timeout(timeout: Timeout): Promise<void> {
    checkTimeout(timeout);
    await this.#ban(timeout, Math.ceil(timeout.seconds / 60));
  }

  async unban({ broadcasterUserId, userId }: ChannelMember): Promise<void> {
    await this.api.call({
      method: 'DELETE',
      path,
      body: { broadcaster_user_id: broadcasterUserId, user_id: userId },
    });
  }

  async #ban({ broadcasterUserId, userId, reason }: Ban, minutes?: number): Promise<void> {
    checkReason(reason);
    await this.api.call({
      method: 'POST',
      path,
      body: { broadcaster_user_id: broadcasterUserId, user_id: userId, duration: minutes, reason },
    });
  }
}

/** Kick's 1 to 10,080 minutes. Less must not become nothing, which is a ban for good. */
export function checkTimeout({ seconds }: Timeout): void {
  checkNumber('seconds', Math.ceil(seconds), { minimum: 1, maximum: maximumSeconds });
}

export function checkReason(reason: string | undefined): void {
  checkLength('reason', reason, { minimum: 0, maximum: 100 });
}
