import type { Channel, KicksGift, User } from './state.js';

/** A few of the gifts Kick sells, with their real prices. */
export const kicksGifts = {
  fullSend: {
    id: 'full_send',
    name: 'Full Send',
    amount: 100,
    type: 'BASIC',
    tier: 'BASIC',
    characterLimit: 0,
    pinnedSeconds: 0,
  },
  rageQuit: {
    id: 'rage_quit',
    name: 'Rage Quit',
    amount: 500,
    type: 'LEVEL_UP',
    tier: 'MID',
    characterLimit: 150,
    pinnedSeconds: 600,
  },
} as const satisfies Record<string, KicksGift>;

/** Who gave a channel most KICKs since then, most first. */
export function kicksRanking(channel: Channel, since = 0): { user: User; amount: number }[] {
  const given = new Map<User, number>();
  for (const { user, amount, at } of channel.kicksGiven) {
    if (at >= since) given.set(user, (given.get(user) ?? 0) + amount);
  }
  return [...given]
    .map(([user, amount]) => ({ user, amount }))
    .sort((one, other) => other.amount - one.amount);
}
