import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Api, forbidden, invalid, noContent, notFound, ok, openApi, unauthorized } from './api.js';

const PATH = '/public/v1/channels/rewards';
const MISSING = '01KDXXXXXXXXXXXXXXXXXXXXXA';

let api: Api;

beforeEach(async () => {
  api = await openApi();
});

afterEach(() => api.close());

const create = (body: object = {}) =>
  api.call('POST', PATH, { as: 'streamer', body: { title: 'Song request', cost: 500, ...body } });
const change = (id: string, body: object) => api.call('PATCH', `${PATH}/${id}`, { as: 'streamer', body });
const remove = (id: string) => api.call('DELETE', `${PATH}/${id}`, { as: 'streamer' });
const first = () => [...api.channel.rewards.values()][0]?.id ?? '';

const songRequest = {
  id: expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{26}$/),
  title: 'Song request',
  description: '',
  cost: 500,
  background_color: '#00e701',
  is_enabled: true,
  is_paused: false,
  is_user_input_required: false,
  should_redemptions_skip_request_queue: false,
};

it.each([
  ['GET', PATH],
  ['POST', PATH],
  ['PATCH', `${PATH}/${MISSING}`],
  ['DELETE', `${PATH}/${MISSING}`],
])('%s %s takes user tokens with the scope for rewards', async (method, path) => {
  expect(await api.call(method, path)).toEqual(unauthorized);
  expect(await api.call(method, path, { token: await api.appToken() })).toEqual(unauthorized);
  expect(await api.call(method, path, { as: 'streamer', scopes: ['channel:read'] })).toEqual(forbidden);
});

it('lets channel:rewards:read list and nothing else, and channel:rewards:write do both', async () => {
  const body = { title: 'Song request', cost: 500 };
  const as = 'streamer';
  expect(await api.call('POST', PATH, { as, body, scopes: ['channel:rewards:read'] })).toEqual(forbidden);
  expect(await api.call('POST', PATH, { as, body, scopes: ['channel:rewards:write'] })).toEqual(
    ok(songRequest),
  );
  expect(await api.call('GET', PATH, { as, scopes: ['channel:rewards:read'] })).toEqual(ok([songRequest]));
  expect(await api.call('GET', PATH, { as, scopes: ['channel:rewards:write'] })).toEqual(ok([songRequest]));
});

describe('POST /public/v1/channels/rewards', () => {
  it('fills in what is left out, and takes everything there is', async () => {
    expect(await create()).toEqual(ok(songRequest));
    const all = {
      description: 'one song',
      background_color: '#FF00AA',
      is_enabled: false,
      is_user_input_required: true,
      should_redemptions_skip_request_queue: true,
    };
    expect(await create(all)).toEqual(ok({ ...songRequest, ...all }));
  });

  it.each<[string, object]>([
    ['no title', { title: '' }],
    ['a title of 51', { title: 'x'.repeat(51) }],
    ['a cost of nothing', { cost: 0 }],
    ['a cost in parts', { cost: 1.5 }],
    ['a description of 201', { description: 'x'.repeat(201) }],
    ['a named color', { background_color: 'green' }],
  ])('refuses %s', async (_, body) => {
    expect(await create(body)).toEqual(invalid);
    expect(api.channel.rewards.size).toBe(0);
  });

  it('takes fifteen a channel, disabled ones counted', async () => {
    for (let made = 0; made < 15; made += 1) {
      expect((await create({ is_enabled: made % 2 === 0 })).status).toBe(200);
    }
    expect(await create()).toEqual(invalid);
    await remove(first());
    expect((await create()).status).toBe(200);
  });

  it('answers 404 to one without a channel', async () => {
    expect(await api.call('POST', PATH, { as: 'viewer', body: { title: 'x', cost: 1 } })).toEqual(notFound);
  });
});

describe('PATCH /public/v1/channels/rewards/{id}', () => {
  it('changes what was sent and nothing else', async () => {
    await create();
    expect(await change(first(), { is_paused: true, cost: 700 })).toEqual(
      ok({ ...songRequest, cost: 700, is_paused: true }),
    );
  });

  it('refuses nothing to change and wrong values, and does not know other ids', async () => {
    await create();
    for (const body of [{}, { unknown: 1 }, { cost: 0 }])
      expect(await change(first(), body)).toEqual(invalid);
    expect(await change(MISSING, { cost: 1 })).toEqual(notFound);
  });
});

describe('DELETE /public/v1/channels/rewards/{id}', () => {
  it('deletes, once', async () => {
    await create();
    const id = first();
    expect(await remove(id)).toEqual(noContent);
    expect(await remove(id)).toEqual(notFound);
  });
});

it('lists the rewards of the website and of other apps, and lets an app change its own only', async () => {
  const { sandbox, world, channel } = api;
  const other = sandbox.registerApp({ redirectUris: [] });
  const { access_token: token } = sandbox.issueTokens({ as: 'streamer', app: other });
  await api.call('POST', PATH, { token, body: { title: 'Hydrate', cost: 5 } });
  world.rewards.create({ channel, title: 'Stretch', cost: 10 });
  expect(await api.call('GET', PATH, { as: 'streamer' })).toMatchObject({
    body: { data: [{ title: 'Hydrate' }, { title: 'Stretch' }] },
  });
  for (const id of channel.rewards.keys()) {
    expect(await change(id, { cost: 1 })).toEqual(forbidden);
    expect(await remove(id)).toEqual(forbidden);
  }
});
