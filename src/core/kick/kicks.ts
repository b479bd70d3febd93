import { z } from 'zod';
import { type UserId, userId } from '../primitives/ids.js';
import { type AuthorizedHttp, dataOf } from './authorized-http.js';
import { listOf } from './fields.js';
import { checkNumber } from './limits.js';

export interface LeaderboardEntry {
  /** 1 for who gave the most. */
  readonly rank: number;
  readonly userId: UserId;
  readonly username: string;
  /** In KICKs. */
  readonly giftedAmount: number;
}

export interface KicksLeaderboard {
  readonly lifetime: readonly LeaderboardEntry[];
  readonly month: readonly LeaderboardEntry[];
  readonly week: readonly LeaderboardEntry[];
}

const entries = listOf(
  z
    .object({ rank: z.number(), user_id: z.number(), username: z.string(), gifted_amount: z.number() })
    .transform(
      (entry): LeaderboardEntry => ({
        rank: entry.rank,
        userId: userId(entry.user_id),
        username: entry.username,
        giftedAmount: entry.gifted_amount,
      }),
    ),
);
const Leaderboard = z.object({ lifetime: entries, month: entries, week: entries });

/** `/public/v1/kicks` of the account's own channel (https://docs.kick.com/apis/kicks). */
export class KickKicks {
  constructor(private readonly api: AuthorizedHttp) {}

  /** Who gave the most KICKs: the first 10, or 1 to 100. Needs a user's token with scope `kicks:read`. */
  async leaderboard({ top }: { top?: number } = {}): Promise<KicksLeaderboard> {
    checkNumber('top', top, { minimum: 1, maximum: 100 });
    const query = { top };
    return dataOf(
      await this.api.call({ method: 'GET', path: '/public/v1/kicks/leaderboard', query }),
      Leaderboard,
    );
  }
}
