import { verify } from 'node:crypto';
import { type Channel, type Sandbox, type SubscribableEvent, startSandbox } from 'kickbot/sandbox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openReceiver, type ReceivedWebhook } from './receiver.js';

const ULID = expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{26}$/);

let receiver: Awaited<ReturnType<typeof openReceiver>>;
let sandbox: Sandbox;
let channel: Channel;
let now: number;

beforeEach(async () => {
  now = Date.parse('2026-01-02T03:04:05.678Z');
  receiver = await openReceiver();
  sandbox = await startSandbox({ webhookUrl: receiver.url, clock: () => now });
  sandbox.webhooks.retryPausesMs = [];
  channel = sandbox.world.createChannel({ owner: 'streamer' });
  subscribe('chat.message.sent');
});

afterEach(async () => {
  await sandbox.close();
  await receiver.close();
});

function subscribe(event: SubscribableEvent) {
  const { app, world } = sandbox;
  return world.subscriptions.subscribe({ appId: app.id, broadcasterId: channel.broadcaster.id, event });
}

const say = (content: string) => sandbox.world.say({ channel, user: 'streamer', content });
const contents = () => receiver.received.map(({ body }) => JSON.parse(body).content);
const ids = () => receiver.received.map(({ headers }) => headers['Kick-Event-Message-Id']);
const statuses = () => sandbox.webhooks.deliveries.map(({ status }) => status);

async function publicKey(): Promise<string> {
  const reply = await fetch(`${sandbox.url}/public/v1/public-key`);
  const { data } = (await reply.json()) as { data: { public_key: string } };
  return data.public_key;
}

function isAuthentic({ headers, body }: ReceivedWebhook, key: string): boolean {
  const signed = `${headers['Kick-Event-Message-Id']}.${headers['Kick-Event-Message-Timestamp']}.${body}`;
  const signature = Buffer.from(headers['Kick-Event-Signature'] ?? '', 'base64');
  return verify('RSA-SHA256', Buffer.from(signed), key, signature);
}

