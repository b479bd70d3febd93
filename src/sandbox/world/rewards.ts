import type { ChannelRef, Directory, UserRef } from './directory.js';
import { notFound, Refusal } from './refusal.js';
import type { Channel, Redemption, Reward, RewardSettings } from './state.js';
import { ulid } from './ulid.js';
import type { WorldHappening } from './world-event.js';

/** Disabled ones included. */
const MAX_REWARDS = 15;

export type RewardChange = Partial<RewardSettings>;

/** Why a redemption could not be decided, in Kick's words. */
export type DecisionFailure = 'NOT_FOUND' | 'NOT_OWNED' | 'NOT_PENDING';

interface OfApp {
  channel: ChannelRef;
  /** The app that asks; without one it is the broadcaster, who may do everything. */
  appId?: string | undefined;
}

/** Channel point rewards, and what viewers made of them. */
export class Rewards {
  constructor(
    private readonly directory: Directory,
    private readonly tell: (channel: Channel, happening: WorldHappening) => void,
  ) {}

  create(options: OfApp & { title: string; cost: number } & RewardChange): Reward {
    const { channel: ref, appId, ...settings } = options;
    const { rewards } = this.directory.channel(ref);
    if (rewards.size >= MAX_REWARDS) {
      throw new Refusal('invalid', `A channel has at most ${MAX_REWARDS} rewards.`);
    }
    const reward: Reward = {
      description: '',
      backgroundColor: '#00e701',
      isEnabled: true,
      isPaused: false,
      isInputRequired: false,
      skipsQueue: false,
      ...settings,
      id: ulid(this.directory.now()),
      appId,
      isDeleted: false,
    };
    rewards.set(reward.id, reward);
    return reward;
  }

  update({ channel, rewardId, appId, change }: OfApp & { rewardId: string; change: RewardChange }): Reward {
    return Object.assign(this.#owned(this.directory.channel(channel), rewardId, appId), change);
  }

  /** What was redeemed of it stays. */
  delete({ channel: ref, rewardId, appId }: OfApp & { rewardId: string }): void {
    const channel = this.directory.channel(ref);
    this.#owned(channel, rewardId, appId).isDeleted = true;
    channel.rewards.delete(rewardId);
  }

  redeem(options: { channel: ChannelRef; user: UserRef; rewardId: string; input: string }): Redemption {
    const { rewardId, input } = options;
    const channel = this.directory.channel(options.channel);
    const user = this.directory.user(options.user);
    const reward = channel.rewards.get(rewardId) ?? notFound(`${channel.slug} has no reward ${rewardId}.`);
    if (!reward.isEnabled || reward.isPaused) {
      throw new Refusal('not-allowed', `The reward ${reward.title} cannot be redeemed now.`);
    }
    if (reward.isInputRequired && input.trim() === '') {
      throw new Refusal('invalid', `The reward ${reward.title} needs an input.`);
    }
    const redeemedAt = this.directory.now();
    const redemption: Redemption = {
      id: ulid(redeemedAt),
      reward,
      user,
      input,
      redeemedAt,
      status: reward.skipsQueue ? 'accepted' : 'pending',
    };
    channel.redemptions.push(redemption);
    this.tell(channel, { type: 'reward-redeemed', redemption });
    return redemption;
  }

  /** Accepts or rejects what is pending. Returns why not, where that may not be. */
  decide(
    options: OfApp & { redemptionId: string; status: 'accepted' | 'rejected' },
  ): DecisionFailure | undefined {
    const { redemptionId, appId, status } = options;
    const channel = this.directory.channel(options.channel);
    const redemption = channel.redemptions.find(({ id }) => id === redemptionId);
    if (!redemption) return 'NOT_FOUND';
    if (!owns(appId, redemption.reward)) return 'NOT_OWNED';
    if (redemption.status !== 'pending') return 'NOT_PENDING';
    redemption.status = status;
    this.tell(channel, { type: 'redemption-decided', redemption });
    return undefined;
  }

  #owned(channel: Channel, rewardId: string, appId: string | undefined): Reward {
    const reward = channel.rewards.get(rewardId) ?? notFound(`${channel.slug} has no reward ${rewardId}.`);
    if (!owns(appId, reward)) {
      throw new Refusal('not-allowed', `The reward ${reward.title} was made by another app.`);
    }
    return reward;
  }
}

function owns(appId: string | undefined, reward: Reward): boolean {
  return appId === undefined || reward.appId === appId;
}
