import { framesOf } from 'kickbot/sandbox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Api, forbidden, invalid, notFound, openApi, unauthorized } from './api.js';

const MISSING = '00000000-0000-4000-8000-000000000000';

let api: Api;
let viewer: number;

beforeEach(async () => {
  api = await openApi();
  viewer = api.world.user('viewer').id;
});

afterEach(() => api.close());

const success = (data: unknown) => ({
  status: 200,
  body: { status: { error: false, code: 200, message: 'SUCCESS' }, data },
});
const send = (body: object, chatroom = api.channel.chatroomId) =>
  api.call('POST', `/api/v2/messages/send/${chatroom}`, { as: 'viewer', body });
const moderate = (action: 'timeout' | 'bans', body: object, channel: string | number = 'streamer') =>
  api.call('POST', `/api/v2/channels/${channel}/${action}`, { as: 'mod', body });

it.each([
  ['POST', '/api/v2/messages/send/1', 'chat:write'],
  ['DELETE', `/api/v2/messages/${MISSING}`, 'moderation:chat_message:manage'],
  ['POST', '/api/v2/channels/streamer/timeout', 'moderation:ban'],
  ['POST', '/api/v2/channels/streamer/bans', 'moderation:ban'],
])('%s %s takes user tokens with %s', async (method, path) => {
  expect(await api.call(method, path)).toEqual(unauthorized);
  expect(await api.call(method, path, { token: await api.appToken() })).toEqual(unauthorized);
  expect(await api.call(method, path, { as: 'mod', scopes: ['kicks:read'] })).toEqual(forbidden);
});

describe('POST /api/v2/messages/send/{chatroom_id}', () => {
  it('sends as the user of the token', async () => {
    const reply = await send({ content: 'hello', type: 'message' });
    const [message] = api.channel.messages;
    expect(message).toMatchObject({ content: 'hello', sender: { username: 'viewer' } });
    expect(reply).toEqual(
      success(
        expect.objectContaining({ id: message?.id, chatroom_id: api.channel.chatroomId, content: 'hello' }),
      ),
    );
  });

  it('replies where the metadata names a message', async () => {
    const { id } = api.world.say({ channel: api.channel, user: 'mod', content: 'question' });
    const reply = (original: string) =>
      send({ content: 'answer', type: 'reply', metadata: { original_message: { id: original } } });
    expect((await reply(id)).status).toBe(200);
    expect(api.channel.messages.at(-1)?.replyTo).toMatchObject({ id });
    expect(await reply(MISSING)).toEqual(notFound);
  });

  it('keeps the rules of the chat, and knows chatrooms only', async () => {
    const hello = { content: 'hello', type: 'message' };
    expect(await send({ ...hello, content: 'x'.repeat(501) })).toEqual(invalid);
    expect(await send({ content: 'hello' })).toEqual(invalid);
    expect(await send(hello, api.channel.id)).toEqual(notFound);
    api.world.ban({ channel: api.channel, user: 'viewer' });
    expect(await send(hello)).toEqual(forbidden);
  });
});

describe('POST /api/v2/channels/{channel}/timeout', () => {
  it('times out for seconds, by slug or by channel id', async () => {
    for (const channel of ['streamer', api.channel.id]) {
      expect(await moderate('timeout', { user_id: viewer, duration: 90 }, channel)).toEqual(success(null));
      api.now += 89_000;
      expect(await send({ content: 'hello', type: 'message' })).toEqual(forbidden);
      api.now += 1000;
      expect((await send({ content: 'hello', type: 'message' })).status).toBe(200);
    }
  });

  it('tells the feed whole minutes', async () => {
    const frames: unknown[] = [];
    api.world.on((event) => frames.push(...framesOf(event)));
    await moderate('timeout', { user_id: viewer, duration: 90 });
    expect(frames).toMatchObject([{ data: { permanent: false, duration: 2 } }]);
  });

  it('takes 1 to 604800 seconds, and answers 404 to who or what is unknown', async () => {
    for (const duration of [0, 604_801, 1.5, undefined]) {
      expect(await moderate('timeout', { user_id: viewer, duration })).toEqual(invalid);
    }
    expect(await moderate('timeout', { user_id: 1, duration: 1 })).toEqual(notFound);
    expect(await moderate('timeout', { user_id: viewer, duration: 1 }, 'nobody')).toEqual(notFound);
  });
});

it('POST /api/v2/channels/{channel}/bans bans for good', async () => {
  expect(await moderate('bans', { user_id: viewer, reason: 'spam' })).toEqual(success(null));
  expect(api.channel.bans.get(api.world.user('viewer'))).toMatchObject({ reason: 'spam', expiresAt: null });
  expect(await moderate('bans', { user_id: api.channel.broadcaster.id })).toEqual(forbidden);
});

it('DELETE /api/v2/messages/{message_id} deletes for moderators, once', async () => {
  const { id } = api.world.say({ channel: api.channel, user: 'viewer', content: 'spam' });
  const remove = (as: string) => api.call('DELETE', `/api/v2/messages/${id}`, { as });
  expect(await remove('viewer')).toEqual(forbidden);
  expect(await remove('mod')).toEqual(success(null));
  expect(await remove('mod')).toEqual(notFound);
});
