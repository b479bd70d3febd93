import type { ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KickApi } from '../../../src/core/kick/kick-api.js';
import { TokenReplacedError } from '../../../src/core/kick/kick-api-error.js';
import { KickbotError } from '../../../src/core/primitives/error.js';
import { messageId, userId } from '../../../src/core/primitives/ids.js';
import { Secret } from '../../../src/core/primitives/secret.js';
import { type CountingTokens, data, noContent, startKick } from './kick-fixture.js';
import { answerJson, type ReceivedRequest } from './scripted-server.js';

let fixture: Awaited<ReturnType<typeof startKick>>;
let kick: KickApi;
let tokens: CountingTokens;
let requests: readonly ReceivedRequest[];

const authorization = () => requests.map(({ headers }) => headers.authorization);
const message = { type: 'user', broadcasterUserId: userId(1), content: 'hello' } as const;
const sent = { is_sent: true, message_id: '3f0c9a52-6d0e-4c1f-9a55-2f3b8f6f1a01' };

beforeEach(async () => {
  fixture = await startKick();
  ({ kick, tokens, requests } = fixture);
});
afterEach(() => fixture.close());

describe('a refused token', () => {
  it('is replaced once, and the request goes again', async () => {
    fixture.script.answer = (response, { headers }) =>
      headers.authorization === 'Bearer token-2'
        ? data(sent)(response)
        : answerJson(response, 401, { data: {}, message: 'Unauthorized' });
    expect(await kick.chat.send(message)).toBe(sent.message_id);
    expect(authorization()).toEqual(['Bearer token-1', 'Bearer token-2']);
  });

  it('C37 is replaced once for a burst of requests', async () => {
    fixture.script.answer = (response, { headers }) =>
      headers.authorization === 'Bearer token-2' ? data(sent)(response) : answerJson(response, 401, {});
    await Promise.all(Array.from({ length: 20 }, () => kick.chat.send(message)));
    expect(tokens.replacements).toBe(1);
    expect(authorization().filter((value) => value === 'Bearer token-2')).toHaveLength(20);
  });

  it('is given up when Kick refuses the new one too', async () => {
    fixture.script.answer = (response) => answerJson(response, 401, {});
    await expect(kick.chat.send(message)).rejects.toMatchObject({ code: 'kick.unauthorized', status: 401 });
    expect(requests).toHaveLength(2);
    expect(tokens.replacements).toBe(1);
  });

  it('is replaced, but nothing sent again, for those who count requests', async () => {
    fixture.script.answer = (response) => answerJson(response, 401, {});
    await expect(kick.chat.sendOnce(message)).rejects.toBeInstanceOf(TokenReplacedError);
    await expect(kick.chat.sendOnce(message, { tokenIsNew: true })).rejects.not.toBeInstanceOf(
      TokenReplacedError,
    );
    expect(requests).toHaveLength(2);
    expect(tokens.replacements).toBe(1);
  });

  it('tells that a login is needed, in the words of the token source', async () => {
    fixture.script.answer = (response) => answerJson(response, 401, {});
    tokens.replaceRefused = async () => {
      throw new KickbotError('auth.login_needed', 'Log in again.');
    };
    await expect(kick.users.me()).rejects.toMatchObject({ code: 'auth.login_needed' });
  });
});

describe('users', () => {
  it('1 tells who the account is', async () => {
    fixture.script.answer = data([
      { user_id: 7, name: 'Bot', email: 'bot@example.com', profile_picture: '', new_field: 1 },
    ]);
    expect(await kick.users.me()).toEqual({
      id: 7,
      username: 'Bot',
      email: 'bot@example.com',
      profilePicture: undefined,
    });
    expect(requests[0]).toMatchObject({ method: 'GET', url: '/public/v1/users', body: undefined });
  });

  it('says what to name to Kick when it does not tell', async () => {
    fixture.script.answer = (response) =>
      answerJson(response, 200, { data: [] }, { 'x-request-id': 'req-1' });
    await expect(kick.users.me()).rejects.toMatchObject({
      code: 'kick.unexpected_answer',
      requestId: 'req-1',
    });
  });

  it('asks for several by repeating the key, and does not ask for none', async () => {
    fixture.script.answer = data([{ user_id: 1, name: 'One' }]);
    expect(await kick.users.byIds([userId(1), userId(2)])).toHaveLength(1);
    expect(await kick.users.byIds([])).toEqual([]);
    expect(requests.map(({ url }) => url)).toEqual(['/public/v1/users?id=1&id=2']);
  });
});

