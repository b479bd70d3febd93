import { type Channel, type Sandbox, startSandbox } from 'kickbot/sandbox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RateLimitedSender } from '../../../src/core/chat/sending/rate-limited-sender.js';
import { HttpClient } from '../../../src/core/kick/http-client.js';
import { KickApi } from '../../../src/core/kick/kick-api.js';
import { type Cancel, SystemClock } from '../../../src/core/primitives/clock.js';
import { channelId, chatroomId, messageId, userId } from '../../../src/core/primitives/ids.js';
import { SystemRandom } from '../../../src/core/primitives/random.js';
import { Secret } from '../../../src/core/primitives/secret.js';
import type { Database } from '../../../src/core/storage/schema.js';
import { SilentLogger } from '../../../src/core/telemetry/logger.js';
import { openTestDatabase } from '../../support/database.js';

/** Runs fifty times as fast, so that a pause of one second takes 20 ms. */
class FastClock extends SystemClock {
  override schedule(delayMs: number, run: () => void): Cancel {
    return super.schedule(delayMs / 50, run);
  }
}

let sandbox: Sandbox;
let streamer: Channel;
let database: Database;
let http: HttpClient;
let kick: KickApi;
let sender: RateLimitedSender;

const shown = () => streamer.messages.map(({ content }) => content);
const say = (content: string) =>
  sender.send({
    channel: {
      slug: streamer.slug,
      broadcasterUserId: userId(streamer.broadcaster.id),
      channelId: channelId(streamer.id),
      chatroomId: chatroomId(streamer.chatroomId),
    },
    content,
  });

beforeEach(async () => {
  sandbox = await startSandbox();
  streamer = sandbox.world.createChannel({ owner: 'streamer' });
  sandbox.world.createUser({ username: 'kickbot' });
  const current = new Secret(sandbox.issueTokens({ as: 'kickbot' }).access_token);
  const tokens = { accessToken: async () => current, replaceRefused: async () => current };
  const clock = new FastClock();
  const random = new SystemRandom();
  http = new HttpClient({ clock, random, version: '1.2.3' });
  kick = new KickApi({ apiUrl: sandbox.endpoints.api, authUrl: sandbox.endpoints.auth, tokens, http });
  database = await openTestDatabase();
  sender = await RateLimitedSender.open({
    accountId: 'bot:kickbot',
    chat: kick.chat,
    database,
    clock,
    random,
    logger: new SilentLogger(),
    limit: 20,
    windowSeconds: 30,
    replyToDeleted: 'send',
  });
});

afterEach(async () => {
  await sender.stop({ drainMs: 0 });
  await http.close();
  await sandbox.close();
  await database.destroy();
});

describe('against the sandbox', () => {
  it('shows a message, and a long one as two', async () => {
    const [sent] = await say('hello');
    expect(streamer.messages[0]).toMatchObject({ id: sent?.messageId, content: 'hello' });
    await say(`${'a'.repeat(300)} ${'b'.repeat(300)}`);
    expect(shown()).toEqual(['hello', 'a'.repeat(300), 'b'.repeat(300)]);
  });
});

describe('the API against the sandbox', () => {
  it('knows the account, and a channel by its slug', async () => {
    expect(await kick.users.me()).toMatchObject({ username: 'kickbot' });
    expect(await kick.channels.bySlug('streamer')).toMatchObject({
      slug: 'streamer',
      broadcasterUserId: streamer.broadcaster.id,
    });
    await expect(kick.channels.bySlug('nobody')).rejects.toMatchObject({ code: 'kick.not_found' });
  });

  it('removes a message, times its author out and lets them back in', async () => {
    const viewer = sandbox.world.createUser({ username: 'viewer' });
    const member = { broadcasterUserId: userId(streamer.broadcaster.id), userId: userId(viewer.id) };
    const rude = sandbox.world.say({ channel: streamer, user: viewer, content: 'rude' });
    await expect(kick.chat.delete(messageId(rude.id))).rejects.toMatchObject({ code: 'kick.forbidden' });

    sandbox.world.setRoles({ channel: streamer, user: 'kickbot', moderator: true });
    await kick.chat.delete(messageId(rude.id));
    expect(rude.removed).toMatchObject({ how: 'deleted' });
    await kick.moderation.timeout({ ...member, seconds: 90, reason: 'rude' });
    expect(sandbox.requests.list('POST', '/public/v1/moderation/bans')[0]?.body).toMatchObject({
      duration: 2,
    });
    expect(streamer.bans.has(viewer)).toBe(true);
    await kick.moderation.unban(member);
    expect(streamer.bans.has(viewer)).toBe(false);
  });
});
