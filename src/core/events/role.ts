import type { ChatMessageSent, ChatSender } from './kick-event.js';

/** From the many to the one; each stands for itself and those after it. */
const ladder = ['everyone', 'subscriber', 'regular', 'vip', 'moderator', 'broadcaster', 'owner'] as const;

/** Badges that say nothing of what somebody may do; each stands for who bears it, and for moderators and above. */
const marks = ['founder', 'og', 'sub_gifter', 'verified'] as const;

/**
 * Who somebody is in a channel: by Kick's badges, and to the bot. `regular` and `owner` are who the configuration
 * says. A founder counts as a subscriber too, an OG as a VIP too.
 */
export type Role = (typeof ladder)[number] | (typeof marks)[number];

/** A role, or a subscriber of so many months. */
export type RoleNeeded = Role | { readonly subscriber: { readonly months: number } };

export const roles: readonly Role[] = [...ladder, ...marks];

const rungOfRole = new Map<unknown, number>(ladder.map((role, rung) => [role, rung]));
const subscriber = ladder.indexOf('subscriber');
const moderator = ladder.indexOf('moderator');
const rungOfBadge = new Map<string, number>([
  ['subscriber', subscriber],
  // A founder may come without the subscriber badge and is subscribed all the same.
  ['founder', subscriber],
  ['vip', ladder.indexOf('vip')],
  ['og', ladder.indexOf('vip')],
  ['moderator', moderator],
  ['broadcaster', ladder.indexOf('broadcaster')],
]);

/** Whether the author is a moderator or above, by the badges the message came with. */
export function isModerator(message: ChatMessageSent): boolean {
  return rungByBadges(message) >= moderator;
}

function rungByBadges({ sender, channel }: ChatMessageSent): number {
  let rung = sender.id === channel.broadcasterUserId ? ladder.indexOf('broadcaster') : 0;
  for (const { type } of sender.badges) rung = Math.max(rung, rungOfBadge.get(type) ?? 0);
  return rung;
}

/** Someone as the configuration names them: a username, or a user id, which outlives a change of the name. */
export type Person = string | number;

class People {
  readonly #ids = new Set<number>();
  readonly #names = new Set<string>();

  constructor(people: readonly Person[]) {
    for (const person of people) {
      if (typeof person === 'number') this.#ids.add(person);
      else this.#names.add(person.toLowerCase());
    }
  }

  includes({ id, username }: ChatSender): boolean {
    return this.#ids.has(id) || (this.#names.size > 0 && this.#names.has(username.toLowerCase()));
  }
}

/** Whom the bot knows, by the configuration. */
export interface KnownPeople {
  /** Who runs the bot; above everyone in every channel. */
  readonly owners?: readonly Person[];
  /** By the channel's slug. */
  readonly regulars?: ReadonlyMap<string, readonly Person[]>;
}

/** Tells what roles the author of a message has. */
export class Roles {
  readonly #owners: People;
  readonly #regulars = new Map<string, People>();

  constructor({ owners = [], regulars = new Map() }: KnownPeople = {}) {
    this.#owners = new People(owners);
    for (const [slug, people] of regulars) this.setRegulars(slug, people);
  }

  /** Of a channel, instead of those it had. */
  setRegulars(slug: string, people: readonly Person[]): void {
    this.#regulars.set(slug, new People(people));
  }

  /** Whether the author has the role or, where it is one that others stand above, a higher one. */
  has(message: ChatMessageSent, needed: RoleNeeded): boolean {
    if (needed === 'everyone') return true;
    const rung = this.#rungOf(message);
    const { badges } = message.sender;
    if (typeof needed === 'object') {
      const { months } = needed.subscriber;
      return (
        rung > subscriber || badges.some(({ type, count = 0 }) => isSubscription(type) && count >= months)
      );
    }
    const wanted = rungOfRole.get(needed);
    if (wanted !== undefined) return rung >= wanted;
    return rung >= moderator || badges.some(({ type }) => type === needed);
  }

  hasAny(message: ChatMessageSent, needed: readonly RoleNeeded[]): boolean {
    for (const role of needed) if (this.has(message, role)) return true;
    return false;
  }

  #rungOf(message: ChatMessageSent): number {
    if (this.#owners.includes(message.sender)) return ladder.indexOf('owner');
    const isRegular = this.#regulars.get(message.channel.slug)?.includes(message.sender) ?? false;
    return Math.max(rungByBadges(message), isRegular ? ladder.indexOf('regular') : 0);
  }
}

function isSubscription(badge: string): boolean {
  return badge === 'subscriber' || badge === 'founder';
}