describe('channels', () => {
  const live = {
    broadcaster_user_id: 1001,
    slug: 'streamer',
    channel_description: 'About',
    stream_title: 'Title',
    category: { id: 15, name: 'Just Chatting', thumbnail: '' },
    stream: {
      is_live: true,
      viewer_count: 3,
      language: 'en',
      start_time: '2026-01-02T03:04:05Z',
      custom_tags: ['a'],
      url: 'rtmps://ingest.example/live',
      key: 'sk_canary',
    },
    active_subscribers_count: 5,
    active_gifted_subscribers_count: 2,
    canceled_subscribers_count: null,
  };

  it('3 are found by slug', async () => {
    fixture.script.answer = data([live]);
    expect(await kick.channels.bySlug('streamer')).toEqual({
      broadcasterUserId: 1001,
      slug: 'streamer',
      description: 'About',
      bannerPicture: undefined,
      streamTitle: 'Title',
      category: { id: 15, name: 'Just Chatting', thumbnail: undefined },
      subscribers: { active: 5, gifted: 2, canceled: 0 },
      stream: {
        isLive: true,
        isMature: false,
        language: 'en',
        viewerCount: 3,
        customTags: ['a'],
        thumbnail: undefined,
        startedAt: new Date('2026-01-02T03:04:05Z'),
        url: 'rtmps://ingest.example/live',
        key: new Secret('sk_canary'),
      },
    });
    expect(requests[0]?.url).toBe('/public/v1/channels?slug=streamer');
  });

  it('C43 keep the stream key to themselves', async () => {
    fixture.script.answer = data([live]);
    const own = await kick.channels.own();
    expect(JSON.stringify(own) + inspect(own, { depth: null })).not.toContain('sk_canary');
    expect(own.stream.key?.reveal()).toBe('sk_canary');
  });

  it('are found by slug one at a time, as an unknown one makes Kick refuse the call', async () => {
    fixture.script.answer = (response, { url }) =>
      url?.includes('nobody')
        ? answerJson(response, 400, { data: {}, message: 'Invalid request' })
        : data([live])(response);
    expect(await kick.channels.bySlugs(['nobody', 'streamer'])).toMatchObject([{ slug: 'streamer' }]);
    expect(requests.map(({ url }) => url)).toEqual([
      '/public/v1/channels?slug=nobody',
      '/public/v1/channels?slug=streamer',
    ]);
  });

  it('are found by the ids of their broadcasters', async () => {
    fixture.script.answer = data([live]);
    expect(await kick.channels.byIds([userId(1001), userId(2)])).toHaveLength(1);
    expect(await kick.channels.byIds([])).toEqual([]);
    expect(requests.map(({ url }) => url)).toEqual([
      '/public/v1/channels?broadcaster_user_id=1001&broadcaster_user_id=2',
    ]);
  });

  it.each([
    null,
    undefined,
    { start_time: '0001-01-01T00:00:00Z' },
    { start_time: '' },
    { start_time: null },
  ])('may be offline in every way: %j', async (stream) => {
    fixture.script.answer = data([
      { broadcaster_user_id: 1, slug: 'own', category: null, channel_description: null, stream },
    ]);
    const own = await kick.channels.own();
    expect(own.stream).toMatchObject({ isLive: false, viewerCount: 0, startedAt: undefined });
    expect(own.category).toBeUndefined();
  });

  it('are not found when Kick answers an unknown slug with 400, or with nothing', async () => {
    fixture.script.answer = (response) => answerJson(response, 400, { data: {}, message: 'Invalid request' });
    await expect(kick.channels.bySlug('nobody')).rejects.toMatchObject({ code: 'kick.not_found' });
    fixture.script.answer = data([]);
    await expect(kick.channels.bySlug('nobody')).rejects.toMatchObject({ code: 'kick.not_found' });
  });

  it('are not taken for unknown when something else is wrong', async () => {
    fixture.script.answer = (response) => answerJson(response, 410, {});
    await expect(kick.channels.bySlugs(['streamer'])).rejects.toMatchObject({ status: 410 });
    fixture.script.answer = (response) => answerJson(response, 400, { data: 'daily message quota exceeded' });
    await expect(kick.channels.bySlugs(['streamer'])).rejects.toMatchObject({ code: 'kick.rate_limited' });
  });

  it('4 are changed by what is named only', async () => {
    fixture.script.answer = noContent;
    await kick.channels.update({ streamTitle: 'New' });
    expect(requests[0]).toMatchObject({ method: 'PATCH', body: { stream_title: 'New' } });
    expect(requests[0]?.body).not.toHaveProperty('category_id');
  });

  it.each([
    ['no change', {}],
    ['an empty title', { streamTitle: '' }],
    ['a category below 1', { categoryId: 0 }],
    ['eleven tags', { customTags: Array(11).fill('tag') }],
  ])('are not changed by %s', async (_, changes) => {
    await expect(kick.channels.update(changes)).rejects.toMatchObject({ code: 'kick.invalid_request' });
    expect(requests).toEqual([]);
  });
});

