import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Api, invalid, nextCursor, ok, openApi, page, unauthorized } from './api.js';

let api: Api;
let token: string;

beforeEach(async () => {
  api = await openApi();
  token = await api.appToken();
});

afterEach(() => api.close());

const get = (path: string) => api.call('GET', path, { token });

/** Opens a channel and lets it go live. */
function live(owner: string, { viewers = 0, language = 'en', category = 15 } = {}) {
  const channel = api.world.findChannel(owner) ?? api.world.createChannel({ owner });
  channel.language = language;
  channel.category = api.world.findCategory(category) ?? channel.category;
  api.world.goLive({ channel, viewers });
  api.now += 1000;
  return channel;
}

const of = (...slugs: string[]) => slugs.map((slug) => expect.objectContaining({ channel: { slug } }));
const oldOf = (...slugs: string[]) => slugs.map((slug) => expect.objectContaining({ slug }));
const justChatting = {
  id: 15,
  name: 'Just Chatting',
  thumbnail: 'https://files.kick.com/categories/15.webp',
};

it.each([
  '/public/v2/livestreams',
  '/public/v1/livestreams',
  '/public/v1/livestreams/stats',
  '/public/v1/users/livestreams?user_id=1',
])('GET %s takes any token and asks for one', async (path) => {
  expect((await api.call('GET', path, { as: 'viewer', scopes: ['kicks:read'] })).status).toBe(200);
  expect(await api.call('GET', path)).toEqual(unauthorized);
});

describe('GET /public/v2/livestreams', () => {
  it('describes a stream', async () => {
    api.channel.tags = ['English'];
    const { broadcaster } = live('streamer', { viewers: 7 });
    expect(await get('/public/v2/livestreams')).toEqual(
      page([
        {
          id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f-]{27}$/),
          title: 'Morning show',
          thumbnail: '',
          started_at: '2026-11-22T00:00:00.000Z',
          viewer_count: 7,
          language_code: 'en',
          tags: ['English'],
          has_mature_content: false,
          broadcaster_user: {
            id: broadcaster.id,
            username: 'streamer',
            profile_picture: broadcaster.profilePicture,
          },
          category: justChatting,
          channel: { slug: 'streamer' },
        },
      ]),
    );
  });

  it('goes from the oldest to the newest, page by page, though streams end meanwhile', async () => {
    const [first] = ['one', 'two', 'three', 'four', 'five'].map((owner) => live(owner));
    const begin = await get('/public/v2/livestreams?limit=2');
    expect(begin).toEqual(page(of('one', 'two'), nextCursor(begin)));
    if (first) api.world.goOffline({ channel: first });
    const middle = await get(`/public/v2/livestreams?limit=2&cursor=${nextCursor(begin)}`);
    expect(middle).toEqual(page(of('three', 'four'), nextCursor(middle)));
    expect(await get(`/public/v2/livestreams?limit=2&cursor=${nextCursor(middle)}`)).toEqual(
      page(of('five')),
    );
  });

  it('filters by repeated category and language', async () => {
    live('one', { language: 'de' });
    live('two', { category: 42 });
    live('three', { language: 'fr', category: 42 });
    expect(await get('/public/v2/livestreams?language_code=de&language_code=fr')).toEqual(
      page(of('one', 'three')),
    );
    expect(await get('/public/v2/livestreams?category_id=42&language_code=fr')).toEqual(page(of('three')));
  });

  it.each([
    'limit=0',
    'limit=1001',
    'category_id=x',
    'cursor=made-up',
    Array.from({ length: 26 }, (_, id) => `category_id=${id}`).join('&'),
    Array.from({ length: 26 }, () => 'language_code=en').join('&'),
  ])('refuses %s', async (query) => {
    expect(await get(`/public/v2/livestreams?${query}`)).toEqual(invalid);
  });
});

describe('GET /public/v1/users/livestreams', () => {
  it('gives those of the named users that are live', async () => {
    const [one, two] = [live('one'), live('two')];
    live('three');
    const ids = `user_id=${one.broadcaster.id}&user_id=${api.channel.broadcaster.id}&user_id=${two.broadcaster.id}`;
    expect(await get(`/public/v1/users/livestreams?${ids}`)).toEqual(ok(of('one', 'two')));
  });

  it('takes 1 to 100 ids', async () => {
    const ids = (count: number) => Array.from({ length: count }, (_, id) => `user_id=${id}`).join('&');
    expect((await get(`/public/v1/users/livestreams?${ids(100)}`)).status).toBe(200);
    expect(await get(`/public/v1/users/livestreams?${ids(101)}`)).toEqual(invalid);
    expect(await get('/public/v1/users/livestreams')).toEqual(invalid);
  });
});

describe('GET /public/v1/livestreams (deprecated)', () => {
  it("tells a live channel's own id, and nothing of one that is offline", async () => {
    const { broadcaster, id } = api.channel;
    const path = `/public/v1/livestreams?broadcaster_user_id=${broadcaster.id}`;
    expect(await get(path)).toEqual(ok([]));
    live('streamer', { viewers: 3 });
    expect(await get(path)).toEqual(
      ok([
        {
          broadcaster_user_id: broadcaster.id,
          channel_id: id,
          slug: 'streamer',
          stream_title: 'Morning show',
          language: 'en',
          has_mature_content: false,
          viewer_count: 3,
          thumbnail: '',
          profile_picture: broadcaster.profilePicture,
          started_at: '2026-11-22T00:00:00.000Z',
          category: justChatting,
          custom_tags: [],
        },
      ]),
    );
  });

  it('filters, sorts and cuts', async () => {
    live('one', { viewers: 5, category: 42 });
    live('two', { viewers: 9, language: 'de' });
    live('three', { viewers: 1 });
    const old = async (query: string) => get(`/public/v1/livestreams?${query}`);
    expect(await old('sort=viewer_count&limit=2')).toEqual(ok(oldOf('two', 'one')));
    expect(await old('sort=started_at')).toEqual(ok(oldOf('three', 'two', 'one')));
    expect(await old('category_id=42')).toEqual(ok(oldOf('one')));
    expect(await old('language=de')).toEqual(ok(oldOf('two')));
    for (const query of ['limit=101', 'limit=0', 'sort=title']) expect(await old(query)).toEqual(invalid);
  });
});

describe('GET /public/v1/livestreams/stats', () => {
  it('counts', async () => {
    live('one');
    live('two');
    expect(await get('/public/v1/livestreams/stats')).toEqual(ok({ total_count: 2 }));
  });
});
