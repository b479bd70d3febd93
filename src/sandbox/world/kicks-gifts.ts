import type { KicksGift } from './state.js';

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
