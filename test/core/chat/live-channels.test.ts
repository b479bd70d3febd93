import { describe, expect, it } from 'vitest';
import { LiveChannels } from '../../../src/core/chat/live-channels.js';
import type { Livestream } from '../../../src/core/kick/livestreams.js';
import { type UserId, userId } from '../../../src/core/primitives/ids.js';
import { channelNumbered } from './reception-setup.js';

const stream = (broadcaster: number): Livestream => ({
  id: `stream-${broadcaster}`,
  slug: `channel-${broadcaster}`,
  broadcaster: { id: userId(broadcaster), username: 'ada', profilePicture: undefined },
  title: '',
  category: undefined,
  language: 'en',
  tags: [],
  isMature: false,
  viewerCount: 0,
  thumbnail: undefined,
  startedAt: undefined,
});

const channels = Array.from({ length: 120 }, (_, index) => channelNumbered(index + 1));

describe('the live channels', () => {
  it('are asked for 50 at a time', async () => {
    const live = new LiveChannels();
    const asked: number[] = [];
    await live.ask(channels, {
      byUserIds: async (ids: readonly UserId[]) => {
        asked.push(ids.length);
        return [7, 77].filter((id) => ids.includes(userId(id))).map(stream);
      },
    });
    expect(asked).toEqual([50, 50, 20]);
    expect(channels.filter((channel) => live.isLive(channel)).map(({ slug }) => slug)).toEqual([
      'channel-7',
      'channel-77',
    ]);
  });

  it('are what an event said while Kick was asked', async () => {
    const live = new LiveChannels();
    await live.ask(channels.slice(0, 2), {
      byUserIds: async () => {
        live.set(channelNumbered(1), false);
        live.set(channelNumbered(2), true);
        return [stream(1)];
      },
    });
    expect([1, 2].map((number) => live.isLive(channelNumbered(number)))).toEqual([false, true]);
  });
});
