import type { Channel, Sandbox, Scope, World } from 'kickbot/sandbox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Api,
  type Call,
  channelNotFound,
  forbidden,
  invalid,
  notFound,
  ok,
  openApi,
  unauthorized,
} from './rest/api.js';

const MISSING = '00000000-0000-4000-8000-000000000000';

let api: Api;
let sandbox: Sandbox;
let world: World;
let channel: Channel;

beforeEach(async () => {
  api = await openApi();
  ({ sandbox, world, channel } = api);
});

afterEach(() => api.close());

const call = (method: string, path: string, options?: Call) => api.call(method, path, options);
const appToken = () => api.appToken();
const done = ok({});

const send = (as: string, body: object = {}) =>
  call('POST', '/public/v1/chat', {
    as,
    body: { type: 'user', content: 'hello', broadcaster_user_id: channel.broadcaster.id, ...body },
  });

describe('every endpoint', () => {
  it.each([
    ['GET', '/public/v1/users', 'user:read'],
    ['GET', '/public/v1/channels', 'channel:read'],
    ['PATCH', '/public/v1/channels', 'channel:write'],
    ['POST', '/public/v1/chat', 'chat:write'],
    ['DELETE', `/public/v1/chat/${MISSING}`, 'moderation:chat_message:manage'],
    ['POST', '/public/v1/moderation/bans', 'moderation:ban'],
    ['DELETE', '/public/v1/moderation/bans', 'moderation:ban'],
  ])('%s %s answers 401 without a good token and 403 without %s', async (method, path, scope) => {
    expect(await call(method, path)).toEqual(unauthorized);
    expect(await call(method, path, { token: 'made-up' })).toEqual(unauthorized);
    const { access_token: token } = sandbox.issueTokens({ as: 'viewer' });
    api.now += 7200_000;
    expect(await call(method, path, { token })).toEqual(unauthorized);
    const other: Scope = scope === 'kicks:read' ? 'user:read' : 'kicks:read';
    expect(await call(method, path, { as: 'viewer', scopes: [other] })).toEqual(forbidden);
  });

  it.each([
    ['PATCH', '/public/v1/channels'],
    ['POST', '/public/v1/chat'],
    ['DELETE', `/public/v1/chat/${MISSING}`],
    ['POST', '/public/v1/moderation/bans'],
    ['DELETE', '/public/v1/moderation/bans'],
  ])('%s %s takes no app token', async (method, path) => {
    expect(await call(method, path, { token: await appToken(), body: {} })).toEqual(unauthorized);
  });
});

describe('GET /public/v1/users', () => {
  it("gives the token's own user with the e-mail address", async () => {
    const { id, profilePicture } = world.user('viewer');
    expect(await call('GET', '/public/v1/users', { as: 'viewer' })).toEqual({
      status: 200,
      body: {
        data: [{ user_id: id, name: 'viewer', email: 'viewer@example.com', profile_picture: profilePicture }],
        message: 'OK',
      },
    });
  });

  it('gives others by repeated id, without addresses, and leaves the unknown out', async () => {
    const ids = `id=${world.user('mod').id}&id=${world.user('viewer').id}&id=999999`;
    expect(await call('GET', `/public/v1/users?${ids}`, { token: await appToken() })).toMatchObject({
      status: 200,
      body: {
        data: [
          { name: 'mod', email: '' },
          { name: 'viewer', email: '' },
        ],
      },
    });
  });

  it('needs ids with an app token', async () => {
    expect(await call('GET', '/public/v1/users', { token: await appToken() })).toEqual(invalid);
  });
});

describe('GET /public/v1/channels', () => {
  it('gives the own channel, and others by slug or by broadcaster id', async () => {
    const expected = {
      status: 200,
      body: {
        data: [
          { broadcaster_user_id: channel.broadcaster.id, slug: 'streamer', stream_title: 'Morning show' },
        ],
        message: 'OK',
      },
    };
    const path = '/public/v1/channels';
    expect(await call('GET', path, { as: 'streamer' })).toMatchObject(expected);
    expect(await call('GET', `${path}?slug=streamer`, { as: 'viewer' })).toMatchObject(expected);
    const byId = `${path}?broadcaster_user_id=${channel.broadcaster.id}&broadcaster_user_id=1`;
    expect(await call('GET', byId, { as: 'viewer' })).toMatchObject(expected);
  });

  it('never names the channel id or the chatroom id', async () => {
    const { body } = await call('GET', '/public/v1/channels?slug=streamer', { as: 'viewer' });
    expect(JSON.stringify(body)).not.toMatch(new RegExp(`${channel.id}|${channel.chatroomId}`));
  });

  it('fails the whole call for one unknown slug, and for slugs mixed with ids', async () => {
    const path = '/public/v1/channels';
    expect(await call('GET', `${path}?slug=streamer&slug=nobody`, { as: 'viewer' })).toEqual(invalid);
    expect(await call('GET', `${path}?slug=streamer&broadcaster_user_id=1`, { as: 'viewer' })).toEqual(
      invalid,
    );
  });
});

