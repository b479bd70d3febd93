import { type Channel as Room, type Sandbox, startSandbox } from 'kickbot/sandbox';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Channel } from '../../src/core/events/kick-event.js';
import { decodeWebhook } from '../../src/core/events/webhook-decoder.js';
import { webhookEvents } from '../../src/core/kick/event-subscriptions.js';
import { HttpClient } from '../../src/core/kick/http-client.js';
import { KickApi } from '../../src/core/kick/kick-api.js';
import { SystemClock } from '../../src/core/primitives/clock.js';
import { channelId, chatroomId, userId } from '../../src/core/primitives/ids.js';
import { Secret } from '../../src/core/primitives/secret.js';
import { openWebhooks, type Webhooks } from '../core/chat/webhook/setup.js';
import { FakeClock } from '../support/fake-clock.js';
import { FixedRandom } from '../support/fixed-random.js';

let sandbox: Sandbox;
let room: Room;
let channel: Channel;
let http: HttpClient;
let clock: FakeClock;
let webhooks: Webhooks;

beforeEach(async () => {
  clock = new FakeClock();
  sandbox = await startSandbox({ clock: () => clock.now() });
  room = sandbox.world.createChannel({ owner: 'streamer' });
  sandbox.world.createUser({ username: 'viewer' });
  channel = {
    slug: 'streamer',
    broadcasterUserId: userId(room.broadcaster.id),
    channelId: channelId(room.id),
    chatroomId: chatroomId(room.chatroomId),
  };
  http = new HttpClient({ clock: new SystemClock(), random: new FixedRandom(0), version: '1.2.3' });
  const token = new Secret(sandbox.tokens.issueToApp(sandbox.app).access_token);
  const tokens = { accessToken: async () => token, replaceRefused: async () => token };
  const { api: apiUrl, auth: authUrl } = sandbox.endpoints;
  const kick = new KickApi({ apiUrl, authUrl, tokens, http });
  const access = { app: kick.eventSubscriptions, owner: async () => undefined };
  webhooks = await openWebhooks({ clock, access, publicKey: kick.publicKey });
  sandbox.app.webhookUrl = webhooks.address;
  webhooks.start();
  await webhooks.transport.join(channel);
  await vi.waitFor(() => expect(webhooks.transport.state).toEqual({ name: 'ready' }));
});
afterEach(async () => {
  await webhooks.close();
  await http.close();
  await sandbox.close();
});

const subscribed = () =>
  sandbox.world.subscriptions
    .list({ appId: sandbox.app.id })
    .map(({ event }) => event)
    .toSorted();
const events = () => webhooks.received.map((frame) => decodeWebhook(frame, channel, frame.sentAt));

describe('against the sandbox, whose reading of webhooks is its own', () => {
  it('subscribes and decodes what is sent', async () => {
    expect(subscribed()).toEqual(webhookEvents.toSorted());
    const { world } = sandbox;
    world.say({ channel: room, user: 'viewer', content: 'hello' });
    world.follow({ channel: room, user: 'viewer' });
    world.goLive({ channel: room, title: 'Morning show' });
    await vi.waitFor(() => expect(events()).toHaveLength(3));
    const byType = Object.fromEntries(events().map((event) => [event.type, event]));
    expect(byType).toMatchObject({
      'chat.message.sent': {
        content: 'hello',
        sender: { username: 'viewer' },
        createdAt: new Date(clock.now()),
      },
      'channel.followed': { follower: { username: 'viewer' } },
      'livestream.status.updated': { isLive: true, title: 'Morning show' },
    });
  });

  it('E73 takes a new key', async () => {
    const say = (content: string) => sandbox.world.say({ channel: room, user: 'viewer', content });
    say('signed with the first');
    await vi.waitFor(() => expect(events()).toHaveLength(1));
    sandbox.webhooks.rotateKey();
    say('signed with the second');
    await vi.waitFor(() => expect(events()).toHaveLength(2));
    await vi.waitFor(() => {
      expect(sandbox.webhooks.deliveries.map(({ status }) => status)).toEqual([200, 200]);
    });
  });

  it('E67 E68 late and twice: handled once, as late', async () => {
    sandbox.faults.webhooks({ copies: 3, backdateMs: 5 * 60_000 });
    sandbox.world.say({ channel: room, user: 'viewer', content: 'late' });
    await vi.waitFor(() =>
      expect(sandbox.webhooks.deliveries.map(({ status }) => status)).toEqual([200, 200, 200]),
    );
    await vi.waitFor(() => expect(webhooks.received).toMatchObject([{ late: true }]));
  });

  it('E74 subscribes again within five minutes when Kick ended the subscriptions', async () => {
    sandbox.webhooks.unsubscribeAll();
    expect(subscribed()).toEqual([]);
    clock.advance(5 * 60_000);
    await vi.waitFor(() => expect(subscribed()).toEqual(webhookEvents.toSorted()));
  });
});
