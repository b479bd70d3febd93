import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Api, invalid, nextCursor, notFound, ok, openApi, page, unauthorized } from './api.js';

let api: Api;
let token: string;

beforeEach(async () => {
  api = await openApi();
  token = await api.appToken();
});

afterEach(() => api.close());

const get = (path: string) => api.call('GET', path, { token });

const chess = { id: 42, name: 'Chess', thumbnail: 'https://files.kick.com/categories/42.webp' };
const named = (...names: string[]) => names.map((name) => expect.objectContaining({ name }));

it.each(['/public/v2/categories', '/public/v1/categories?q=chess', '/public/v1/categories/42'])(
  'GET %s takes any token and asks for one',
  async (path) => {
    expect((await api.call('GET', path, { as: 'viewer', scopes: ['kicks:read'] })).status).toBe(200);
    expect(await api.call('GET', path)).toEqual(unauthorized);
  },
);

describe('GET /public/v2/categories', () => {
  it('lists id, name, tags and thumbnail, without viewers', async () => {
    expect(await get('/public/v2/categories?name=chess')).toEqual(page([{ ...chess, tags: ['Board game'] }]));
  });

  it('filters by names, tags and ids, repeated or joined by commas', async () => {
    const both = page(named('Music', 'Chess'));
    expect(await get('/public/v2/categories?name=chess&name=music')).toEqual(both);
    expect(await get('/public/v2/categories?name=chess,music')).toEqual(both);
    expect(await get('/public/v2/categories?id=42&id=8')).toEqual(both);
    expect(await get('/public/v2/categories?tag=creative')).toEqual(page(named('Music')));
    expect(await get('/public/v2/categories?tag=creative&name=chess')).toEqual(page([]));
  });

  it('goes on where its cursor says, whatever came in between', async () => {
    const first = await get('/public/v2/categories?limit=2');
    expect(first).toEqual(page(named('Music', 'Just Chatting'), nextCursor(first)));
    expect(nextCursor(first)).toMatch(/^.{4,28}$/);
    api.world.createCategory({ id: 9, name: 'Poker' });
    expect(await get(`/public/v2/categories?limit=2&cursor=${nextCursor(first)}`)).toEqual(
      page(named('Chess')),
    );
  });

  it('gives 25 where nothing is said, and at most 1000', async () => {
    for (let id = 100; id < 200; id += 1) api.world.createCategory({ id, name: `Game ${id}` });
    expect(await get('/public/v2/categories')).toMatchObject({
      body: { data: { length: 25 }, pagination: { next_cursor: expect.stringMatching(/./) } },
    });
    expect(await get('/public/v2/categories?limit=1000')).toMatchObject({ body: { data: { length: 103 } } });
  });

  it.each(['limit=0', 'limit=1001', 'limit=x', 'name=ab', 'tag=ab', 'id=x', 'cursor=abc', 'cursor=notours'])(
    'refuses %s',
    async (query) => {
      expect(await get(`/public/v2/categories?${query}`)).toEqual(invalid);
    },
  );
});

describe('GET /public/v1/categories (deprecated)', () => {
  it('searches within names', async () => {
    expect(await get('/public/v1/categories?q=CHES')).toEqual(ok([chess]));
    expect(await get('/public/v1/categories?q=nothing')).toEqual(ok([]));
    expect(await get('/public/v1/categories')).toEqual(invalid);
  });

  it('gives a hundred a page', async () => {
    for (let id = 100; id < 201; id += 1) api.world.createCategory({ id, name: `Game ${id}` });
    expect(await get('/public/v1/categories?q=game')).toMatchObject({ body: { data: { length: 100 } } });
    expect(await get('/public/v1/categories?q=game&page=2')).toEqual(ok(named('Game 200')));
  });
});

describe('GET /public/v1/categories/{category_id} (deprecated)', () => {
  it('adds tags and viewers', async () => {
    const { world, channel } = api;
    channel.category = world.findCategory(42) ?? channel.category;
    world.goLive({ channel, viewers: 7 });
    expect(await get('/public/v1/categories/42')).toEqual(
      ok({ ...chess, tags: ['Board game'], viewer_count: 7 }),
    );
  });

  it('answers 404 to an unknown id and 400 to one that is no number', async () => {
    expect(await get('/public/v1/categories/77')).toEqual(notFound);
    expect(await get('/public/v1/categories/chess')).toEqual(invalid);
  });
});
