import { chatMessage } from 'kickbot/sandbox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Api, openApi } from './api.js';

let api: Api;

beforeEach(async () => {
  api = await openApi();
});

afterEach(() => api.close());

interface Row {
  id: string;
  content: string;
  metadata?: string;
}

const say = (content: string, options: { replyTo?: string; via?: 'api' } = {}) =>
  api.world.say({ channel: api.channel, user: 'viewer', content, ...options });

const at = (time: number) => `start_time=${encodeURIComponent(new Date(time).toISOString())}`;

const lists = {
  '/api/v1/chat/:id/history': (messages: unknown) => ({ data: { messages }, message: 'success' }),
  '/api/v2/channels/:id/messages': (messages: unknown) => ({
    status: { error: false, code: 200, message: 'SUCCESS' },
    data: { messages, cursor: null },
  }),
};

describe.each(Object.entries(lists))('%s', (path, envelope) => {
  const get = (query = '', id: number = api.channel.id) =>
    api.call('GET', `${path.replace(':id', String(id))}?${query}`);

  const contents = async (query?: string) =>
    ((await get(query)).body as { data: { messages: Row[] } }).data.messages.map(({ content }) => content);

  it('shows messages as the feed does but for metadata, which is a text', async () => {
    const first = say('one');
    const reply = say('two', { replyTo: first.id });
    const viaApi = say('three', { via: 'api' });
    const text = (message: typeof first) => {
      const data = chatMessage(message);
      return { ...data, metadata: JSON.stringify(data.metadata) };
    };
    expect(await get()).toEqual({
      status: 200,
      body: envelope([chatMessage(viaApi), text(reply), text(first)]),
    });
  });

  it('shows the newest 25, newest first, without what was removed', async () => {
    for (let said = 1; said <= 30; said += 1) say(String(said));
    api.world.deleteMessage({ channel: api.channel, messageId: say('bad').id });
    expect(await contents()).toEqual(Array.from({ length: 25 }, (_, index) => String(30 - index)));
  });

  it('shows with a start time at most 25 of the five seconds from then on', async () => {
    const start = api.now;
    for (let second = 0; second < 12; second += 1) {
      api.now = start + second * 1000;
      say(String(second));
    }
    expect(await contents(at(start + 3000))).toEqual(['7', '6', '5', '4', '3']);
    for (let said = 0; said < 30; said += 1) say(`more ${said}`);
    expect(await contents(at(start + 11_000))).toEqual([
      ...Array.from({ length: 24 }, (_, index) => `more ${23 - index}`),
      '11',
    ]);
    expect(await contents(at(start + 3_600_000))).toEqual([]);
  });

  it('answers 404 for an id that is no channel’s, and 400 for a start time that is none', async () => {
    expect((await get('', api.channel.chatroomId)).status).toBe(404);
    expect((await get('start_time=yesterday')).status).toBe(400);
  });

  it('is switched off by a fault', async () => {
    api.sandbox.faults.next(`GET ${path.replace(':id', '*')}`, { status: 404 }, Infinity);
    expect((await get(at(api.now))).status).toBe(404);
    api.sandbox.faults.clear();
    expect((await get(at(api.now))).status).toBe(200);
  });
});
