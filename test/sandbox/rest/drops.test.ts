import type { DropClaim } from 'kickbot/sandbox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Api, invalid, noContent, notFound, ok, openApi } from './api.js';

const PATH = '/public/v1/drops/claims';
const CAMPAIGN = '01JAXK8N4QWRTY5PM7ZEBVJDS8';
const unauthorized = { status: 401, body: { data: null, message: 'Unauthorized' } };

let api: Api;
let token: string;

beforeEach(async () => {
  api = await openApi();
  api.sandbox.app.organization = true;
  token = await api.appToken();
});

afterEach(() => api.close());

const claim = (campaignId = CAMPAIGN, appId = api.sandbox.app.id): DropClaim =>
  api.world.drops.claim({
    appId,
    userId: api.world.user('viewer').id,
    campaignId,
    rewardId: '01KDXXXXXXXXXXXXXXXXXXXXXB',
    externalId: 'golden-sword',
  });
const get = (query = '') => api.call('GET', `${PATH}?${query}`, { token });
const patch = (claims: unknown) => api.call('PATCH', PATH, { token, body: { claims } });
const found = (claims: DropClaim[], cursor = '') =>
  ok({ claims: claims.map(({ id }) => expect.objectContaining({ claim_id: id })), cursor });

it.each(['GET', 'PATCH'])('%s takes the app tokens of organizations only', async (method) => {
  expect(await api.call(method, PATH)).toEqual(unauthorized);
  expect(await api.call(method, PATH, { as: 'streamer' })).toEqual(unauthorized);
  api.sandbox.app.organization = false;
  expect(await api.call(method, PATH, { token })).toEqual(unauthorized);
});

describe('GET /public/v1/drops/claims', () => {
  it('describes a claim, which begins as initiated', async () => {
    const { id, userId, campaignId, rewardId } = claim();
    expect(await get()).toEqual(
      ok({
        claims: [
          {
            claim_id: id,
            user_id: userId,
            campaign_id: campaignId,
            reward_id: rewardId,
            external_id: 'golden-sword',
            external_status: 'initiated',
            created_at: '2026-11-22T00:00:00.000Z',
            updated_at: '2026-11-22T00:00:00.000Z',
          },
        ],
        cursor: '',
      }),
    );
  });

  it('gives ten at a time, the cursor being the last claim', async () => {
    const all = Array.from({ length: 12 }, () => claim());
    claim(CAMPAIGN, api.sandbox.registerApp({ redirectUris: [], organization: true }).id);
    const last = all[9]?.id ?? '';
    expect(await get()).toEqual(found(all.slice(0, 10), last));
    expect(await get(`cursor=${last}`)).toEqual(found(all.slice(10)));
    expect(await get('limit=1000')).toEqual(found(all));
  });

  it('filters by campaign, user, claim and status', async () => {
    const [one, two] = [claim(), claim('01JAXK8N4QWRTY5PM7ZEBVGH2S')];
    await patch([{ claim_id: two.id, external_status: 'processed' }]);
    expect(await get(`campaign_id=${CAMPAIGN}`)).toEqual(found([one]));
    expect(await get(`claim_id=${two.id}`)).toEqual(found([two]));
    expect(await get('external_status=processed')).toEqual(found([two]));
    expect(await get(`user_id=${one.userId}`)).toEqual(found([one, two]));
    expect(await get('user_id=1')).toEqual(found([]));
  });

  it.each(['limit=0', 'limit=1001', 'user_id=x', 'cursor=made-up'])('refuses %s', async (query) => {
    expect(await get(query)).toEqual(invalid);
  });
});

describe('PATCH /public/v1/drops/claims', () => {
  it('takes a status of the organization’s own words', async () => {
    const { id } = claim();
    api.now += 1000;
    expect(await patch([{ claim_id: id, external_status: 'processed' }])).toEqual(noContent);
    expect(await get()).toMatchObject({
      body: { data: { claims: [{ external_status: 'processed', updated_at: '2026-11-22T00:00:01.000Z' }] } },
    });
  });

  it('changes nothing where one claim is unknown', async () => {
    const known = claim();
    const claims = [known.id, '01KAAFHJ2PNXS48NG8XXPGWKCZ'].map((id) => ({
      claim_id: id,
      external_status: 'processed',
    }));
    expect(await patch(claims)).toEqual(notFound);
    expect(known.externalStatus).toBe('initiated');
  });

  it('takes 1 to 100 claims with these two fields only', async () => {
    const entry = { claim_id: claim().id, external_status: 'processed' };
    for (const wrong of [undefined, [], Array(101).fill(entry), [{ ...entry, user_id: 1 }]]) {
      expect(await patch(wrong)).toEqual(invalid);
    }
    expect(await patch(Array(100).fill(entry))).toEqual(noContent);
  });
});
