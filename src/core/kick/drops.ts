import { z } from 'zod';
import { type UserId, userId } from '../primitives/ids.js';
import { type AuthorizedHttp, read } from './authorized-http.js';
import { listOf, moment, optionalText } from './fields.js';
import { checkCount, checkNumber } from './limits.js';
import { PagedList } from './paged-list.js';

/** A viewer claimed what a Drops campaign gives away. */
export interface DropsClaim {
  readonly id: string;
  readonly userId: UserId;
  readonly campaignId: string;
  readonly rewardId: string;
  /** The organization's own id of the reward. */
  readonly externalId: string | undefined;
  /** The organization's own word on it; a new claim is `initiated`. */
  readonly externalStatus: string | undefined;
  readonly createdAt: Date | undefined;
  readonly updatedAt: Date | undefined;
}

export interface DropsClaimFilter {
  readonly campaignId?: string;
  readonly userId?: UserId;
  readonly claimId?: string;
  readonly externalStatus?: string;
  /** How many one request asks for, 1 to 1000; 10 where it is not said. */
  readonly pageSize?: number;
  /** Begins with the page this names. */
  readonly cursor?: string;
}

const id = z.union([z.string(), z.number()]).transform(String);

const Claims = z.object({
  data: z.object({
    claims: listOf(
      z
        .object({
          claim_id: id,
          user_id: z.number(),
          campaign_id: id,
          reward_id: id,
          external_id: optionalText,
          external_status: optionalText,
          created_at: moment,
          updated_at: moment,
        })
        .transform(
          (claim): DropsClaim => ({
            id: claim.claim_id,
            userId: userId(claim.user_id),
            campaignId: claim.campaign_id,
            rewardId: claim.reward_id,
            externalId: claim.external_id,
            externalStatus: claim.external_status,
            createdAt: claim.created_at,
            updatedAt: claim.updated_at,
          }),
        ),
    ),
    cursor: id.nullish().transform((value) => value || undefined),
  }),
});

const path = '/public/v1/drops/claims';

/** `/public/v1/drops/claims` (https://docs.kick.com/drops/public-api). Needs the token of an organization's app. */
export class KickDrops {
  constructor(private readonly api: AuthorizedHttp) {}

  claims(filter: DropsClaimFilter = {}): PagedList<DropsClaim> {
    const { campaignId, userId: user_id, claimId, externalStatus, pageSize, cursor: first } = filter;
    checkNumber('pageSize', pageSize, { minimum: 1, maximum: 1000 });
    return new PagedList(async (cursor) => {
      const query = {
        campaign_id: campaignId,
        user_id,
        claim_id: claimId,
        external_status: externalStatus,
        limit: pageSize,
        cursor,
      };
      const { data } = read(await this.api.call({ method: 'GET', path, query }), Claims);
      // The cursor is the last claim's id, and may stand there although no claim comes after it.
      return { items: data.claims, nextCursor: data.claims.length === 0 ? undefined : data.cursor };
    }, first);
  }

  /** Sets the organization's own status of 1 to 100 claims. */
  async updateClaims(claims: readonly Required<Pick<DropsClaim, 'id' | 'externalStatus'>>[]): Promise<void> {
    checkCount('claims', claims, { minimum: 1, maximum: 100 });
    const body = {
      claims: claims.map(({ id, externalStatus }) => ({ claim_id: id, external_status: externalStatus })),
    };
    await this.api.call({ method: 'PATCH', path, body });
  }
}
