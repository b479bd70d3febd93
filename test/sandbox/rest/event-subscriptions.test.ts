import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Api,
  channelNotFound,
  forbidden,
  invalid,
  noContent,
  ok,
  openApi,
  unauthorized,
} from './api.js';

const PATH = '/public/v1/events/subscriptions';
const ULID = /^[0-9A-HJKMNP-TV-Z]{26}$/;

let api: Api;
let token: string;
let broadcaster: number;

beforeEach(async () => {
  api = await openApi();
  token = await api.appToken();
  broadcaster = api.channel.broadcaster.id;
});

afterEach(() => api.close());

const chat = { name: 'chat.message.sent', version: 1 };
const follow = { name: 'channel.followed', version: 1 };
const post = (body: object, who: { as?: string; token?: string } = { token }) =>
  api.call('POST', PATH, { ...who, body: { method: 'webhook', events: [chat], ...body } });
const list = (query = '', who: { as?: string; token?: string } = { token }) =>
  api.call('GET', `${PATH}${query}`, who);
const subscribed = (...events: object[]) =>
  ok(events.map((event) => ({ ...event, subscription_id: expect.stringMatching(ULID) })));
const stored = () => api.world.subscriptions.list({ appId: api.sandbox.app.id });

it.each(['GET', 'POST', 'DELETE'])('%s takes no request without a good token', async (method) => {
  expect(await api.call(method, PATH)).toEqual(unauthorized);
});

it.each(['POST', 'DELETE'])('%s asks users for events:subscribe', async (method) => {
  expect(await api.call(method, PATH, { as: 'streamer', scopes: ['user:read'] })).toEqual(forbidden);
});

describe('POST /public/v1/events/subscriptions', () => {
  it('subscribes an app to any channel, which GET then lists', async () => {
    expect(await post({ broadcaster_user_id: broadcaster, events: [chat, follow] })).toEqual(
      subscribed(chat, follow),
    );
    const common = {
      id: expect.stringMatching(ULID),
      app_id: expect.stringMatching(ULID),
      broadcaster_user_id: broadcaster,
      version: 1,
      method: 'webhook',
      created_at: '2026-11-22T00:00:00.000Z',
      updated_at: '2026-11-22T00:00:00.000Z',
    };
    expect(await list()).toEqual(
      ok([
        { ...common, event: 'chat.message.sent' },
        { ...common, event: 'channel.followed' },
      ]),
    );
  });

  it('subscribes a user to their own channel, whatever id was sent along', async () => {
    const other = api.world.createChannel({ owner: 'other' });
    expect(await post({ broadcaster_user_id: other.broadcaster.id }, { as: 'streamer' })).toEqual(
      subscribed(chat),
    );
    expect(stored()).toMatchObject([{ broadcasterId: broadcaster }]);
  });

  it('fails by event, and does the others', async () => {
    const unknown = { name: 'chat.message.deleted', version: 1 };
    const newer = { name: 'channel.followed', version: 2 };
    expect(await post({ broadcaster_user_id: broadcaster, events: [unknown, chat, newer] })).toEqual(
      ok([
        { ...unknown, error: expect.stringMatching(/./) },
        { ...chat, subscription_id: expect.stringMatching(ULID) },
        { ...newer, error: expect.stringMatching(/./) },
      ]),
    );
  });

  it('asks an app for the broadcaster, who must have a channel', async () => {
    expect(await post({})).toEqual({
      status: 400,
      body: { data: 'broadcaster_user_id is required for app tokens', message: 'Bad request' },
    });
    expect(await post({ broadcaster_user_id: 1 })).toEqual(channelNotFound);
  });

  it.each<[string, object]>([
    ['no method', { method: undefined }],
    ['no events', { events: [] }],
    ['a version in text', { events: [{ name: 'channel.followed', version: '1' }] }],
  ])('refuses %s', async (_, body) => {
    expect(await post({ broadcaster_user_id: broadcaster, ...body })).toEqual(invalid);
  });

  it('has one subscription for each event and channel', async () => {
    await post({ broadcaster_user_id: broadcaster });
    await post({ broadcaster_user_id: broadcaster });
    expect(stored()).toHaveLength(1);
  });

  it('gives an app that is not verified the chat of a thousand channels', async () => {
    const appId = api.sandbox.app.id;
    for (let other = 1; other <= 1000; other += 1) {
      api.world.subscriptions.subscribe({ appId, broadcasterId: other, event: 'chat.message.sent' });
    }
    expect(await post({ broadcaster_user_id: broadcaster })).toEqual({
      status: 400,
      body: { data: 'event subscription limit reached', message: 'Bad request' },
    });
    expect(await post({ broadcaster_user_id: broadcaster, events: [follow] })).toEqual(subscribed(follow));
  });
});

describe('GET /public/v1/events/subscriptions', () => {
  it('shows an app its own, and a user those of their channel', async () => {
    const { sandbox, world } = api;
    const other = world.createChannel({ owner: 'other' });
    await post({ broadcaster_user_id: broadcaster });
    await post({ broadcaster_user_id: other.broadcaster.id });
    const another = sandbox.registerApp({ redirectUris: [] });
    const { access_token: foreign } = sandbox.issueTokens({ as: 'streamer', app: another });
    const ofChannel = (...ids: number[]) =>
      ok(ids.map((id) => expect.objectContaining({ broadcaster_user_id: id })));
    expect(await list()).toEqual(ofChannel(broadcaster, other.broadcaster.id));
    expect(await list(`?broadcaster_user_id=${broadcaster}`)).toEqual(ofChannel(broadcaster));
    expect(await list('', { as: 'other' })).toEqual(ofChannel(other.broadcaster.id));
    expect(await list('', { token: foreign })).toEqual(ok([]));
    expect(await list('?broadcaster_user_id=x')).toEqual(invalid);
  });
});

describe('DELETE /public/v1/events/subscriptions', () => {
  const remove = (ids: string[], who: { as?: string; token?: string } = { token }) =>
    api.call('DELETE', `${PATH}?${ids.map((id) => `id=${id}`).join('&')}`, who);

  it('ends those of repeated ids, and answers 204 without a body', async () => {
    await post({ broadcaster_user_id: broadcaster, events: [chat, follow] });
    expect(await remove(stored().map(({ id }) => id))).toEqual(noContent);
    expect(stored()).toEqual([]);
  });

  it('leaves alone what the token cannot see', async () => {
    await post({ broadcaster_user_id: broadcaster });
    api.world.createChannel({ owner: 'other' });
    const ids = stored().map(({ id }) => id);
    expect(await remove(ids, { as: 'other' })).toEqual(noContent);
    expect(stored()).toHaveLength(1);
  });

  it('needs ids that are ULIDs', async () => {
    expect(await remove([])).toEqual(invalid);
    expect(await remove(['1'])).toEqual(invalid);
  });
});
