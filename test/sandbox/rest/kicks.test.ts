import { kicksGifts } from 'kickbot/sandbox';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Api, forbidden, invalid, ok, openApi, unauthorized } from './api.js';

const PATH = '/public/v1/kicks/leaderboard';
const DAY = 24 * 60 * 60 * 1000;

let api: Api;

beforeEach(async () => {
  api = await openApi();
});

afterEach(() => api.close());

const get = (query = '') => api.call('GET', `${PATH}${query}`, { as: 'streamer' });

it('takes user tokens with kicks:read', async () => {
  expect(await api.call('GET', PATH)).toEqual(unauthorized);
  expect(await api.call('GET', PATH, { token: await api.appToken() })).toEqual(unauthorized);
  expect(await api.call('GET', PATH, { as: 'streamer', scopes: ['channel:read'] })).toEqual(forbidden);
});

it('ranks who gave most, in all, in a month and in a week', async () => {
  const { world, channel } = api;
  const { fullSend, rageQuit } = kicksGifts;
  world.giftKicks({ channel, user: 'viewer', gift: rageQuit });
  api.now += 20 * DAY;
  world.giftKicks({ channel, user: 'mod', gift: fullSend });
  world.giftKicks({ channel, user: 'mod', gift: fullSend });
  api.now += 6 * DAY;
  const entry = (rank: number, username: string, amount: number) => ({
    rank,
    user_id: world.user(username).id,
    username,
    gifted_amount: amount,
  });
  const both = [entry(1, 'viewer', 500), entry(2, 'mod', 200)];
  expect(await get()).toEqual(ok({ lifetime: both, month: both, week: [entry(1, 'mod', 200)] }));
  api.now += 6 * DAY;
  expect(await get()).toEqual(ok({ lifetime: both, month: [entry(1, 'mod', 200)], week: [] }));
  expect(await get('?top=1')).toMatchObject({ body: { data: { lifetime: { length: 1 } } } });
});

it('gives 10 where nothing is said, and 1 to 100', async () => {
  for (let giver = 0; giver < 11; giver += 1) {
    const user = api.world.createUser({ username: `fan${giver}` });
    api.world.giftKicks({ channel: api.channel, user, gift: kicksGifts.fullSend });
  }
  expect(await get()).toMatchObject({ body: { data: { lifetime: { length: 10 } } } });
  expect(await get('?top=100')).toMatchObject({ body: { data: { lifetime: { length: 11 } } } });
  for (const top of ['0', '101', 'x']) expect(await get(`?top=${top}`)).toEqual(invalid);
});
