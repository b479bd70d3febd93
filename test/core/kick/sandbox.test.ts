import { createPublicKey } from 'node:crypto';
import { type Channel, kicksGifts, type Sandbox, startSandbox } from 'kickbot/sandbox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { webhookEvents } from '../../../src/core/kick/event-subscriptions.js';
import { HttpClient } from '../../../src/core/kick/http-client.js';
import { KickApi } from '../../../src/core/kick/kick-api.js';
import { SystemClock } from '../../../src/core/primitives/clock.js';
import { chatroomId, userId } from '../../../src/core/primitives/ids.js';
import { Secret } from '../../../src/core/primitives/secret.js';
import { FixedRandom } from '../../support/fixed-random.js';
import { gather } from './kick-fixture.js';

let sandbox: Sandbox;
let channel: Channel;
let http: HttpClient;
/** As the broadcaster, and as the app. */
let kick: KickApi;
let app: KickApi;

beforeEach(async () => {
  sandbox = await startSandbox();
  channel = sandbox.world.createChannel({ owner: 'streamer', title: 'Morning show' });
  sandbox.world.createUser({ username: 'viewer' });
  sandbox.app.organization = true;
  http = new HttpClient({ clock: new SystemClock(), random: new FixedRandom(0), version: '1.2.3' });
  kick = apiWith(sandbox.issueTokens({ as: 'streamer' }).access_token);
  app = apiWith(sandbox.tokens.issueToApp(sandbox.app).access_token);
});
afterEach(async () => {
  await http.close();
  await sandbox.close();
});

function apiWith(accessToken: string): KickApi {
  const token = new Secret(accessToken);
  const tokens = { accessToken: async () => token, replaceRefused: async () => token };
  return new KickApi({ apiUrl: sandbox.endpoints.api, authUrl: sandbox.endpoints.auth, tokens, http });
}