describe('a webhook', () => {
  it('official-api §3.1, §3.2: comes with its headers, signed over id, time and body', async () => {
    const { id } = subscribe('channel.followed');
    sandbox.world.follow({ channel, user: 'streamer' });
    await expect.poll(statuses).toEqual([200]);
    const [webhook] = receiver.received;
    expect(webhook?.headers).toMatchObject({
      'User-Agent': 'Go-http-client/1.1',
      Accept: 'application/json',
      'Content-Type': 'application/json',
      'Kick-Event-Message-Id': ULID,
      'Kick-Event-Subscription-Id': id,
      'Kick-Event-Signature': expect.stringMatching(/^[\w+/]{342}==$/),
      'Kick-Event-Message-Timestamp': '2026-01-02T03:04:05Z',
      'Kick-Event-Type': 'channel.followed',
      'Kick-Event-Version': '1',
    });
    expect(webhook && isAuthentic(webhook, await publicKey())).toBe(true);
    expect(sandbox.webhooks.deliveries).toEqual([
      { at: now, event: 'channel.followed', messageId: ids()[0], attempt: 1, status: 200 },
    ]);
  });

  it('goes to the apps that subscribed to that event of that channel, once each', async () => {
    const other = await openReceiver();
    const app = sandbox.registerApp({ redirectUris: [], webhookUrl: other.url });
    const broadcasterId = channel.broadcaster.id;
    sandbox.world.subscriptions.subscribe({ appId: app.id, broadcasterId, event: 'chat.message.sent' });
    sandbox.world.follow({ channel, user: 'streamer' });
    const elsewhere = sandbox.world.createChannel({ owner: 'other' });
    sandbox.world.say({ channel: elsewhere, user: 'other', content: 'unheard' });
    say('hello');
    await expect.poll(statuses).toEqual([200, 200]);
    expect([contents(), other.received.length]).toEqual([['hello'], 1]);
    await other.close();
  });

  it('goes nowhere while the app has no webhook URL', async () => {
    sandbox.app.webhookUrl = undefined;
    say('unheard');
    await expect(sandbox.webhooks.deliver('chat.message.sent', {})).rejects.toThrow('sandbox.app.webhookUrl');
    sandbox.app.webhookUrl = receiver.url;
    say('heard');
    await expect.poll(statuses).toEqual([200]);
    expect(contents()).toEqual(['heard']);
  });

  it('tells of what an app changed through PATCH /channels', async () => {
    subscribe('livestream.metadata.updated');
    const { access_token: token } = sandbox.issueTokens({ as: 'streamer' });
    await fetch(`${sandbox.endpoints.api}/public/v1/channels`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ stream_title: 'Now with games', category_id: 42 }),
    });
    await expect.poll(statuses).toEqual([200]);
    expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject({
      metadata: { title: 'Now with games', category: { id: 42 }, Category: { id: 42 } },
    });
  });

  it('reuses a connection', async () => {
    for (const count of [1, 2, 3]) {
      say('hello');
      await expect.poll(statuses).toHaveLength(count);
      await expect.poll(() => statuses().at(-1)).toBe(200);
    }
    expect(new Set(receiver.received.map(({ port }) => port)).size).toBe(1);
  });

  it('opens a bounded number of connections at once', async () => {
    for (let count = 0; count < 100; count += 1) say('hello');
    await expect.poll(() => receiver.received).toHaveLength(100);
    expect(new Set(receiver.received.map(({ port }) => port)).size).toBeLessThanOrEqual(16);
  });

  it('§3.3, to 2025-12: comes up to three times, the same each time, until it is taken', async () => {
    sandbox.webhooks.retryPausesMs = [0, 0];
    receiver.statuses.push(503, 500, 204);
    say('hello');
    await expect.poll(statuses).toEqual([503, 500, 204]);
    expect(receiver.received.map(({ body }) => body)).toEqual(Array(3).fill(receiver.received[0]?.body));
    expect(new Set(ids()).size).toBe(1);
    receiver.statuses.push(500, 500, 500);
    say('refused');
    await expect.poll(statuses).toEqual([503, 500, 204, 500, 500, 500]);
    say('next');
    await expect.poll(() => contents().at(-1)).toBe('next');
    expect(sandbox.webhooks.deliveries.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 1, 2, 3, 1]);
  });

  it('comes again where no answer came', async () => {
    await receiver.close();
    const lines: string[] = [];
    const deaf = await startSandbox({ webhookUrl: receiver.url, log: (line) => lines.push(line) });
    deaf.webhooks.retryPausesMs = [0];
    const { broadcaster } = deaf.world.createChannel({ owner: 'streamer' });
    const event = 'chat.message.sent';
    deaf.world.subscriptions.subscribe({ appId: deaf.app.id, broadcasterId: broadcaster.id, event });
    deaf.world.say({ channel: 'streamer', user: 'streamer', content: 'hello' });
    await expect.poll(() => lines).toEqual(Array(2).fill(expect.stringContaining('ECONNREFUSED')));
    expect(deaf.webhooks.deliveries.map(({ status }) => status)).toEqual([undefined, undefined]);
    await deaf.close();
    receiver = await openReceiver();
  });
});