describe('GET /public/v1/channels with streamkey:read', () => {
  it('gives the stream key of the own channel, and of no other', async () => {
    const streamKeyOf = async (as: string, scopes: Scope[]) =>
      (await call('GET', '/public/v1/channels?slug=streamer', { as, scopes })).body;
    expect(await streamKeyOf('streamer', ['channel:read', 'streamkey:read'])).toMatchObject({
      data: [{ stream: { key: channel.streamKey, url: expect.stringMatching(/^rtmps:/) } }],
    });
    const hidden = { data: [{ stream: { key: '', url: '' } }] };
    expect(await streamKeyOf('streamer', ['channel:read'])).toMatchObject(hidden);
    expect(await streamKeyOf('viewer', ['channel:read', 'streamkey:read'])).toMatchObject(hidden);
  });
});

describe('PATCH /public/v1/channels', () => {
  const patch = (body: object, as = 'streamer') => call('PATCH', '/public/v1/channels', { as, body });

  it("changes the token's own channel and answers 204 without a body", async () => {
    const reply = await patch({ stream_title: 'Chess', category_id: 42, custom_tags: ['English'] });
    expect(reply).toEqual({ status: 204, body: undefined });
    expect(channel).toMatchObject({ title: 'Chess', category: { name: 'Chess' }, tags: ['English'] });
  });

  it('refuses nothing to change, an empty title, an unknown category and eleven tags', async () => {
    const tags = Array.from({ length: 11 }, String);
    for (const body of [{}, { stream_title: '' }, { category_id: 77 }, { custom_tags: tags }]) {
      expect(await patch(body)).toEqual(invalid);
    }
  });
});

describe('POST /public/v1/chat', () => {
  it('sends as the user of the token', async () => {
    const { status, body } = await send('viewer');
    const [message] = channel.messages;
    expect(status).toBe(200);
    expect(body).toEqual({ data: { is_sent: true, message_id: message?.id }, message: 'OK' });
    expect(message).toMatchObject({ content: 'hello', via: 'api', sender: { username: 'viewer' } });
  });

  it('replies to a message, and answers 404 where that is gone', async () => {
    const { id } = world.say({ channel, user: 'mod', content: 'question' });
    await send('viewer', { reply_to_message_id: id });
    expect(channel.messages.at(-1)?.replyTo).toMatchObject({ id, content: 'question' });
    world.deleteMessage({ channel, messageId: id });
    expect(await send('viewer', { reply_to_message_id: id })).toEqual(notFound);
  });

  it('takes 500 characters and no more, whatever plane they are from', async () => {
    expect((await send('viewer', { content: '😀'.repeat(500) })).status).toBe(200);
    expect(await send('viewer', { content: '😀'.repeat(501) })).toEqual(invalid);
    expect(await send('viewer', { content: '' })).toEqual(invalid);
  });

  it('needs a type, and a broadcaster for the type user', async () => {
    expect(await send('viewer', { type: 'other' })).toEqual(invalid);
    expect(await send('viewer', { broadcaster_user_id: undefined })).toEqual(invalid);
    expect(await send('viewer', { broadcaster_user_id: 1 })).toEqual(channelNotFound);
  });

  it("posts bot messages into the token owner's channel, as the app's bot", async () => {
    expect(await send('streamer', { type: 'bot' })).toEqual(channelNotFound);
    sandbox.app.bot = world.createUser({ username: 'TheBot', bot: true });
    const elsewhere = world.createChannel({ owner: 'elsewhere' });
    await send('streamer', { type: 'bot', broadcaster_user_id: elsewhere.broadcaster.id });
    expect(elsewhere.messages).toHaveLength(0);
    expect(channel.messages.at(-1)).toMatchObject({
      sender: { username: 'TheBot' },
      badges: [{ type: 'bot', text: 'Bot' }],
    });
  });

  it.each<[string, () => void]>([
    ['banned', () => world.ban({ channel, user: 'viewer' })],
    ['timed out', () => world.timeout({ channel, user: 'viewer', minutes: 1 })],
    ['not following in followers mode', () => world.setChatSettings({ channel, followersModeMinutes: 0 })],
    ['not subscribed in subscribers mode', () => world.setChatSettings({ channel, subscribersMode: true })],
    ['talking in emotes mode', () => world.setChatSettings({ channel, emotesMode: true })],
    ['too young an account', () => world.setChatSettings({ channel, accountAgeMinutes: 2 * 365 * 24 * 60 })],
  ])('answers 403 to one who is %s', async (_, prepare) => {
    prepare();
    expect(await send('viewer')).toEqual(forbidden);
    expect(channel.messages).toHaveLength(0);
  });

  it('keeps slow mode by the clock, and lets moderators pass it', async () => {
    world.setChatSettings({ channel, slowModeSeconds: 3 });
    expect((await send('viewer')).status).toBe(200);
    expect(await send('viewer')).toEqual(forbidden);
    api.now += 3000;
    expect((await send('viewer')).status).toBe(200);
    await send('mod');
    expect((await send('mod')).status).toBe(200);
  });
});