describe('against the sandbox, whose reading of the API is its own', () => {
  it('rewards are made, changed, redeemed, decided and removed', async () => {
    const { rewards } = kick;
    const made = await rewards.create({ title: 'Song request', cost: 500, description: 'one song' });
    expect(await rewards.update(made.id, { cost: 600 })).toEqual({ ...made, cost: 600 });
    expect(await rewards.list()).toEqual([{ ...made, cost: 600 }]);
    for (const input of ['jazz', 'blues']) {
      sandbox.world.redeemReward({ channel, user: 'viewer', title: 'Song request', input });
    }
    const [jazz, blues] = await gather(rewards.redemptions.list());
    if (jazz === undefined || blues === undefined) throw new Error('Two redemptions are missing.');
    expect(jazz).toMatchObject({ status: 'pending', reward: { id: made.id, canManage: true, cost: 600 } });
    expect(await rewards.redemptions.accept([jazz.id])).toEqual([]);
    expect(await rewards.redemptions.reject([blues.id, jazz.id])).toEqual([
      { id: jazz.id, reason: 'NOT_PENDING' },
    ]);
    const decided = await gather(rewards.redemptions.list({ ids: [jazz.id, blues.id] }));
    expect(decided.map(({ status }) => status).toSorted()).toEqual(['accepted', 'rejected']);
    await rewards.delete(made.id);
    expect(await rewards.list()).toEqual([]);
  });

  it('livestreams are listed over several pages', async () => {
    const owners = ['streamer', 'second', 'third'];
    for (const owner of owners) {
      const live = owner === 'streamer' ? channel : sandbox.world.createChannel({ owner });
      sandbox.world.goLive({ channel: live, viewers: 7 });
    }
    const streams = await gather(app.livestreams.list({ pageSize: 1 }));
    expect(streams.map(({ slug }) => slug).toSorted()).toEqual(owners.toSorted());
    expect(await app.livestreams.byUserIds([userId(channel.broadcaster.id)])).toEqual(
      streams.filter(({ slug }) => slug === 'streamer'),
    );
    expect(await app.livestreams.stats()).toEqual({ totalCount: 3 });
    const [first] = await app.livestreams.listV1({ broadcasterUserIds: [userId(channel.broadcaster.id)] });
    expect(first).toMatchObject({ channelId: channel.id, title: 'Morning show', viewerCount: 7 });
  });

  it('categories are found by name, by a part of it and by id', async () => {
    const [found] = await gather(app.categories.list({ name: 'Just Chatting' }));
    expect(found).toMatchObject({ id: 15, name: 'Just Chatting' });
    expect(await app.categories.search('just chat')).toContainEqual(expect.objectContaining({ id: 15 }));
    expect(await app.categories.byId(15)).toMatchObject({ ...found, viewerCount: 0 });
  });

  it('event subscriptions are made, listed and removed', async () => {
    const broadcasterUserId = userId(channel.broadcaster.id);
    const made = await app.eventSubscriptions.create({
      broadcasterUserId,
      events: ['chat.message.sent', 'kicks.gifted'],
    });
    expect(made.map(({ error }) => error)).toEqual([undefined, undefined]);
    const listed = await app.eventSubscriptions.list({ broadcasterUserId });
    expect(listed.map(({ id, event }) => ({ id, event }))).toEqual(
      made.map(({ id, event }) => ({ id, event })),
    );
    await app.eventSubscriptions.delete(listed.map(({ id }) => id));
    expect(await app.eventSubscriptions.list()).toEqual([]);
  });

  it('the event subscriptions of 500 channels are listed, which come in one answer of more than 1 MiB', async () => {
    const { world, app: owner } = sandbox;
    for (let number = 1; number <= 500; number++) {
      const { broadcaster } = world.createChannel({ owner: `streamer-${number}` });
      for (const event of webhookEvents) {
        world.subscriptions.subscribe({ appId: owner.id, broadcasterId: broadcaster.id, event });
      }
    }
    expect(await app.eventSubscriptions.list()).toHaveLength(5_000);
  });

  it('the public key is one', async () => {
    expect(createPublicKey(await app.publicKey.get()).asymmetricKeyType).toBe('rsa');
  });

  it('the KICKs leaderboard has who gave', async () => {
    sandbox.world.giftKicks({ channel, user: 'viewer', gift: kicksGifts.rageQuit });
    const { lifetime, week } = await kick.kicks.leaderboard();
    expect(lifetime).toMatchObject([{ rank: 1, username: 'viewer', giftedAmount: 500 }]);
    expect(week).toEqual(lifetime);
  });

  it('Drops claims are listed over several pages and changed', async () => {
    for (const rewardId of ['reward-1', 'reward-2', 'reward-3']) {
      const viewer = sandbox.world.user('viewer').id;
      sandbox.world.drops.claim({
        appId: sandbox.app.id,
        userId: viewer,
        campaignId: 'c',
        rewardId,
        externalId: 'golden-sword',
      });
    }
    const claims = await gather(app.drops.claims({ pageSize: 1 }));
    expect(claims.map(({ rewardId }) => rewardId)).toEqual(['reward-1', 'reward-2', 'reward-3']);
    await app.drops.updateClaims(claims.map(({ id }) => ({ id, externalStatus: 'delivered' })));
    expect(await gather(app.drops.claims({ externalStatus: 'delivered' }))).toHaveLength(3);
  });

  it('tokens tell what they are', async () => {
    expect(await kick.tokens.introspect()).toMatchObject({ isActive: true, kind: 'user' });
    expect(await app.tokens.introspect()).toMatchObject({ isActive: true, kind: 'app', scopes: [] });
    expect(await kick.tokens.introspectV1()).toMatchObject({ isActive: true });
  });

  it("the website's endpoints send, delete, time out and ban", async () => {
    const { slug, chatroomId: room, broadcaster } = channel;
    const token = new Secret(sandbox.issueTokens({ as: 'streamer' }).access_token);
    const website = new KickApi({
      apiUrl: sandbox.endpoints.api,
      authUrl: sandbox.endpoints.auth,
      tokens: { accessToken: async () => token, replaceRefused: async () => token },
      http,
      website: {
        url: sandbox.endpoints.website,
        channelOf: async () => ({ slug, chatroomId: chatroomId(room) }),
      },
    });
    const broadcasterUserId = userId(broadcaster.id);
    const viewer = sandbox.world.user('viewer');
    const member = { broadcasterUserId, userId: userId(viewer.id) };
    const id = await website.chat.send({ type: 'user', broadcasterUserId, content: 'hello' });
    expect(channel.messages).toMatchObject([{ id, content: 'hello' }]);
    await website.chat.delete(id);
    expect(channel.messages[0]?.removed).toMatchObject({ how: 'deleted' });
    await website.moderation.timeout({ ...member, seconds: 90 });
    expect(channel.bans.has(viewer)).toBe(true);
    await website.moderation.unban(member);
    expect(channel.bans.has(viewer)).toBe(false);
    await website.moderation.ban({ ...member, reason: 'spam' });
    expect(channel.bans.get(viewer)).toMatchObject({ reason: 'spam' });
  });

  it('channels are found by ids and by slugs, unknown ones left out', async () => {
    const [byId] = await app.channels.byIds([userId(channel.broadcaster.id), userId(999_999)]);
    expect(byId).toMatchObject({ slug: 'streamer', streamTitle: 'Morning show' });
    expect(await app.channels.bySlugs(['nobody', 'streamer'])).toEqual([byId]);
  });
});
