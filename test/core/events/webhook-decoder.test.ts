import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Channel } from '../../../src/core/events/kick-event.js';
import { decodeWebhook } from '../../../src/core/events/webhook-decoder.js';
import { webhookEvents } from '../../../src/core/kick/event-subscriptions.js';
import { channelId, chatroomId, userId } from '../../../src/core/primitives/ids.js';
import { objectsIn, replaceAt, withoutRaw, withStranger } from './changed-payloads.js';
import { bodies, samples } from './webhook-payloads.js';

const channel: Channel = {
  slug: 'streamer',
  broadcasterUserId: userId(1001),
  channelId: channelId(444),
  chatroomId: chatroomId(111),
};
const sentAt = Date.parse('2026-11-01T12:00:00Z');

const decode = (event: string, data: unknown) =>
  decodeWebhook({ channel: 'streamer', event, data }, channel, sentAt);
const json = fc.jsonValue();

describe('a webhook', () => {
  for (const { event, data, becomes } of samples) {
    it(`turns ${event} into the shape its realtime twin has: ${JSON.stringify(becomes).slice(0, 60)}`, () => {
      expect(decode(event, data)).toStrictEqual({
        type: event,
        channel,
        createdAt: new Date(sentAt),
        raw: data,
        ...becomes,
      });
    });
  }

  it('is decoded whichever of the ten events it is', () => {
    expect(new Set(samples.map(({ event }) => event))).toEqual(new Set(webhookEvents));
  });

  it('E75 never throws, whatever it carries', () => {
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...webhookEvents), fc.string()), json, (event, data) => {
        expect(decode(event, data).channel).toBe(channel);
      }),
      { numRuns: 2000 },
    );
  });

  it('E75 never throws, whatever stands in one of its fields, and gives nothing away that is part of raw', () => {
    fc.assert(
      fc.property(fc.constantFrom(...samples), fc.nat(), json, ({ event, data }, at, value) => {
        const broken = replaceAt(data, at, value);
        const before = JSON.stringify(broken);
        const parts = objectsIn({ ...decode(event, broken), raw: undefined });
        expect(objectsIn(broken).filter((part) => parts.includes(part))).toEqual([]);
        expect(JSON.stringify(broken)).toBe(before);
      }),
      { numRuns: 2000 },
    );
  });

  it('E75 is not changed by fields it does not know, at any depth', () => {
    fc.assert(
      fc.property(fc.constantFrom(...samples), json, ({ event, data }, value) => {
        expect(withoutRaw(decode(event, withStranger(data, value)))).toStrictEqual(
          withoutRaw(decode(event, data)),
        );
      }),
    );
  });

  it('E75 becomes `unknown` where its name is, where fields are missing, and where a user is null', () => {
    const { chat, follow, ban } = bodies;
    const wrong: [string, unknown][] = [
      ['chat.message.edited', chat],
      ['__proto__', chat],
      ['constructor', chat],
      ['chat.message.sent', { ...chat, sender: null }],
      ['chat.message.sent', { ...chat, sender: { ...chat.sender, user_id: null } }],
      ['chat.message.sent', { ...chat, message_id: '' }],
      ['chat.message.sent', { ...chat, content: null }],
      ['channel.followed', { ...follow, follower: null }],
      ['moderation.banned', { ...ban, banned_user: undefined }],
      ['kicks.gifted', {}],
      ['kicks.gifted', null],
    ];
    for (const [event, data] of wrong) {
      expect(decode(event, data)).toStrictEqual({
        type: 'unknown',
        channel,
        createdAt: new Date(sentAt),
        name: event,
        raw: data,
      });
    }
  });
});
