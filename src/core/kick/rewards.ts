import { z } from 'zod';
import { type RewardId, rewardId } from '../primitives/ids.js';
import { type AuthorizedHttp, dataOf } from './authorized-http.js';
import { count, flag, listOf, text } from './fields.js';
import { KickApiError } from './kick-api-error.js';
import { checkLength, checkNumber } from './limits.js';
import { KickRedemptions } from './redemptions.js';

/** Something viewers get for channel points. */
export interface Reward {
  readonly id: RewardId;
  readonly title: string;
  readonly description: string;
  /** In channel points. */
  readonly cost: number;
  /** `#rrggbb`. */
  readonly backgroundColor: string;
  readonly isEnabled: boolean;
  readonly isPaused: boolean;
  readonly isUserInputRequired: boolean;
  /** Its redemptions are accepted at once. */
  readonly shouldRedemptionsSkipRequestQueue: boolean;
}

export interface NewReward {
  /** 1 to 50 characters. */
  readonly title: string;
  /** From 1 channel point. */
  readonly cost: number;
  /** At most 200 characters. */
  readonly description?: string;
  /** `#rrggbb`; Kick's green where it is not said. */
  readonly backgroundColor?: string;
  /** True where it is not said. */
  readonly isEnabled?: boolean;
  /** False where it is not said, like the next. */
  readonly isUserInputRequired?: boolean;
  readonly shouldRedemptionsSkipRequestQueue?: boolean;
}

export interface RewardChanges extends Partial<NewReward> {
  readonly isPaused?: boolean;
}

const RewardAnswer = z
  .object({
    id: z.string(),
    title: z.string(),
    description: text,
    cost: count,
    background_color: text,
    is_enabled: flag,
    is_paused: flag,
    is_user_input_required: flag,
    should_redemptions_skip_request_queue: flag,
  })
  .transform(
    (reward): Reward => ({
      id: rewardId(reward.id),
      title: reward.title,
      description: reward.description,
      cost: reward.cost,
      backgroundColor: reward.background_color,
      isEnabled: reward.is_enabled,
      isPaused: reward.is_paused,
      isUserInputRequired: reward.is_user_input_required,
      shouldRedemptionsSkipRequestQueue: reward.should_redemptions_skip_request_queue,
    }),
  );

const path = '/public/v1/channels/rewards';

/**
 * `/public/v1/channels/rewards` of the account's own channel (https://docs.kick.com/apis/channel-rewards). Reading
 * needs scope `channel:rewards:read` or `channel:rewards:write`, everything else `channel:rewards:write`.
 */
export class KickRewards {
  readonly redemptions: KickRedemptions;

  constructor(private readonly api: AuthorizedHttp) {
    this.redemptions = new KickRedemptions(api);
  }

  /** All of the channel, also those that other apps made. */
  async list(): Promise<readonly Reward[]> {
    return dataOf(await this.api.call({ method: 'GET', path }), listOf(RewardAnswer));
  }

  /** A channel has at most 15, disabled ones counted. */
  async create(reward: NewReward): Promise<Reward> {
    const body = bodyOf(reward);
    return dataOf(await this.api.call({ method: 'POST', path, body }), RewardAnswer);
  }

  /** Changes a reward that this app made. */
  async update(id: RewardId, changes: RewardChanges): Promise<Reward> {
    const body = bodyOf(changes);
    if (Object.values(body).every((value) => value === undefined)) {
      throw new KickApiError('kick.invalid_request', 'Name at least one change of the reward.');
    }
    return dataOf(await this.api.call({ method: 'PATCH', path: pathOf(id), body }), RewardAnswer);
  }

  /** Removes a reward that this app made. */
  async delete(id: RewardId): Promise<void> {
    await this.api.call({ method: 'DELETE', path: pathOf(id) });
  }
}

function pathOf(id: RewardId): string {
  return `${path}/${encodeURIComponent(id)}`;
}

function bodyOf(reward: RewardChanges) {
  checkLength('title', reward.title, { minimum: 1, maximum: 50 });
  checkNumber('cost', reward.cost, { minimum: 1 });
  checkLength('description', reward.description, { minimum: 0, maximum: 200 });
  const color = reward.backgroundColor;
  if (color !== undefined && !/^#[0-9a-f]{6}$/i.test(color)) {
    throw new KickApiError('kick.invalid_request', `backgroundColor must be like #00e701, not "${color}".`);
  }
  return {
    title: reward.title,
    cost: reward.cost,
    description: reward.description,
    background_color: color,
    is_enabled: reward.isEnabled,
    is_paused: reward.isPaused,
    is_user_input_required: reward.isUserInputRequired,
    should_redemptions_skip_request_queue: reward.shouldRedemptionsSkipRequestQueue,
  };
}
