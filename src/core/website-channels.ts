import type { Config } from './config/schema.js';
import type { FindWebsiteChannel } from './kick/website.js';
import { KickbotError } from './primitives/error.js';
import { chatroomId } from './primitives/ids.js';
import type { Database } from './storage/schema.js';

/**
 * What the website calls the channels the bot is in: from the configuration, or what was looked up when they were
 * joined. Throws `channel.unresolved` for any other.
 */
export function websiteChannels(
  { channels }: Pick<Config, 'channels'>,
  database: Database,
): FindWebsiteChannel {
  return async (broadcaster) => {
    for (const channel of channels) {
      if (!('chatroomId' in channel) || channel.broadcasterUserId !== broadcaster) continue;
      if (channel.chatroomId !== undefined) {
        return { slug: channel.slug, chatroomId: chatroomId(channel.chatroomId) };
      }
    }
    const row = await database
      .selectFrom('channels')
      .select(['slug', 'chatroom_id'])
      .where('broadcaster_user_id', '=', broadcaster)
      .orderBy('resolved_at', 'desc')
      .executeTakeFirst();
    if (row !== undefined) return { slug: row.slug, chatroomId: chatroomId(row.chatroom_id) };
    throw new KickbotError(
      'channel.unresolved',
      `Kick's website needs a channel's slug and chatroom, unknown for user ${broadcaster}. Add the channel to the setting channels, or set kick.api to 'public'.`,
    );
  };
}
