import type { Redemption, Reward } from 'kickbot/sandbox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Api, forbidden, invalid, nextCursor, ok, openApi, page, unauthorized } from './api.js';

const PATH = '/public/v1/channels/rewards/redemptions';
const MISSING = '01KDXXXXXXXXXXXXXXXXXXXXXA';

let api: Api;
let reward: Reward;

beforeEach(async () => {
  api = await openApi();
  const { sandbox, world, channel } = api;
  reward = world.rewards.create({
    channel,
    appId: sandbox.app.id,
    title: 'Song request',
    cost: 500,
    description: 'one song',
  });
});

afterEach(() => api.close());

const redeem = (title = 'Song request', input = 'play jazz') =>
  api.world.redeemReward({ channel: api.channel, user: 'viewer', title, input });
const get = (query = '') => api.call('GET', `${PATH}${query}`, { as: 'streamer' });
const decide = (action: 'accept' | 'reject', ids: unknown) =>
  api.call('POST', `${PATH}/${action}`, { as: 'streamer', body: { ids } });
const ids = (redemptions: Redemption[]) => redemptions.map(({ id }) => expect.objectContaining({ id }));

it.each([
  ['GET', PATH],
  ['POST', `${PATH}/accept`],
  ['POST', `${PATH}/reject`],
])('%s %s takes user tokens with the scope for rewards', async (method, path) => {
  expect(await api.call(method, path)).toEqual(unauthorized);
  expect(await api.call(method, path, { token: await api.appToken() })).toEqual(unauthorized);
  expect(await api.call(method, path, { as: 'streamer', scopes: ['channel:read'] })).toEqual(forbidden);
  const read = await api.call(method, path, { as: 'streamer', scopes: ['channel:rewards:read'] });
  expect(read.status).toBe(method === 'GET' ? 200 : 403);
});

describe('GET /public/v1/channels/rewards/redemptions', () => {
  it('groups what is pending by reward', async () => {
    const [one, two] = [redeem(), redeem('Song request', 'no, blues')];
    expect(await get()).toEqual(
      page([
        {
          reward: {
            id: reward.id,
            title: 'Song request',
            cost: 500,
            description: 'one song',
            can_manage: true,
            is_deleted: false,
          },
          redemptions: [
            {
              id: one.id,
              redeemed_at: '2026-11-22T00:00:00.000Z',
              redeemer: { user_id: api.world.user('viewer').id },
              status: 'pending',
              user_input: 'play jazz',
            },
            expect.objectContaining({ id: two.id, user_input: 'no, blues' }),
          ],
        },
      ]),
    );
  });

  it('says little of a reward that is not the app’s, and keeps those of deleted ones', async () => {
    redeem('Hydrate');
    redeem();
    api.world.rewards.delete({ channel: api.channel, rewardId: reward.id });
    const [hydrate] = api.channel.rewards.keys();
    expect(await get()).toMatchObject({
      body: { data: [{ reward: { title: 'Hydrate' } }, { reward: { id: reward.id, is_deleted: true } }] },
    });
    expect(await get(`?reward_id=${hydrate}`)).toMatchObject({ body: { data: { length: 1 } } });
    const { body } = await get(`?reward_id=${hydrate}`);
    expect(body).toHaveProperty('data.0.reward', { id: hydrate, title: 'Hydrate', is_deleted: false });
  });

  it('filters by status, or gives the named ones whatever their status', async () => {
    const [one, two] = [redeem(), redeem()];
    await decide('accept', [one.id]);
    const group = (...redemptions: Redemption[]) =>
      page([expect.objectContaining({ redemptions: ids(redemptions) })]);
    expect(await get()).toEqual(group(two));
    expect(await get('?status=accepted')).toEqual(group(one));
    expect(await get('?status=rejected')).toEqual(page([]));
    expect(await get(`?id=${one.id}&id=${two.id}&id=${MISSING}`)).toEqual(group(one, two));
  });

  it('goes on where its cursor says, though what came before is decided meanwhile', async () => {
    const all = Array.from({ length: 30 }, () => redeem());
    const begin = await get();
    expect(begin).toEqual(
      page([{ reward: expect.anything(), redemptions: ids(all.slice(0, 25)) }], nextCursor(begin)),
    );
    await decide(
      'accept',
      all.slice(0, 10).map(({ id }) => id),
    );
    expect(await get(`?cursor=${nextCursor(begin)}`)).toEqual(
      page([{ reward: expect.anything(), redemptions: ids(all.slice(25)) }]),
    );
  });

  it.each(['status=done', 'reward_id=1', 'id=1', 'cursor=made-up', `id=${MISSING}&status=pending`])(
    'refuses %s',
    async (query) => {
      expect(await get(`?${query}`)).toEqual(invalid);
    },
  );
});

describe('POST …/redemptions/accept and /reject', () => {
  it('decides, and lists nothing where all went well', async () => {
    const [one, two] = [redeem(), redeem()];
    expect(await decide('accept', [one.id])).toEqual(ok([]));
    expect(await decide('reject', [two.id])).toEqual(ok([]));
    expect([one.status, two.status]).toEqual(['accepted', 'rejected']);
  });

  it('lists what could not be decided, and why', async () => {
    const [done, good, foreign] = [redeem(), redeem(), redeem('Hydrate')];
    await decide('accept', [done.id]);
    expect(await decide('reject', [done.id, good.id, foreign.id, MISSING])).toEqual(
      ok([
        { id: done.id, reason: 'NOT_PENDING' },
        { id: foreign.id, reason: 'NOT_OWNED' },
        { id: MISSING, reason: 'NOT_FOUND' },
      ]),
    );
    expect([done.status, good.status, foreign.status]).toEqual(['accepted', 'rejected', 'pending']);
  });

  it('takes 1 to 25 ids, each once', async () => {
    const all = Array.from({ length: 26 }, () => redeem().id);
    for (const wrong of [[], all, [all[0], all[0]], ['1'], undefined]) {
      expect(await decide('accept', wrong)).toEqual(invalid);
    }
    expect(await decide('accept', all.slice(0, 25))).toEqual(ok([]));
  });
});

describe('redeeming', () => {
  it('is accepted at once where the reward skips the queue', () => {
    api.world.rewards.update({ channel: api.channel, rewardId: reward.id, change: { skipsQueue: true } });
    expect(redeem().status).toBe('accepted');
  });

  it.each([
    ['is disabled', { isEnabled: false }],
    ['is paused', { isPaused: true }],
    ['needs an input', { isInputRequired: true }],
  ])('is refused where the reward %s', (_, change) => {
    api.world.rewards.update({ channel: api.channel, rewardId: reward.id, change });
    expect(() => redeem('Song request', '')).toThrow('Song request');
    expect(api.channel.redemptions).toHaveLength(0);
  });
});
