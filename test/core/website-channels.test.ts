import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configSchema } from '../../src/core/config/schema.js';
import { userId } from '../../src/core/primitives/ids.js';
import type { Database } from '../../src/core/storage/schema.js';
import { websiteChannels } from '../../src/core/website-channels.js';
import { openTestDatabase } from '../support/database.js';

let database: Database;
beforeEach(async () => {
  database = await openTestDatabase();
  const ids = { broadcaster_user_id: 2, channel_id: 20, chatroom_id: 200 };
  await database
    .insertInto('channels')
    .values([
      { slug: 'renamed', ...ids, resolved_at: 2 },
      { slug: 'before', ...ids, resolved_at: 1 },
    ])
    .execute();
});
afterEach(() => database.destroy());

describe("what the website calls a broadcaster's channel", () => {
  it.each([
    ['is in the configuration', 1, { slug: 'one', chatroomId: 100 }],
    ['was looked up when it was joined', 2, { slug: 'renamed', chatroomId: 200 }],
  ])('%s', async (_, broadcaster, found) => {
    const { channels } = configSchema.parse({
      channels: ['renamed', { slug: 'one', broadcasterUserId: 1, channelId: 10, chatroomId: 100 }],
    });
    expect(await websiteChannels({ channels }, database)(userId(broadcaster))).toEqual(found);
  });

  it('is unknown where the bot is not', async () => {
    await expect(websiteChannels({ channels: [] }, database)(userId(3))).rejects.toMatchObject({
      code: 'channel.unresolved',
    });
  });
});
