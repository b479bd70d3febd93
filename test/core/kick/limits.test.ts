import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KickApi } from '../../../src/core/kick/kick-api.js';
import { LimitError } from '../../../src/core/kick/limits.js';
import { redemptionId, rewardId, userId } from '../../../src/core/primitives/ids.js';
import { noContent, startKick } from './kick-fixture.js';

let fixture: Awaited<ReturnType<typeof startKick>>;
beforeEach(async () => {
  fixture = await startKick();
});
afterEach(() => fixture.close());

const ids = <T>(length: number, make: (value: number) => T) =>
  Array.from({ length }, (_, index) => make(index));
const text = (length: number) => 'x'.repeat(length);
const chat = { type: 'user', broadcasterUserId: userId(1) } as const;
const member = { broadcasterUserId: userId(1), userId: userId(2) };
const reward = { title: 'Title', cost: 1 };
const redemptions = (length: number) => ids(length, (value) => redemptionId(`${value}`));

describe('beyond what Kick takes, nothing is sent:', () => {
  it.each<[string, (kick: KickApi) => unknown]>([
    [
      'content must have 1 to 500 characters, not 501.',
      (kick) => kick.chat.send({ ...chat, content: text(501) }),
    ],
    ['content must have 1 to 500 characters, not 0.', (kick) => kick.chat.send({ ...chat, content: '' })],
    [
      'seconds must be a whole number, 1 to 604800, not 604801.',
      (kick) => kick.moderation.timeout({ ...member, seconds: 604_801 }),
    ],
    [
      'reason must have at most 100 characters, not 101.',
      (kick) => kick.moderation.ban({ ...member, reason: text(101) }),
    ],
    ['slugs must have at most 50 entries, not 51.', (kick) => kick.channels.bySlugs(ids(51, String))],
    ['slug must have 1 to 25 characters, not 26.', (kick) => kick.channels.bySlugs(['a', text(26)])],
    ['slug must have 1 to 25 characters, not 0.', (kick) => kick.channels.bySlug('')],
    ['ids must have at most 50 entries, not 51.', (kick) => kick.channels.byIds(ids(51, userId))],
    [
      'streamTitle must have 1 or more characters, not 0.',
      (kick) => kick.channels.update({ streamTitle: '' }),
    ],
    [
      'categoryId must be a whole number, 1 or more, not 1.5.',
      (kick) => kick.channels.update({ categoryId: 1.5 }),
    ],
    [
      'customTags must have at most 10 entries, not 11.',
      (kick) => kick.channels.update({ customTags: ids(11, String) }),
    ],
    [
      'title must have 1 to 50 characters, not 51.',
      (kick) => kick.rewards.create({ ...reward, title: text(51) }),
    ],
    ['cost must be a whole number, 1 or more, not 0.', (kick) => kick.rewards.create({ ...reward, cost: 0 })],
    [
      'description must have at most 200 characters, not 201.',
      (kick) => kick.rewards.update(rewardId('a'), { description: text(201) }),
    ],
    ['ids must have 1 to 25 entries, not 26.', (kick) => kick.rewards.redemptions.accept(redemptions(26))],
    ['ids must have 1 to 25 entries, not 0.', (kick) => kick.rewards.redemptions.reject([])],
    ['ids must have 1 or more entries, not 0.', (kick) => kick.rewards.redemptions.list({ ids: [] })],
    ['ids must have at most 100 entries, not 101.', (kick) => kick.livestreams.byUserIds(ids(101, userId))],
    [
      'categoryIds must have at most 25 entries, not 26.',
      (kick) => kick.livestreams.list({ categoryIds: ids(26, Number) }),
    ],
    [
      'languages must have at most 25 entries, not 26.',
      (kick) => kick.livestreams.list({ languages: ids(26, String) }),
    ],
    ['pageSize must be a whole number, 1 to 1000, not 0.', (kick) => kick.livestreams.list({ pageSize: 0 })],
    [
      'broadcasterUserIds must have at most 50 entries, not 51.',
      (kick) => kick.livestreams.listV1({ broadcasterUserIds: ids(51, userId) }),
    ],
    ['limit must be a whole number, 1 to 100, not 101.', (kick) => kick.livestreams.listV1({ limit: 101 })],
    ['name must have 3 to 100 characters, not 2.', (kick) => kick.categories.list({ name: 'ab' })],
    ['tag must have 3 to 100 characters, not 101.', (kick) => kick.categories.list({ tag: text(101) })],
    ['cursor must have 4 to 28 characters, not 3.', (kick) => kick.categories.list({ cursor: 'abc' })],
    ['text must have 1 or more characters, not 0.', (kick) => kick.categories.search('')],
    ['events must have 1 or more entries, not 0.', (kick) => kick.eventSubscriptions.create({ events: [] })],
    ['ids must have 1 or more entries, not 0.', (kick) => kick.eventSubscriptions.delete([])],
    ['top must be a whole number, 1 to 100, not 101.', (kick) => kick.kicks.leaderboard({ top: 101 })],
    [
      'pageSize must be a whole number, 1 to 1000, not 1001.',
      (kick) => kick.drops.claims({ pageSize: 1001 }),
    ],
    ['claims must have 1 to 100 entries, not 0.', (kick) => kick.drops.updateClaims([])],
  ])('%s', async (message, call) => {
    const error = await (async () => call(fixture.kick))().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(LimitError);
    expect(error).toMatchObject({ code: 'kick.invalid_request', message });
    expect(fixture.requests).toEqual([]);
  });

  it.each<[string, (kick: KickApi) => Promise<unknown>]>([
    ['Name at least one change of the reward.', (kick) => kick.rewards.update(rewardId('a'), {})],
    [
      'backgroundColor must be like #00e701, not "red".',
      (kick) => kick.rewards.create({ ...reward, backgroundColor: 'red' }),
    ],
  ])('%s', async (message, call) => {
    await expect(call(fixture.kick)).rejects.toMatchObject({ code: 'kick.invalid_request', message });
    expect(fixture.requests).toEqual([]);
  });
});

describe('a LimitError', () => {
  it('says which limit it was, for programs', () => {
    const limits = { minimum: 1, maximum: 500 };
    expect(new LimitError('content', { unit: 'characters', limits, found: 501 })).toMatchObject({
      parameter: 'content',
      limits,
      found: 501,
    });
  });
});

describe('at the limit', () => {
  it('a text of 500 characters is sent, however many bytes they take', async () => {
    fixture.script.answer = noContent;
    await fixture.kick.chat.send({ ...chat, content: '😀'.repeat(500) }).catch(() => undefined);
    expect(fixture.requests).toHaveLength(1);
  });
});
