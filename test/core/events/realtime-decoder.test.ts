import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Channel, KickEventNamed, KickEventType } from '../../../src/core/events/kick-event.js';
import { decodeRealtimeFrame } from '../../../src/core/events/realtime-decoder.js';
import { channelId, chatroomId, userId } from '../../../src/core/primitives/ids.js';
import { objectsIn, replaceAt, withoutRaw, withStranger } from './changed-payloads.js';
import { samples } from './realtime-payloads.js';

const channel: Channel = {
  slug: 'streamer',
  broadcasterUserId: userId(1),
  channelId: channelId(444),
  chatroomId: chatroomId(111),
};
const receivedAt = Date.parse('2026-11-01T12:00:00Z');

const decode = (event: string, data?: unknown) =>
  decodeRealtimeFrame({ channel: 'chatrooms.111.v2', event, data }, channel, receivedAt);

function decodeAs<Type extends KickEventType>(
  type: Type,
  event: string,
  data: unknown,
): KickEventNamed<Type> {
  const decoded = decode(event, data);
  if (decoded?.type !== type) throw new Error(`${event} became ${decoded?.type}, not ${type}`);
  return decoded as KickEventNamed<Type>;
}

const chatMessage = samples[0]?.data as Record<string, unknown>;
const json = fc.jsonValue();
const names = [...new Set(samples.map(({ event }) => event))];

describe('the realtime feed', () => {
  for (const { event, data, becomes } of samples) {
    it(`turns ${event} into ${becomes?.type ?? 'nothing, because another event tells it'}`, () => {
      const expected = becomes && { channel, createdAt: new Date(receivedAt), raw: data, ...becomes };
      expect(decode(event, JSON.stringify(data))).toStrictEqual(expected);
      // Some events come with their payload as an object.
      if (typeof data !== 'string') expect(decode(event, data)).toStrictEqual(expected);
    });
  }

  it('reads an event with and without App\\Events\\ before its name', () => {
    for (const { event, data, becomes } of samples) {
      if (event.endsWith('GiftsLeaderboardUpdated')) continue;
      const bare = event.replace('App\\Events\\', '');
      expect(decode(bare, data)).toStrictEqual(decode(`App\\Events\\${bare}`, data));
      expect(decode(bare, data)?.type).toBe(becomes?.type);
    }
  });

  it('never throws, whatever an event carries', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.constantFrom(...names), fc.string()),
        fc.oneof(
          json,
          json.map((value) => JSON.stringify(value)),
          fc.string(),
          fc.constant(undefined),
        ),
        (event, data) => {
          expect(decode(event, data)?.channel ?? channel).toBe(channel);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('never throws, whatever stands in a field of a known event', () => {
    fc.assert(
      fc.property(fc.constantFrom(...samples), fc.nat(), json, ({ event, data }, at, value) => {
        const broken = replaceAt(data, at, value);
        expect(['undefined', 'object']).toContain(typeof decode(event, JSON.stringify(broken)));
      }),
      { numRuns: 3000 },
    );
  });

  it('gives plugins nothing that is part of raw, and leaves the payload as it was', () => {
    fc.assert(
      fc.property(fc.constantFrom(...samples), fc.nat(), json, ({ event, data }, at, value) => {
        const broken = replaceAt(data, at, value);
        const before = JSON.stringify(broken);
        const decoded = decode(event, broken);
        const parts = objectsIn(decoded && { ...decoded, raw: undefined });
        expect(objectsIn(broken).filter((part) => parts.includes(part))).toEqual([]);
        expect(JSON.stringify(broken)).toBe(before);
      }),
    );
  });

  it('is not changed by fields it does not know, at any depth', () => {
    fc.assert(
      fc.property(fc.constantFrom(...samples), json, ({ event, data }, value) => {
        expect(withoutRaw(decode(event, withStranger(data, value)))).toStrictEqual(
          withoutRaw(decode(event, data)),
        );
      }),
    );
  });

  it('makes `unknown` of a known event that is malformed', () => {
    for (const data of ['', '[', '"text"', '42', 'null', '[]', '{}', undefined, null, 7, []]) {
      for (const name of ['ChatMessageEvent', 'UserBannedEvent', 'MessageDeletedEvent', 'KicksGifted']) {
        expect(decode(`App\\Events\\${name}`, data)).toMatchObject({ type: 'unknown', name });
      }
    }
    expect(decode('ChatMessageEvent', 'not json')).toMatchObject({ raw: 'not json' });
  });

  it('finds nothing under names every object has (catalogue 89)', () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '']) {
      expect(decode(name, '{"__proto__":{"polluted":true}}')).toMatchObject({ type: 'unknown', name });
    }
    expect(
      decode('ChatMessageEvent', JSON.stringify(chatMessage).replace('{', '{"__proto__":{"polluted":1},')),
    ).toMatchObject({
      type: 'chat.message.sent',
    });
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});

