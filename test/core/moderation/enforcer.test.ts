import { describe, expect, it } from 'vitest';
import { Enforcer } from '../../../src/core/moderation/enforcer.js';
import type { Decision } from '../../../src/core/moderation/rule-engine.js';
import { ban, remove, timeout, type Verdict } from '../../../src/core/moderation/verdict.js';
import { KickbotError } from '../../../src/core/primitives/error.js';
import { Logger } from '../../../src/core/telemetry/logger.js';
import { botUserId, TestChannel, type TestUser } from '../../../src/testing/test-event.js';

class RecordingLogger extends Logger {
  readonly errors: { message: string; fields: Record<string, unknown> | undefined }[] = [];
  error(message: string, fields?: Record<string, unknown>) {
    this.errors.push({ message, fields });
  }
  warn() {}
  info() {}
  debug() {}
  isLevelEnabled() {
    return false;
  }
  named() {
    return this;
  }
}

function enforce(user: TestUser, verdict: Verdict, { failDelete = false } = {}) {
  const done: unknown[][] = [];
  const logger = new RecordingLogger();
  const enforcer = new Enforcer(
    {
      deleteMessage: async (channel, id) => {
        if (failDelete) throw new KickbotError('kick.forbidden', 'Not a moderator here.');
        done.push(['delete', channel.slug, id]);
      },
      timeout: async (_channel, id, seconds, reason) => void done.push(['timeout', id, seconds, reason]),
      ban: async (_channel, id, reason) => void done.push(['ban', id, reason]),
    },
    new Set([botUserId]),
    logger,
  );
  const message = new TestChannel('streamer').message(user, 'hello', new Date(0));
  const decision: Decision = { rule: { plugin: 'test', name: 'links', check: () => verdict }, verdict };
  return { ended: enforcer.enforce(message, decision), done, logger };
}

describe('enforcement', () => {
  it('removes the message, and then times out or bans its author', async () => {
    const removal = enforce('viewer', remove('spam'));
    await removal.ended;
    expect(removal.done).toEqual([['delete', 'streamer', 'message-1']]);
    const timedOut = enforce('viewer', timeout('60s', 'spam'));
    await timedOut.ended;
    expect(timedOut.done.at(-1)).toEqual(['timeout', 3, 60, 'spam']);
    const banned = enforce('viewer', ban('x'.repeat(200)));
    await banned.ended;
    expect(banned.done.at(-1)).toEqual(['ban', 3, 'x'.repeat(100)]);
  });

  it('moderation 1.3.12: never acts on the broadcaster, moderators or its own accounts', () => {
    for (const user of [
      'streamer',
      'kickbot',
      { username: 'mod', badges: ['subscriber', 'moderator'] },
      { username: 'other-name', badges: ['broadcaster'] },
    ]) {
      const { ended, done } = enforce(user, ban('spam'));
      expect(ended).toBeUndefined();
      expect(done).toEqual([]);
    }
    expect(enforce({ username: 'friend', badges: ['vip', 'verified'] }, ban('spam')).ended).toBeDefined();
  });

  it('tells of a delete that failed, with its code, and still times out', async () => {
    const { ended, done, logger } = enforce('viewer', timeout('60s', 'spam'), { failDelete: true });
    await ended;
    expect(done).toEqual([['timeout', 3, 60, 'spam']]);
    expect(logger.errors).toMatchObject([
      {
        message: 'A message could not be removed: Not a moderator here.',
        fields: { code: 'kick.forbidden', rule: 'links', plugin: 'test', messageId: 'message-1' },
      },
    ]);
  });
});
