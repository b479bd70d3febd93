import { z } from 'zod';
import {
  type RedemptionId,
  type RewardId,
  redemptionId,
  rewardId,
  type UserId,
  userId,
} from '../primitives/ids.js';
import { type AuthorizedHttp, dataOf, pageOf, type Query } from './authorized-http.js';
import { flag, listOf, moment, optionalText, text } from './fields.js';
import { checkCount } from './limits.js';
import { PagedList } from './paged-list.js';

export type RedemptionStatus = 'pending' | 'accepted' | 'rejected';

/** A viewer spent channel points. */
export interface Redemption {
  readonly id: RedemptionId;
  readonly redeemedAt: Date | undefined;
  readonly redeemerUserId: UserId;
  readonly status: RedemptionStatus;
  readonly userInput: string;
  readonly reward: {
    readonly id: RewardId;
    readonly title: string;
    /** This and the description are missing where another app made the reward. */
    readonly cost: number | undefined;
    readonly description: string | undefined;
    readonly canManage: boolean;
    readonly isDeleted: boolean;
  };
}

/** By id, or by reward and status; without a status, the pending ones. */
export type RedemptionFilter =
  | { readonly ids: readonly RedemptionId[] }
  | {
      readonly ids?: undefined;
      readonly rewardId?: RewardId;
      readonly status?: RedemptionStatus;
      /** Begins with the page this names. */
      readonly cursor?: string;
    };

/** A redemption that stayed as it was, and why. */
export interface RedemptionFailure {
  readonly id: RedemptionId;
  readonly reason: 'NOT_PENDING' | 'NOT_FOUND' | 'NOT_OWNED' | 'UNKNOWN';
}

const Groups = listOf(
  z.object({
    reward: z
      .object({
        id: z.string(),
        title: text,
        cost: z.number().nullish(),
        description: optionalText,
        can_manage: flag,
        is_deleted: flag,
      })
      .transform(({ id, title, cost, description, can_manage, is_deleted }): Redemption['reward'] => ({
        id: rewardId(id),
        title,
        cost: cost ?? undefined,
        description,
        canManage: can_manage,
        isDeleted: is_deleted,
      })),
    redemptions: listOf(
      z
        .object({
          id: z.string(),
          redeemed_at: moment,
          redeemer: z.object({ user_id: z.number() }),
          status: z.enum(['pending', 'accepted', 'rejected']),
          user_input: text,
        })
        .transform(
          ({ id, redeemed_at, redeemer, status, user_input }): Omit<Redemption, 'reward'> => ({
            id: redemptionId(id),
            redeemedAt: redeemed_at,
            redeemerUserId: userId(redeemer.user_id),
            status,
            userInput: user_input,
          }),
        ),
    ),
  }),
).transform((groups): readonly Redemption[] =>
  groups.flatMap(({ reward, redemptions }) => redemptions.map((redemption) => ({ ...redemption, reward }))),
);

const Failures = listOf(
  z
    .object({
      id: z.string(),
      reason: z.enum(['NOT_PENDING', 'NOT_FOUND', 'NOT_OWNED', 'UNKNOWN']).catch('UNKNOWN'),
    })
    .transform(({ id, reason }): RedemptionFailure => ({ id: redemptionId(id), reason })),
);

const path = '/public/v1/channels/rewards/redemptions';

/** `/public/v1/channels/rewards/redemptions` of the account's own channel. */
export class KickRedemptions {
  constructor(private readonly api: AuthorizedHttp) {}

  /** Needs scope `channel:rewards:read` or `channel:rewards:write`. */
  list(filter: RedemptionFilter = {}): PagedList<Redemption> {
    const { ids } = filter;
    checkCount('ids', ids, { minimum: 1 });
    if (ids !== undefined) return new PagedList((cursor) => this.#page({ id: ids, cursor }));
    const { rewardId: reward_id, status, cursor: first } = filter;
    return new PagedList((cursor) => this.#page({ reward_id, status, cursor }), first);
  }

  /**
   * Lets viewers have what they paid for: 1 to 25 redemptions. Returns those that could not be accepted; none means
   * that all were. Needs scope `channel:rewards:write`.
   */
  async accept(ids: readonly RedemptionId[]): Promise<readonly RedemptionFailure[]> {
    return this.#decide('accept', ids);
  }

  /** Like `accept`, but gives the points back. */
  async reject(ids: readonly RedemptionId[]): Promise<readonly RedemptionFailure[]> {
    return this.#decide('reject', ids);
  }

  async #page(query: Query) {
    return pageOf(await this.api.call({ method: 'GET', path, query }), Groups);
  }

  async #decide(
    decision: 'accept' | 'reject',
    repeated: readonly RedemptionId[],
  ): Promise<readonly RedemptionFailure[]> {
    const ids = [...new Set(repeated)];
    checkCount('ids', ids, { minimum: 1, maximum: 25 });
    const answer = await this.api.call({ method: 'POST', path: `${path}/${decision}`, body: { ids } });
    return dataOf(answer, Failures);
  }
}
