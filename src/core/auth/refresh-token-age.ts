import type { Clock } from '../primitives/clock.js';
import type { Logger } from '../telemetry/logger.js';
import type { TokenSet } from './token-set.js';

const dayMs = 86_400_000;
/** Kick documents no end of refresh tokens; they have been seen to end 30 days after they were issued (#397). */
const lifeDays = 30;
const alertDays = [1, 3, 7];

/**
 * Says in time that an account's tokens grow old unrenewed: once each at 7, 3 and 1 days before Kick's refresh tokens
 * have been seen to end. A bot that runs renews them every day; this speaks after a long stop or a long outage.
 */
export class RefreshTokenAge {
  #receivedAt = Number.NaN;
  #told = Number.POSITIVE_INFINITY;

  constructor(
    private readonly accountId: string,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  check({ receivedAt, refreshToken }: TokenSet): void {
    if (refreshToken === undefined) return;
    if (receivedAt !== this.#receivedAt) this.#told = Number.POSITIVE_INFINITY;
    this.#receivedAt = receivedAt;
    const ageDays = Math.floor((this.clock.now() - receivedAt) / dayMs);
    const due = alertDays.find((days) => lifeDays - ageDays <= days);
    if (due === undefined || due >= this.#told) return;
    this.#told = due;
    this.logger.warn(
      `The tokens of ${this.accountId} were last renewed ${ageDays} days ago, and Kick's have been seen to end after ${lifeDays}: if the bot cannot renew them now, run kickbot login for that account.`,
    );
  }
}
