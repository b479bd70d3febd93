import { type Channel, cloudflareBlock, type HttpFault, type Sandbox, startSandbox } from 'kickbot/sandbox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RateLimitedSender, type SenderOptions } from '../../src/core/chat/sending/rate-limited-sender.js';
import { HttpClient } from '../../src/core/kick/http-client.js';
import { KickApi } from '../../src/core/kick/kick-api.js';
import type { Cancel } from '../../src/core/primitives/clock.js';
import { channelId, chatroomId, type MessageId, messageId, userId } from '../../src/core/primitives/ids.js';
import { SystemRandom } from '../../src/core/primitives/random.js';
import { Secret } from '../../src/core/primitives/secret.js';
import { openDatabase } from '../../src/core/storage/database.js';
import type { Database } from '../../src/core/storage/schema.js';
import { ClockAhead } from '../support/clock-ahead.js';
import { RecordingLogger } from '../support/recording-logger.js';

/** Runs fifty times as fast, so that a pause of one second takes 20 ms. */
class FastClock extends ClockAhead {
  override schedule(delayMs: number, run: () => void): Cancel {
    return super.schedule(delayMs / 50, run);
  }
}

const post = 'POST /public/v1/chat';

let sandbox: Sandbox;
let streamer: Channel;
let database: Database;
let http: HttpClient;
let kick: KickApi;
let sender: RateLimitedSender;
let clock: FastClock;
let logger: RecordingLogger;
let replacements: number;

const shown = () => streamer.messages.map(({ content }) => content);
const requested = () => sandbox.requests.list('POST', '/public/v1/chat').map(({ status }) => status);
const say = (content: string, channel = streamer, replyTo?: MessageId) =>
  sender.send({
    channel: {
      slug: channel.slug,
      broadcasterUserId: userId(channel.broadcaster.id),
      channelId: channelId(channel.id),
      chatroomId: chatroomId(channel.chatroomId),
    },
    content,
    ...(replyTo && { replyTo }),
  });

function open(options: Partial<SenderOptions> = {}): Promise<RateLimitedSender> {
  return RateLimitedSender.open({
    accountId: 'bot:kickbot',
    chat: kick.chat,
    database,
    clock,
    random: new SystemRandom(),
    logger,
    limit: 20,
    windowSeconds: 30,
    replyToDeleted: 'send',
    ...options,
  });
}

beforeEach(async () => {
  sandbox = await startSandbox();
  streamer = sandbox.world.createChannel({ owner: 'streamer' });
  sandbox.world.createUser({ username: 'kickbot' });
  const issue = () => new Secret(sandbox.issueTokens({ as: 'kickbot' }).access_token);
  let current = issue();
  replacements = 0;
  const tokens = {
    accessToken: async () => current,
    async replaceRefused(stale: Secret) {
      if (stale === current) {
        replacements++;
        current = issue();
      }
      return current;
    },
  };
  clock = new FastClock();
  logger = new RecordingLogger();
  http = new HttpClient({ clock, random: new SystemRandom(), version: '1.2.3' });
  kick = new KickApi({ apiUrl: sandbox.endpoints.api, authUrl: sandbox.endpoints.auth, tokens, http });
  database = await openDatabase({ url: 'sqlite::memory:', directory: '.' });
  sender = await open();
});

afterEach(async () => {
  await sender.stop({ drainMs: 0 });
  await http.close();
  await sandbox.close();
  await database.destroy();
});