describe('a chat message', () => {
  const decodeMessage = (change: Record<string, unknown>) =>
    decodeAs('chat.message.sent', 'App\\Events\\ChatMessageEvent', { ...chatMessage, ...change });

  it('needs an id, a text and a sender with id and name', () => {
    const sender = chatMessage.sender as Record<string, unknown>;
    for (const change of [
      { id: 5 },
      { id: '' },
      { content: null },
      { sender: null },
      { sender: [] },
      { sender: { ...sender, id: 0 } },
      { sender: { ...sender, username: undefined } },
    ]) {
      expect(decode('ChatMessageEvent', { ...chatMessage, ...change })?.type).toBe('unknown');
    }
  });

  it('does without everything else', () => {
    expect(
      decode('ChatMessageEvent', { id: 'm', content: 'x', sender: { id: 2, username: 'U' } }),
    ).toStrictEqual({
      type: 'chat.message.sent',
      channel,
      createdAt: new Date(receivedAt),
      messageId: 'm',
      content: 'x',
      sender: { id: 2, username: 'U', badges: [] },
      kind: 'message',
      raw: { id: 'm', content: 'x', sender: { id: 2, username: 'U' } },
    });
  });

  it('keeps badges Kick may invent and leaves out what is none', () => {
    const badges = [
      { type: 'founder', text: 'Founder' },
      { type: 'new-thing' },
      null,
      'vip',
      { text: 'no type' },
    ];
    expect(decodeMessage({ sender: { id: 2, username: 'U', identity: { badges } } }).sender.badges).toEqual([
      { type: 'founder', text: 'Founder' },
      { type: 'new-thing', text: 'new-thing' },
    ]);
  });

  it('is no reply when the metadata of the original is missing or malformed', () => {
    for (const metadata of [null, 'x', [], { original_message: { id: 'm' } }, { original_message: null }]) {
      expect(decodeMessage({ type: 'reply', metadata })).not.toHaveProperty('replyTo');
    }
  });

  it('reads metadata that came as a JSON text, as in the message history', () => {
    const metadata = JSON.stringify({
      original_sender: { id: 5, username: 'Other' },
      original_message: { id: 'm0', content: 'yes' },
    });
    expect(decodeMessage({ type: 'reply', metadata }).replyTo?.messageId).toBe('m0');
  });

  it.each([
    ['2026-09-27T16:11:55+00:00', '2026-09-27T16:11:55.000Z'],
    ['2026-09-27T16:12:16.212275837Z', '2026-09-27T16:12:16.212Z'],
    ['2026-09-27 16:11:55', '2026-09-27T16:11:55.000Z'],
    [1_790_525_515, '2026-09-27T16:11:55.000Z'],
    [1_790_525_515_401, '2026-09-27T16:11:55.401Z'],
    ['yesterday', '2026-11-01T12:00:00.000Z'],
    [null, '2026-11-01T12:00:00.000Z'],
    [1e300, '2026-11-01T12:00:00.000Z'],
  ])('of %s was written at %s', (created_at, expected) => {
    expect(decodeMessage({ created_at }).createdAt.toISOString()).toBe(expected);
  });
});

describe('a ban', () => {
  const ban = {
    id: 'e',
    user: { id: 3, username: 'Bad' },
    banned_by: { id: 9, username: 'Mod' },
    permanent: false,
  };

  it('ends after its minutes when no end is named', () => {
    const { expiresAt } = decodeAs('moderation.banned', 'UserBannedEvent', { ...ban, duration: 2 });
    expect(expiresAt).toEqual(new Date(receivedAt + 120_000));
  });

  it('has no end when its minutes are beyond any date', () => {
    const banned = decodeAs('moderation.banned', 'UserBannedEvent', { ...ban, duration: 1e300 });
    expect(banned).not.toHaveProperty('expiresAt');
  });

  it('has no end when it is permanent, whatever else is said', () => {
    const banned = decodeAs('moderation.banned', 'UserBannedEvent', { ...ban, permanent: true, duration: 2 });
    expect(banned).not.toHaveProperty('expiresAt');
  });
});
