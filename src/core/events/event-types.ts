import type { KickEventType } from './kick-event.js';

const all: Readonly<Record<KickEventType, true>> = {
  'chat.message.sent': true,
  'chat.message.deleted': true,
  'chat.message.pinned': true,
  'chat.message.unpinned': true,
  'chat.cleared': true,
  'chat.settings.updated': true,
  'channel.followed': true,
  'channel.subscription.new': true,
  'channel.subscription.renewal': true,
  'channel.subscription.gifts': true,
  'channel.reward.redemption.updated': true,
  'channel.hosted': true,
  'channel.hosting': true,
  'livestream.status.updated': true,
  'livestream.metadata.updated': true,
  'moderation.banned': true,
  'moderation.unbanned': true,
  'kicks.gifted': true,
  'poll.updated': true,
  'poll.deleted': true,
  'prediction.created': true,
  'prediction.updated': true,
  'goal.updated': true,
  gap: true,
  unknown: true,
};

/** Whether there is an event of that name: plugins run without a type checker. */
export function isKickEventType(name: string): boolean {
  return Object.hasOwn(all, name);
}
