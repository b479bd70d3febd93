import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KickbotError } from '../../../src/core/primitives/error.js';
import { chatroomId, messageId, userId } from '../../../src/core/primitives/ids.js';
import { data, startKick } from './kick-fixture.js';
import { answerJson } from './scripted-server.js';

let fixture: Awaited<ReturnType<typeof startKick>>;
const member = { broadcasterUserId: userId(1), userId: userId(2) };
const message = { type: 'user', broadcasterUserId: userId(1), content: 'hello' } as const;

beforeEach(async () => {
  fixture = await startKick({
    channelOf: async (broadcaster) => {
      if (broadcaster === 1) return { slug: 'streamer', chatroomId: chatroomId(33) };
      throw new KickbotError('channel.unresolved', 'Unknown.');
    },
  });
});
afterEach(() => fixture.close());

function asked() {
  return fixture.requests.map(({ method, url, body, headers }) => ({
    method,
    url,
    body,
    authorization: headers.authorization,
  }));
}

describe("through the website's endpoints", () => {
  it('a message is sent to the chatroom', async () => {
    fixture.script.answer = data({ id: 'sent-1', chatroom_id: 33 }, { status: { error: false } });
    expect(await fixture.kick.chat.send({ ...message, replyTo: messageId('asked') })).toBe('sent-1');
    expect(asked()).toEqual([
      {
        method: 'POST',
        url: '/api/v2/messages/send/33',
        body: { content: 'hello', type: 'message' },
        authorization: 'Bearer token-1',
      },
    ]);
  });

  it('a message is deleted', async () => {
    await fixture.kick.chat.delete(messageId('a/b'));
    expect(asked()).toMatchObject([{ method: 'DELETE', url: '/api/v2/messages/a%2Fb', body: undefined }]);
  });

  it('a timeout is in seconds, a ban has a reason', async () => {
    await fixture.kick.moderation.timeout({ ...member, seconds: 90.5, reason: 'spam' });
    await fixture.kick.moderation.ban({ ...member, reason: 'spam' });
    expect(asked()).toMatchObject([
      { method: 'POST', url: '/api/v2/channels/streamer/timeout', body: { user_id: 2, duration: 91 } },
      { method: 'POST', url: '/api/v2/channels/streamer/bans', body: { user_id: 2, reason: 'spam' } },
    ]);
  });

  it('a ban ends through the official API', async () => {
    await fixture.kick.moderation.unban(member);
    expect(asked()).toMatchObject([{ method: 'DELETE', url: '/public/v1/moderation/bans' }]);
  });

  it('a refused token is not replaced, and the error names the setting', async () => {
    fixture.script.answer = (response) => answerJson(response, 401, {}, { 'x-request-id': 'req-1' });
    await expect(fixture.kick.chat.sendOnce(message)).rejects.toMatchObject({
      code: 'kick.forbidden',
      status: 401,
      requestId: 'req-1',
      message: expect.stringContaining("Set kick.api to 'public'"),
    });
    expect(fixture.tokens.replacements).toBe(0);
    expect(fixture.requests).toHaveLength(1);
  });

  it.each([
    ['a message that is too long', () => fixture.kick.chat.send({ ...message, content: 'x'.repeat(501) })],
    ["the app's bot", () => fixture.kick.chat.send({ type: 'bot', content: 'hello' })],
    ['a timeout of no time', () => fixture.kick.moderation.timeout({ ...member, seconds: 0 })],
    ['a reason that is too long', () => fixture.kick.moderation.ban({ ...member, reason: 'x'.repeat(101) })],
  ])('%s is refused before anything is sent', async (_, call) => {
    await expect(call()).rejects.toMatchObject({ code: 'kick.invalid_request' });
    expect(fixture.requests).toEqual([]);
  });

  it('a channel the bot is not in cannot be reached', async () => {
    await expect(
      fixture.kick.moderation.ban({ ...member, broadcasterUserId: userId(9) }),
    ).rejects.toMatchObject({ code: 'channel.unresolved' });
  });
});
