import { Refusal } from './refusal.js';
import type { Badge, Ban, Channel, Roles, User } from './state.js';

/** What Kick accepts in one message, counted in code points. */
export const MESSAGE_LENGTH = 500;

const ONLY_EMOTES = /^(?:\s|\[emote:\d+:[^\]]*\])*$/;

/** May this user delete, ban and clear? */
export function moderates(channel: Channel, user: User): boolean {
  return user.id === channel.broadcaster.id || channel.roles.get(user)?.moderator === true;
}

/** The ban or timeout in force, if any. One that ran out is forgotten. */
export function banInForce(channel: Channel, user: User, now: number): Ban | undefined {
  const ban = channel.bans.get(user);
  if (ban?.expiresAt != null && ban.expiresAt <= now) {
    channel.bans.delete(user);
    return undefined;
  }
  return ban;
}

/** Throws a `Refusal` when the channel does not take this message now. Moderators pass every chat mode. */
export function checkMessage(channel: Channel, user: User, content: string, now: number): void {
  if (content.trim() === '') throw new Refusal('invalid', 'A message needs some text.');
  if ([...content].length > MESSAGE_LENGTH) {
    throw new Refusal('invalid', `A message has at most ${MESSAGE_LENGTH} characters.`);
  }
  const ban = banInForce(channel, user, now);
  if (ban) {
    throw ban.expiresAt === null
      ? new Refusal('banned', `${user.username} is banned from ${channel.slug}.`)
      : new Refusal(
          'timed-out',
          `${user.username} is timed out until ${new Date(ban.expiresAt).toISOString()}.`,
        );
  }
  if (!moderates(channel, user)) checkModes(channel, user, content, now);
}

function checkModes(channel: Channel, user: User, content: string, now: number): void {
  const { slowModeSeconds, followersModeMinutes, accountAgeMinutes, subscribersMode, emotesMode } =
    channel.settings;
  const roles = channel.roles.get(user);
  const minutesSince = (time: number) => (now - time) / 60_000;
  if (followersModeMinutes !== null) {
    const since = roles?.followingSince ?? null;
    if (since === null || minutesSince(since) < followersModeMinutes) {
      throw new Refusal('followers-only', `${channel.slug} takes messages from followers only.`);
    }
  }
  if (subscribersMode && !isSubscribed(roles)) {
    throw new Refusal('subscribers-only', `${channel.slug} takes messages from subscribers only.`);
  }
  if (accountAgeMinutes !== null && minutesSince(user.createdAt) < accountAgeMinutes) {
    throw new Refusal('account-too-young', `The account ${user.username} is too young for ${channel.slug}.`);
  }
  if (emotesMode && !ONLY_EMOTES.test(content)) {
    throw new Refusal('emotes-only', `${channel.slug} takes emotes only.`);
  }
  if (slowModeSeconds !== null) {
    const last = channel.messages.findLast((message) => message.sender.id === user.id);
    if (last && now - last.createdAt < slowModeSeconds * 1000) {
      throw new Refusal('slow-mode', `${channel.slug} is in slow mode: one message in ${slowModeSeconds} s.`);
    }
  }
}

function isSubscribed(roles: Roles | undefined): boolean {
  return roles !== undefined && (roles.subscriberMonths > 0 || roles.founder);
}

/** The badges shown beside a name, with the sort orders seen on Kick. */
export function badgesOf(channel: Channel, user: User): Badge[] {
  const roles = channel.roles.get(user);
  const badges: Badge[] = [];
  if (user.id === channel.broadcaster.id) badges.push({ type: 'broadcaster', text: 'Broadcaster' });
  if (roles?.moderator) badges.push({ type: 'moderator', text: 'Moderator', sort_order: 12 });
  if (roles?.vip) badges.push({ type: 'vip', text: 'VIP', sort_order: 5 });
  if (roles?.founder) badges.push({ type: 'founder', text: 'Founder', sort_order: 6 });
  if (roles?.og) badges.push({ type: 'og', text: 'OG', sort_order: 7 });
  if (roles && roles.giftedSubscriptions > 0) {
    badges.push({ type: 'sub_gifter', text: 'Sub Gifter', count: roles.giftedSubscriptions, sort_order: 8 });
  }
  if (roles && roles.subscriberMonths > 0) {
    badges.push({ type: 'subscriber', text: 'Subscriber', count: roles.subscriberMonths, sort_order: 9 });
  }
  if (user.verified) badges.push({ type: 'verified', text: 'Verified channel', sort_order: 14 });
  if (user.bot) badges.push({ type: 'bot', text: 'Bot' });
  return badges;
}