describe('E68 what goes wrong on order', () => {
  it('is late, with its own time', async () => {
    sandbox.faults.webhooks({ delayMs: 100 });
    say('late');
    sandbox.faults.webhooks({});
    now += 60_000;
    say('on time');
    await expect.poll(statuses).toEqual([200, 200]);
    expect(contents()).toEqual(['on time', 'late']);
    const times = receiver.received.map(({ headers }) => headers['Kick-Event-Message-Timestamp']);
    expect(times).toEqual(['2026-01-02T03:05:05Z', '2026-01-02T03:04:05Z']);
  });

  it('may keep many waiting without a warning, and forgets them when the sandbox closes', async () => {
    const warnings: string[] = [];
    const warned = ({ name }: Error) => warnings.push(name);
    process.on('warning', warned);
    sandbox.faults.webhooks({ delayMs: 60_000 });
    for (let count = 0; count < 20; count += 1) say('late');
    sandbox.faults.webhooks({});
    say('on time');
    await expect.poll(statuses).toEqual([200]);
    await sandbox.close();
    process.off('warning', warned);
    expect([contents(), warnings]).toEqual([['on time'], []]);
  });

  it('E67 comes in several copies under one id', async () => {
    sandbox.faults.webhooks({ copies: 10 });
    say('hello');
    await expect.poll(statuses).toEqual(Array(10).fill(200));
    expect(new Set(ids()).size).toBe(1);
  });

  it('is held back, and then comes in a burst', async () => {
    sandbox.faults.webhooks({ hold: true });
    for (const content of ['one', 'two', 'three']) say(content);
    await sandbox.webhooks.deliver('channel.followed', { content: 'by hand' });
    expect(contents()).toEqual(['by hand']);
    sandbox.faults.clear();
    await expect.poll(() => contents().toSorted()).toEqual(['by hand', 'one', 'three', 'two']);
  });

  it('is bounded: with too many under way the next are given up', async () => {
    sandbox.webhooks.maxUnderWay = 2;
    sandbox.faults.webhooks({ hold: true });
    for (const content of ['one', 'two', 'three']) say(content);
    sandbox.faults.clear();
    await expect.poll(statuses).toEqual([200, 200]);
    await expect
      .poll(() => {
        say('next');
        return contents();
      })
      .toContain('next');
    expect(contents()).not.toContain('three');
  });

  it('may be as late as never', async () => {
    sandbox.faults.webhooks({ delayMs: Number.POSITIVE_INFINITY });
    say('never');
    sandbox.faults.clear();
    for (const content of ['one', 'two']) {
      say(content);
      await expect.poll(contents).toContain(content);
    }
    expect(contents()).toEqual(['one', 'two']);
  });

  it('never comes', async () => {
    sandbox.faults.webhooks({ drop: true });
    say('unheard');
    sandbox.faults.clear();
    say('heard');
    await expect.poll(statuses).toEqual([200]);
    expect(contents()).toEqual(['heard']);
  });

  it('says it is older than it is, authentically', async () => {
    sandbox.faults.webhooks({ backdateMs: 3 * 60 * 60 * 1000 });
    say('hello');
    await expect.poll(() => receiver.received).toHaveLength(1);
    const [webhook] = receiver.received;
    expect(webhook?.headers['Kick-Event-Message-Timestamp']).toBe('2026-01-02T00:04:05Z');
    expect(webhook && isAuthentic(webhook, await publicKey())).toBe(true);
  });

  it('E73 is signed with a new key', async () => {
    const old = await publicKey();
    sandbox.webhooks.rotateKey();
    say('hello');
    await expect.poll(() => receiver.received).toHaveLength(1);
    const key = await publicKey();
    expect(
      receiver.received.map((webhook) => [isAuthentic(webhook, old), isAuthentic(webhook, key)]),
    ).toEqual([[false, true]]);
  });

  it('E74 is subscribed no more', async () => {
    subscribe('channel.followed');
    sandbox.webhooks.unsubscribeAll('chat.message.sent');
    say('unheard');
    sandbox.world.follow({ channel, user: 'streamer' });
    await expect.poll(statuses).toEqual([200]);
    expect(receiver.received[0]?.headers['Kick-Event-Type']).toBe('channel.followed');
    sandbox.webhooks.unsubscribeAll();
    expect(sandbox.world.subscriptions.list({ appId: sandbox.app.id })).toEqual([]);
  });
});

describe('a delivery by hand', () => {
  it('E65, E66 is what it is told to be, signed before it is tampered with', async () => {
    receiver.statuses.push(403);
    const delivery = await sandbox.webhooks.deliver('some.new.event', '{"a": 1.0}', {
      messageId: 'of-mine',
      timestamp: '2020-01-01T00:00:00Z',
      subscriptionId: 'also-mine',
      headers: { 'kick-event-version': '2', 'X-More': 'yes', 'Kick-Event-Subscription-Id': null },
      sentBody: '{"a":1}',
    });
    expect(delivery).toMatchObject({ event: 'some.new.event', messageId: 'of-mine', status: 403 });
    const [webhook] = receiver.received;
    expect(webhook?.headers).toMatchObject({
      'Kick-Event-Message-Timestamp': '2020-01-01T00:00:00Z',
      'Kick-Event-Version': '2',
      'X-More': 'yes',
    });
    expect(webhook?.headers).not.toHaveProperty('Kick-Event-Subscription-Id');
    expect(webhook?.body).toBe('{"a":1}');
    const key = await publicKey();
    expect(webhook && isAuthentic(webhook, key)).toBe(false);
    expect(webhook && isAuthentic({ ...webhook, body: '{"a": 1.0}' }, key)).toBe(true);
  });

  it('can be prepared for a socket of one’s own', async () => {
    const { headers, body } = await sandbox.webhooks.prepare('channel.followed', { a: 1 });
    const webhook = { headers, body: String(body), port: undefined };
    expect(isAuthentic(webhook, await publicKey())).toBe(true);
    expect([receiver.received, sandbox.webhooks.deliveries]).toEqual([[], []]);
  });
});