describe('sending', () => {
  it.each<[string, HttpFault]>([
    ['C36 a 429', { status: 429, retryAfter: 2 }],
    ["the firewall's page", cloudflareBlock],
    ['a 503', { status: 503 }],
  ])('shows a message once after %s', async (_, fault) => {
    sandbox.faults.next(post, fault);
    await say('once');
    expect(shown()).toEqual(['once']);
    expect(requested()).toHaveLength(2);
  });

  it.each<[string, HttpFault, string[]]>([
    ['after it was shown', { cut: 'after' }, ['maybe']],
    ['midway in the answer', { cut: 'midway' }, ['maybe']],
    ['before it was shown', { cut: 'before' }, []],
    ['by a 500 that does not say whether it was', { status: 500 }, []],
  ])('C38 sends no message again when the answer is lost %s', async (_, fault, expected) => {
    sandbox.faults.next(post, fault);
    await expect(say('maybe')).rejects.toMatchObject({ reason: 'outcome_unknown' });
    expect(shown()).toEqual(expected);
    expect(requested()).toHaveLength(1);
  });

  it('C37 replaces an ended token once for a burst, and shows each message once', async () => {
    sandbox.tokens.expireAccessTokens();
    const contents = ['1', '2', '3', '4', '5'];
    await Promise.all(contents.map((content) => say(content)));
    expect(shown()).toEqual(contents);
    expect(replacements).toBe(1);
  });

  it('C44 says nothing in a channel that banned the account, tells so once, and tries again later', async () => {
    const other = sandbox.world.createChannel({ owner: 'other' });
    sandbox.world.ban({ channel: 'streamer', user: 'kickbot' });
    const [first, ...waiting] = ['1', '2', '3'].map((content) => say(content));
    await expect(first).rejects.toMatchObject({ reason: 'refused', outcome: 'failed' });
    for (const message of [...waiting, say('4')]) {
      await expect(message).rejects.toMatchObject({ reason: 'channel_off', outcome: 'dropped' });
    }
    await say('elsewhere', other);
    expect(requested()).toEqual([403, 200]);
    expect(logger.lines).toEqual([
      ['error', expect.stringMatching(/^Kick does not let bot:kickbot speak in streamer, .* once a minute/)],
    ]);

    sandbox.world.unban({ channel: 'streamer', user: 'kickbot' });
    clock.set(60_000);
    await say('forgiven');
    expect(shown()).toEqual(['forgiven']);
    expect(logger.lines.at(-1)).toEqual(['info', 'bot:kickbot speaks in streamer again.']);
  });

  it.each([404, 413, 422])('C44 drops a message after a %i and goes on', async (status) => {
    sandbox.faults.next(post, { status });
    await expect(say('odd')).rejects.toMatchObject({ reason: 'refused', outcome: 'failed' });
    await say('next');
    expect(shown()).toEqual(['next']);
    expect(requested()).toEqual([status, 200]);
  });

  it('C44 takes a full quota, told with 400, as a reason to be slower', async () => {
    sandbox.faults.next(post, { status: 400, body: { data: 'Pusher error: daily message quota exceeded' } });
    await say('patient');
    expect(shown()).toEqual(['patient']);
    expect(requested()).toEqual([400, 200]);
    expect(sender.counts).toMatchObject({ sent: 1, failed: {}, window: { limit: 10 } });
  });

  it('C46 splits ten thousand characters of emoji and right-to-left text between graphemes', async () => {
    const family = '👨‍👩‍👧‍👦';
    const text = `${family.repeat(400)} ${'שלום '.repeat(400)} ${'مرحبا '.repeat(300)}`;
    await sender.stop({ drainMs: 0 });
    sender = await open({ limit: 100 });
    const sent = await say(text);
    expect(shown()).toEqual(sent.map(({ content }) => content));
    for (const content of shown()) expect(content.length).toBeLessThanOrEqual(500);
    const withoutSpace = (content: string) => content.replaceAll(/\s/g, '');
    expect(withoutSpace(shown().join(''))).toBe(withoutSpace(text));
    expect(shown().join(' ').match(/👨‍👩‍👧‍👦/gu)).toHaveLength(400);
  });
});

describe('C45 a reply to a deleted message', () => {
  async function deleted() {
    const viewer = sandbox.world.createUser({ username: 'viewer' });
    const asked = sandbox.world.say({ channel: streamer, user: viewer, content: '!roll' });
    sandbox.world.deleteMessage({ channel: streamer, messageId: asked.id, by: streamer.broadcaster });
    return messageId(asked.id);
  }

  it('goes out as a plain message, once', async () => {
    await say('answer', streamer, await deleted());
    expect(streamer.messages.at(-1)).toMatchObject({ content: 'answer', threadParentId: '' });
    expect(requested()).toEqual([404, 200]);
    expect(sender.counts).toMatchObject({ sent: 1, failed: {} });
  });

  it('is dropped where that is set', async () => {
    await sender.stop({ drainMs: 0 });
    sender = await open({ replyToDeleted: 'drop' });
    await expect(say('answer', streamer, await deleted())).rejects.toMatchObject({
      reason: 'reply_deleted',
      outcome: 'dropped',
    });
    expect(requested()).toEqual([404]);
    expect(sender.counts.dropped).toEqual({ reply_deleted: 1 });
  });

  it.each([400, 404])('is refused for good when the plain message is refused with %i too', async (status) => {
    sandbox.faults.next(post, { status }, 2);
    await expect(say('answer', streamer, messageId(crypto.randomUUID()))).rejects.toMatchObject({
      reason: 'refused',
    });
    expect(requested()).toEqual([status, status]);
  });
});
