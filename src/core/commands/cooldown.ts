import type { Clock } from '../primitives/clock.js';
import type { ChannelId, UserId } from '../primitives/ids.js';

/** How long a command rests after it was used, in milliseconds, for each of three circles of people. */
export interface CooldownTimes {
  /** For the same person in the same channel. */
  readonly user?: number;
  /** For everybody in the same channel. */
  readonly channel?: number;
  /** For everybody everywhere. */
  readonly global?: number;
}

/** More people than this within one cooldown, and the earliest are let go before their time. */
const maximumEntries = 10_000;

/** Remembers when a key may be used again. Every entry lasts equally long, so the oldest entry ends first. */
class Rest {
  readonly #ends = new Map<number | string, number>();

  constructor(private readonly durationMs: number) {}

  isResting(key: number | string, now: number): boolean {
    const end = this.#ends.get(key);
    return end !== undefined && end > now;
  }

  begin(key: number | string, now: number): void {
    this.#ends.delete(key);
    for (const [oldest, end] of this.#ends) {
      if (end > now && this.#ends.size < maximumEntries) break;
      this.#ends.delete(oldest);
    }
    this.#ends.set(key, now + this.durationMs);
  }
}

/** One command's cooldown. It is taken before the command runs, so that a slow command is not started twice. */
export class Cooldown {
  readonly #user: Rest | undefined;
  readonly #channel: Rest | undefined;
  readonly #global: Rest | undefined;

  constructor(
    { user, channel, global }: CooldownTimes,
    private readonly clock: Clock,
  ) {
    this.#user = user ? new Rest(user) : undefined;
    this.#channel = channel ? new Rest(channel) : undefined;
    this.#global = global ? new Rest(global) : undefined;
  }

  /** True and taken, or false and nothing is changed. */
  reserve(channel: ChannelId, user: UserId): boolean {
    const now = this.clock.monotonic();
    const person = this.#user && `${channel}:${user}`;
    if (
      (person !== undefined && this.#user?.isResting(person, now)) ||
      this.#channel?.isResting(channel, now) ||
      this.#global?.isResting(0, now)
    ) {
      return false;
    }
    if (person !== undefined) this.#user?.begin(person, now);
    this.#channel?.begin(channel, now);
    this.#global?.begin(0, now);
    return true;
  }
}