describe('chat', () => {
  it('5 sends as the account, as a reply where one is named', async () => {
    fixture.script.answer = data(sent);
    await kick.chat.send({ ...message, replyTo: messageId('asked') });
    expect(requests[0]).toMatchObject({ method: 'POST', url: '/public/v1/chat' });
    expect(requests[0]?.body).toEqual({
      type: 'user',
      broadcaster_user_id: 1,
      content: 'hello',
      reply_to_message_id: 'asked',
    });
  });

  it("sends as the app's bot into the token's own channel", async () => {
    fixture.script.answer = data(sent);
    await kick.chat.send({ type: 'bot', content: 'hello' });
    expect(requests[0]?.body).toEqual({ type: 'bot', content: 'hello' });
  });

  it.each(['', 'x'.repeat(501)])('refuses a message of a wrong length before sending it', async (content) => {
    await expect(kick.chat.send({ ...message, content })).rejects.toMatchObject({
      code: 'kick.invalid_request',
    });
    expect(requests).toEqual([]);
  });

  it('takes is_sent: false for a failure', async () => {
    fixture.script.answer = data({ is_sent: false, message_id: '' });
    await expect(kick.chat.send(message)).rejects.toMatchObject({ code: 'kick.message_not_sent' });
  });

  it.each([
    ['of another shape', data({ ok: 1 })],
    [
      'that is HTML',
      (response: ServerResponse) => response.setHeader('content-type', 'text/html').end('<p>'),
    ],
    ['without a body', (response: ServerResponse) => response.end()],
  ])('reports an answer %s', async (_, misdeed) => {
    fixture.script.answer = (response) => misdeed(response);
    await expect(kick.chat.send(message)).rejects.toMatchObject({ code: 'kick.unexpected_answer' });
  });

  it('6 deletes a message', async () => {
    fixture.script.answer = noContent;
    await kick.chat.delete(messageId('a/b'));
    expect(requests[0]).toMatchObject({
      method: 'DELETE',
      url: '/public/v1/chat/a%2Fb',
      body: undefined,
    });
  });
});

describe('moderation', () => {
  const member = { broadcasterUserId: userId(1), userId: userId(2) };

  it.each([
    [1, 1],
    [60, 1],
    [61, 2],
    [604_800, 10_080],
  ])('7 times out for %i s in minutes, rounded up: %i', async (seconds, duration) => {
    fixture.script.answer = data({});
    await kick.moderation.timeout({ ...member, seconds, reason: 'spam' });
    expect(requests[0]).toMatchObject({ method: 'POST', url: '/public/v1/moderation/bans' });
    expect(requests[0]?.body).toEqual({
      broadcaster_user_id: 1,
      user_id: 2,
      duration,
      reason: 'spam',
    });
  });

  it.each([0, -1, Number.NaN, 604_801])(
    'refuses a timeout of %d s, which must not become a ban',
    async (seconds) => {
      await expect(kick.moderation.timeout({ ...member, seconds })).rejects.toMatchObject({
        code: 'kick.invalid_request',
      });
      expect(requests).toEqual([]);
    },
  );

  it('bans without a duration, and refuses a reason of 101 characters', async () => {
    fixture.script.answer = data({});
    await kick.moderation.ban(member);
    expect(requests[0]?.body).toEqual({ broadcaster_user_id: 1, user_id: 2 });
    await expect(kick.moderation.ban({ ...member, reason: 'x'.repeat(101) })).rejects.toMatchObject({
      code: 'kick.invalid_request',
    });
  });

  it('8 ends a ban with a body, not a query', async () => {
    fixture.script.answer = data({});
    await kick.moderation.unban(member);
    expect(requests[0]).toMatchObject({
      method: 'DELETE',
      url: '/public/v1/moderation/bans',
      body: { broadcaster_user_id: 1, user_id: 2 },
    });
  });
});
