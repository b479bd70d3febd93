import type { Bot } from '../core/bot.js';
import type { Channel } from '../core/events/kick-event.js';
import type { Logger } from '../core/telemetry/logger.js';

/** How many of a channel's latest messages are kept to say which one was removed. */
const remembered = 200;

/** Writes what is said and removed in the bot's channels to the log, as a person would read it. */
export function logChat(bot: Bot, logger: Logger, format: 'pretty' | 'json'): void {
  const chat = logger.named('chat');
  const latest = new Map<string, string>();
  // The sentence says it all to a person; a program wants the parts.
  const say = (line: string, channel: Channel, parts: Record<string, unknown>) =>
    chat.info(line, format === 'json' ? { channel: channel.slug, ...parts } : undefined);

  bot.events.on('chat.message.sent', ({ channel, messageId, sender, content }) => {
    const line = `${sender.username}: ${content}`;
    latest.set(messageId, line);
    for (const oldest of latest.keys()) {
      if (latest.size <= remembered) break;
      latest.delete(oldest);
    }
    say(line, channel, { messageId, username: sender.username, content });
  });
  bot.events.on('chat.message.deleted', ({ channel, messageId }) => {
    say(`Removed: ${latest.get(messageId) ?? messageId}`, channel, { removed: messageId });
  });
  bot.events.on('moderation.banned', ({ channel, user, moderator, expiresAt }) => {
    const how = expiresAt === undefined ? 'banned' : 'timed out';
    say(`${user.username} was ${how} by ${moderator.username}`, channel, { username: user.username, how });
  });
}
