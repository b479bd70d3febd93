import type { ChatMessageSent } from './kick-event.js';

/** Who may do something, from the many to the one; each stands for itself and those after it. */
export const roles = ['everyone', 'subscriber', 'vip', 'moderator', 'broadcaster'] as const;
export type Role = (typeof roles)[number];

const rankOfBadge = new Map<string, number>([
  ['subscriber', roles.indexOf('subscriber')],
  // A founder may come without the subscriber badge and is subscribed all the same.
  ['founder', roles.indexOf('subscriber')],
  ['vip', roles.indexOf('vip')],
  ['og', roles.indexOf('vip')],
  ['moderator', roles.indexOf('moderator')],
  ['broadcaster', roles.indexOf('broadcaster')],
]);

/** Whether the author has that role or a higher one, by the badges the message came with. */
export function hasRole({ sender, channel }: ChatMessageSent, role: Role): boolean {
  const wanted = roles.indexOf(role);
  if (wanted <= 0 || sender.id === channel.broadcasterUserId) return true;
  return sender.badges.some((badge) => (rankOfBadge.get(badge.type) ?? 0) >= wanted);
}
