import type { Clock } from '../primitives/clock.js';
import type { ChannelId, UserId } from '../primitives/ids.js';
import type { Circle, CooldownEnds } from './cooldown-memory.js';

/** How long a command rests after it was used, in milliseconds, for each of three circles of people. */
export interface CooldownTimes {
  /** For the same person in the same channel. */
  readonly user?: number;
  /** For everybody in the same channel. */
  readonly channel?: number;
  /** For everybody everywhere. */
  readonly global?: number;
}

/** Shorter ones are over, or nearly, when a bot has been started again. */
const longFromMs = 60_000;

/** More people than this within one cooldown, and the earliest are let go before their time. */
const maximumEntries = { short: 10_000, long: 100_000 } as const;

/** Remembers when somebody may use something again. Every entry lasts equally long, so the oldest ends first. */
class Rest {
  readonly #durationMs: number;
  readonly #maximum: number;
  readonly #now: () => number;
  readonly #ends: CooldownEnds['ends'];
  readonly #begun: CooldownEnds['begun'] | undefined;

  constructor(durationMs: number, clock: Clock, kept: () => CooldownEnds | undefined) {
    const long = durationMs >= longFromMs ? kept() : undefined;
    this.#durationMs = durationMs;
    this.#maximum = long === undefined ? maximumEntries.short : maximumEntries.long;
    this.#now = long === undefined ? () => clock.monotonic() : () => clock.now();
    this.#ends = long?.ends ?? new Map();
    this.#begun = long?.begun;
  }

  isResting(who: string): boolean {
    const end = this.#ends.get(who);
    if (end === undefined) return false;
    const now = this.#now();
    // An end further off than that is from when the cooldown was longer, or the clock was wrong.
    return end > now && end <= now + this.#durationMs;
  }

  begin(who: string): void {
    const now = this.#now();
    this.#ends.delete(who);
    for (const [oldest, end] of this.#ends) {
      if (end > now && this.#ends.size < this.#maximum) break;
      this.#ends.delete(oldest);
    }
    this.#ends.set(who, now + this.#durationMs);
    this.#begun?.(who, now + this.#durationMs);
  }
}

/** One command's cooldown. It is taken before the command runs, so that a slow command is not started twice. */
export class Cooldown {
  readonly #user: Rest | undefined;
  readonly #channel: Rest | undefined;
  readonly #global: Rest | undefined;

  /** `kept` gives where those of a minute and more are kept; without it all are forgotten with this. */
  constructor(
    { user, channel, global }: CooldownTimes,
    clock: Clock,
    kept: (circle: Circle) => CooldownEnds | undefined = () => undefined,
  ) {
    this.#user = user ? new Rest(user, clock, () => kept('user')) : undefined;
    this.#channel = channel ? new Rest(channel, clock, () => kept('channel')) : undefined;
    this.#global = global ? new Rest(global, clock, () => kept('global')) : undefined;
  }

  isResting(channel: ChannelId, user: UserId): boolean {
    return (
      (this.#user?.isResting(`${channel}:${user}`) ||
        this.#channel?.isResting(`${channel}`) ||
        this.#global?.isResting('')) ??
      false
    );
  }

  /** True and taken, or false and nothing is changed. */
  reserve(channel: ChannelId, user: UserId): boolean {
    if (this.isResting(channel, user)) return false;
    this.#user?.begin(`${channel}:${user}`);
    this.#channel?.begin(`${channel}`);
    this.#global?.begin('');
    return true;
  }
}
