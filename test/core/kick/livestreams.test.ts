import { describe, expect, it } from 'vitest';
import { userId } from '../../../src/core/primitives/ids.js';
import { testRows } from './endpoint-rows.js';
import { data, gather } from './kick-fixture.js';

const category = { id: 15, name: 'Just Chatting', thumbnail: 'https://files.example/c.webp' };
const livestream = {
  id: '5b0e5a52-6d0e-4c1f-9a55-2f3b8f6f1a01',
  title: 'Morning show',
  thumbnail: 'https://files.example/t.webp',
  started_at: '2026-01-02T03:04:05Z',
  viewer_count: 12,
  language_code: 'en',
  tags: ['chill'],
  has_mature_content: true,
  broadcaster_user: { id: 1001, username: 'Streamer', profile_picture: '' },
  category,
  channel: { slug: 'streamer' },
};
const readLivestream = {
  id: livestream.id,
  slug: 'streamer',
  broadcaster: { id: 1001, username: 'Streamer', profilePicture: undefined },
  title: 'Morning show',
  category,
  language: 'en',
  tags: ['chill'],
  isMature: true,
  viewerCount: 12,
  thumbnail: 'https://files.example/t.webp',
  startedAt: new Date('2026-01-02T03:04:05Z'),
};

const fixture = testRows([
  {
    title: '2 users’ livestreams',
    call: (kick) => kick.livestreams.byUserIds([userId(1001), userId(1002)]),
    asks: { method: 'GET', url: '/public/v1/users/livestreams?user_id=1001&user_id=1002' },
    answer: data([livestream]),
    result: [readLivestream],
  },
  {
    title: '16 livestreams',
    call: (kick) =>
      gather(kick.livestreams.list({ categoryIds: [15, 16], languages: ['en', 'de'], pageSize: 1000 })),
    asks: {
      method: 'GET',
      url: '/public/v2/livestreams?category_id=15&category_id=16&language_code=en&language_code=de&limit=1000',
    },
    answer: data([livestream], { pagination: { next_cursor: '' } }),
    result: [readLivestream],
  },
  {
    title: '17 livestreams, version 1, the only one to tell channel ids',
    call: (kick) =>
      kick.livestreams.listV1({ broadcasterUserIds: [userId(1001)], limit: 1, sort: 'viewer_count' }),
    asks: {
      method: 'GET',
      url: '/public/v1/livestreams?broadcaster_user_id=1001&limit=1&sort=viewer_count',
    },
    answer: data([
      {
        broadcaster_user_id: 1001,
        channel_id: 77,
        slug: 'streamer',
        stream_title: 'Morning show',
        language: 'en',
        has_mature_content: false,
        viewer_count: 12,
        started_at: '2026-01-02T03:04:05Z',
        category,
        custom_tags: null,
      },
    ]),
    result: [
      {
        broadcasterUserId: 1001,
        channelId: 77,
        slug: 'streamer',
        profilePicture: undefined,
        title: 'Morning show',
        category,
        language: 'en',
        tags: [],
        isMature: false,
        viewerCount: 12,
        thumbnail: undefined,
        startedAt: new Date('2026-01-02T03:04:05Z'),
      },
    ],
  },
  {
    title: '18 how many are live',
    call: (kick) => kick.livestreams.stats(),
    asks: { method: 'GET', url: '/public/v1/livestreams/stats' },
    answer: data({ total_count: 4321 }),
    result: { totalCount: 4321 },
  },
  {
    title: '19 categories',
    call: (kick) => gather(kick.categories.list({ id: 15, name: 'Just Chatting', tag: 'IRL' })),
    asks: { method: 'GET', url: '/public/v2/categories?id=15&name=Just+Chatting&tag=IRL' },
    answer: data([{ ...category, tags: ['IRL'] }], { pagination: { next_cursor: '' } }),
    result: [{ ...category, tags: ['IRL'] }],
  },
  {
    title: '20 categories by a part of the name',
    call: (kick) => kick.categories.search('chat & more', { page: 2 }),
    asks: { method: 'GET', url: '/public/v1/categories?q=chat+%26+more&page=2' },
    answer: data([category]),
    result: [category],
  },
  {
    title: '21 one category',
    call: (kick) => kick.categories.byId(15),
    asks: { method: 'GET', url: '/public/v1/categories/15' },
    answer: data({ ...category, tags: ['IRL'], viewer_count: 9 }),
    result: { ...category, tags: ['IRL'], viewerCount: 9 },
  },
]);

describe('what Kick leaves out', () => {
  it('does not keep a stream from being read', async () => {
    fixture().script.answer = data([
      {
        id: 'a',
        broadcaster_user: { id: 1, username: 'Streamer' },
        channel: { slug: 'streamer' },
        category: { id: 0, name: '' },
        tags: null,
        title: null,
        started_at: '0001-01-01T00:00:00Z',
      },
    ]);
    const [stream] = await fixture().kick.livestreams.byUserIds([userId(1)]);
    expect(stream).toMatchObject({ title: '', tags: [], viewerCount: 0, isMature: false });
    expect(stream).toMatchObject({ category: undefined, startedAt: undefined, language: '' });
  });

  it('makes an empty list', async () => {
    fixture().script.answer = data(null);
    expect(await fixture().kick.rewards.list()).toEqual([]);
    expect(await gather(fixture().kick.livestreams.list())).toEqual([]);
  });
});