describe('DELETE /public/v1/chat/{message_id}', () => {
  const remove = (as: string, id: string) => call('DELETE', `/public/v1/chat/${id}`, { as });

  it('deletes for moderators, once', async () => {
    const { id } = world.say({ channel, user: 'viewer', content: 'spam' });
    expect(await remove('viewer', id)).toEqual(forbidden);
    expect(await remove('mod', id)).toEqual({ status: 204, body: undefined });
    expect(channel.messages[0]?.removed).toMatchObject({ how: 'deleted', by: { username: 'mod' } });
    expect(await remove('mod', id)).toEqual(notFound);
  });

  it('answers 404 to an unknown id and 400 to one that is no uuid', async () => {
    expect(await remove('mod', MISSING)).toEqual(notFound);
    expect(await remove('mod', '123')).toEqual(invalid);
  });
});

describe('/public/v1/moderation/bans', () => {
  const bans = (method: 'POST' | 'DELETE', as: string, body: object = {}) =>
    call(method, '/public/v1/moderation/bans', {
      as,
      body: { broadcaster_user_id: channel.broadcaster.id, user_id: world.user('viewer').id, ...body },
    });

  it('bans for good without a duration, and lifts it again', async () => {
    expect(await bans('POST', 'mod', { reason: 'spam' })).toEqual(done);
    expect(channel.bans.get(world.user('viewer'))).toMatchObject({ reason: 'spam', expiresAt: null });
    expect(await bans('DELETE', 'mod')).toEqual(done);
    expect((await send('viewer')).status).toBe(200);
    expect(await bans('DELETE', 'mod')).toEqual(notFound);
  });

  it('times out for minutes', async () => {
    expect(await bans('POST', 'mod', { duration: 2 })).toEqual(done);
    api.now += 119_000;
    expect(await send('viewer')).toEqual(forbidden);
    api.now += 1_000;
    expect((await send('viewer')).status).toBe(200);
  });

  it('takes 1 to 10080 minutes and a reason of at most 100 characters', async () => {
    for (const body of [
      { duration: 0 },
      { duration: 10_081 },
      { duration: 1.5 },
      { reason: 'x'.repeat(101) },
    ]) {
      expect(await bans('POST', 'mod', body)).toEqual(invalid);
    }
    expect(await bans('POST', 'mod', { duration: 10_080, reason: 'x'.repeat(100) })).toEqual(done);
  });

  it('answers 403 without moderator rights and for the broadcaster as a target', async () => {
    expect(await bans('POST', 'viewer')).toEqual(forbidden);
    expect(await bans('POST', 'mod', { user_id: channel.broadcaster.id })).toEqual(forbidden);
  });

  it('answers 404 to an unknown user, and 400 to an unknown channel and to no JSON', async () => {
    expect(await bans('POST', 'mod', { user_id: 1 })).toEqual(notFound);
    expect(await bans('POST', 'mod', { broadcaster_user_id: 1 })).toEqual(channelNotFound);
    expect(await call('DELETE', '/public/v1/moderation/bans', { as: 'mod' })).toEqual(invalid);
  });
});

describe("the website's endpoints", () => {
  it('tell the three ids of a channel without a login', async () => {
    expect(await call('GET', '/api/v2/channels/streamer')).toMatchObject({
      status: 200,
      body: {
        id: channel.id,
        user_id: channel.broadcaster.id,
        slug: 'streamer',
        chatroom: { id: channel.chatroomId },
        user: { username: 'streamer' },
        livestream: null,
      },
    });
    expect(new Set([channel.id, channel.chatroomId, channel.broadcaster.id]).size).toBe(3);
    expect((await call('GET', '/api/v2/channels/nobody')).status).toBe(404);
  });

  it('show the stream while it is live', async () => {
    world.goLive({ channel, title: 'Evening show', viewers: 7 });
    expect(await call('GET', '/api/v2/channels/streamer')).toMatchObject({
      body: {
        livestream: { session_title: 'Evening show', viewer_count: 7, start_time: '2026-11-22 00:00:00' },
      },
    });
  });
});

describe('the request log', () => {
  it('keeps what was asked, by whom and with what result', async () => {
    await send('viewer');
    expect(sandbox.requests.list('POST', '/public/v1/chat')).toEqual([
      {
        at: api.now,
        method: 'POST',
        path: '/public/v1/chat',
        query: {},
        user: 'viewer',
        body: { type: 'user', content: 'hello', broadcaster_user_id: channel.broadcaster.id },
        status: 200,
      },
    ]);
  });

  it('keeps no secret', async () => {
    const token = await appToken();
    await fetch(`${sandbox.url}/oauth/revoke?token=${token}`, { method: 'POST' });
    const kept = JSON.stringify(sandbox.requests.list());
    expect(kept).not.toContain(token);
    expect(kept).not.toContain(sandbox.app.clientSecret);
  });
});
