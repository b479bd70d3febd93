import type { Channel } from '../../events/kick-event.js';
import type { Clock } from '../../primitives/clock.js';
import { messageOf } from '../../primitives/error.js';
import type { UserId } from '../../primitives/ids.js';
import type { Logger } from '../../telemetry/logger.js';

const silenceMs = 60_000;

/** Where Kick does not let the account speak: tried again once a minute, and told of once. */
export class SilentChannels {
  /** Until when nothing is sent, monotonic; in here until Kick takes a message. */
  readonly #until = new Map<UserId, number>();

  constructor(
    private readonly accountId: string,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  has(channel: UserId): boolean {
    return this.clock.monotonic() < (this.#until.get(channel) ?? Number.NEGATIVE_INFINITY);
  }

  refused({ slug, broadcasterUserId }: Channel, cause: unknown): void {
    if (!this.#until.has(broadcasterUserId)) {
      this.logger.error(
        `Kick does not let ${this.accountId} speak in ${slug}, which is tried once a minute from now on: ${messageOf(cause)}`,
        { channel: slug },
      );
    }
    this.#until.set(broadcasterUserId, this.clock.monotonic() + silenceMs);
  }

  accepted({ slug, broadcasterUserId }: Channel): void {
    if (!this.#until.delete(broadcasterUserId)) return;
    this.logger.info(`${this.accountId} speaks in ${slug} again.`, { channel: slug });
  }
}
