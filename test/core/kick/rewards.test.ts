import { redemptionId, rewardId } from '../../../src/core/primitives/ids.js';
import { testRows } from './endpoint-rows.js';
import { data, gather, noContent } from './kick-fixture.js';

const reward = {
  id: '01KDXXXXXXXXXXXXXXXXXXXXXB',
  title: 'Song request',
  description: 'one song',
  cost: 500,
  background_color: '#00e701',
  is_enabled: true,
  is_paused: false,
  is_user_input_required: true,
  should_redemptions_skip_request_queue: false,
};
const readReward = {
  id: reward.id,
  title: 'Song request',
  description: 'one song',
  cost: 500,
  backgroundColor: '#00e701',
  isEnabled: true,
  isPaused: false,
  isUserInputRequired: true,
  shouldRedemptionsSkipRequestQueue: false,
};
const redemption = redemptionId('01KDXXXXXXXXXXXXXXXXXXXXXA');

testRows([
  {
    title: '9 rewards',
    call: (kick) => kick.rewards.list(),
    asks: { method: 'GET', url: '/public/v1/channels/rewards' },
    answer: data([{ ...reward, is_paused: null }]),
    result: [readReward],
  },
  {
    title: '10 a new reward',
    call: (kick) =>
      kick.rewards.create({
        title: 'Song request',
        cost: 500,
        isUserInputRequired: true,
        backgroundColor: '#00E701',
      }),
    asks: {
      method: 'POST',
      url: '/public/v1/channels/rewards',
      body: { title: 'Song request', cost: 500, is_user_input_required: true, background_color: '#00E701' },
    },
    answer: data(reward),
    result: readReward,
  },
  {
    title: '11 a changed reward',
    call: (kick) => kick.rewards.update(rewardId(reward.id), { isPaused: true }),
    asks: {
      method: 'PATCH',
      url: `/public/v1/channels/rewards/${reward.id}`,
      body: { is_paused: true },
    },
    answer: data({ ...reward, is_paused: true }),
    result: { ...readReward, isPaused: true },
  },
  {
    title: '12 a removed reward, answered with 204',
    call: (kick) => kick.rewards.delete(rewardId(reward.id)),
    asks: { method: 'DELETE', url: `/public/v1/channels/rewards/${reward.id}` },
    answer: noContent,
  },
  {
    title: '12 a removed reward, answered with 200',
    call: (kick) => kick.rewards.delete(rewardId('a/b')),
    asks: { method: 'DELETE', url: '/public/v1/channels/rewards/a%2Fb' },
    answer: data({}),
  },
  {
    title: '13 redemptions, with the reward of another app',
    call: (kick) =>
      gather(kick.rewards.redemptions.list({ rewardId: rewardId(reward.id), status: 'accepted' })),
    asks: {
      method: 'GET',
      url: `/public/v1/channels/rewards/redemptions?reward_id=${reward.id}&status=accepted`,
    },
    answer: data(
      [
        {
          reward: { id: reward.id, title: 'Song request' },
          redemptions: [
            {
              id: redemption,
              redeemed_at: '2026-01-02T03:04:05.123Z',
              redeemer: { user_id: 3003 },
              status: 'accepted',
              user_input: 'play jazz',
            },
          ],
        },
        { reward: { id: 'unused', title: 'Unused' }, redemptions: null },
      ],
      { pagination: { next_cursor: '' } },
    ),
    result: [
      {
        id: redemption,
        redeemedAt: new Date('2026-01-02T03:04:05.123Z'),
        redeemerUserId: 3003,
        status: 'accepted',
        userInput: 'play jazz',
        reward: {
          id: reward.id,
          title: 'Song request',
          cost: undefined,
          description: undefined,
          canManage: false,
          isDeleted: false,
        },
      },
    ],
  },
  {
    title: '13 redemptions by id',
    call: (kick) => gather(kick.rewards.redemptions.list({ ids: [redemption, redemptionId('b')] })),
    asks: { method: 'GET', url: `/public/v1/channels/rewards/redemptions?id=${redemption}&id=b` },
    answer: data([]),
    result: [],
  },
  {
    title: '14 accepted redemptions, each named once, and the failures',
    call: (kick) => kick.rewards.redemptions.accept([redemption, redemption, redemptionId('b')]),
    asks: {
      method: 'POST',
      url: '/public/v1/channels/rewards/redemptions/accept',
      body: { ids: [redemption, 'b'] },
    },
    answer: data([
      { id: redemption, reason: 'NOT_PENDING' },
      { id: 'b', reason: 'SOMETHING_NEWER' },
    ]),
    result: [
      { id: redemption, reason: 'NOT_PENDING' },
      { id: 'b', reason: 'UNKNOWN' },
    ],
  },
  {
    title: '15 rejected redemptions',
    call: (kick) => kick.rewards.redemptions.reject([redemption]),
    asks: {
      method: 'POST',
      url: '/public/v1/channels/rewards/redemptions/reject',
      body: { ids: [redemption] },
    },
    answer: data([]),
    result: [],
  },
]);
