import type { Channel } from '../../events/kick-event.js';
import { webhookEvents } from '../../kick/event-subscriptions.js';
import type { Cancel, Clock } from '../../primitives/clock.js';
import type { UserId } from '../../primitives/ids.js';
import type { Logger } from '../../telemetry/logger.js';
import type { MissedSpan, TransportState } from '../transport.js';
import { SubscribedChannel } from './subscribed-channel.js';
import type { SubscriptionAccess } from './subscription-access.js';
import { SubscriptionRound } from './subscription-round.js';

const everyMs = 5 * 60_000;
/** After a call that failed, for example because a token was refused. */
const retryMs = 60_000;

export interface SubscriptionReconcilerOptions {
  readonly access: SubscriptionAccess;
  /** The owners of all channels this installation was ever in. */
  served(): Promise<readonly UserId[]>;
  changed(state: TransportState): void;
  missed(span: MissedSpan): void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Sees to it that Kick has a subscription of each event for each joined channel, and none for channels that were
 * left: at the start, every five minutes, and a minute after a call that failed. One round at a time.
 */
export class SubscriptionReconciler {
  readonly #options: SubscriptionReconcilerOptions;
  readonly #joined = new Map<UserId, SubscribedChannel>();
  /** Owners of channels of which nothing is wanted any more. */
  readonly #left = new Set<UserId>();
  /** Of whom everything was taken away once. Not again in this run: another installation may serve them by now. */
  readonly #cleared = new Set<UserId>();
  /** What Kick refuses, and the log has. */
  #told: ReadonlySet<string> = new Set();
  #isFailing = false;
  /** Kick wants no call before this, monotonic. */
  #quietUntil = -Infinity;
  #state: TransportState = { name: 'idle' };
  /** Another round is to follow. */
  #isDue = false;
  #rounds: Promise<void> | undefined;
  #cancelTimer: Cancel | undefined;

  constructor(options: SubscriptionReconcilerOptions) {
    this.#options = options;
  }

  get state(): TransportState {
    return this.#state;
  }

  of(broadcaster: UserId): SubscribedChannel | undefined {
    return this.#joined.get(broadcaster);
  }

  start(): void {
    this.#setState({ name: 'connecting' });
    this.#wake();
  }

  /**
   * Ends it. The subscriptions stay: Kick may send while the bot restarts. Does not wait for a call under way, which
   * may take longer than a bot that stops may: nothing follows it.
   */
  stop(): void {
    this.#state = { name: 'idle' };
    this.#isDue = false;
    this.#cancelTimer?.();
    for (const subscribed of this.#joined.values()) subscribed.parted();
    this.#joined.clear();
  }

  add(channel: Channel): SubscribedChannel {
    const { broadcasterUserId } = channel;
    const known = this.#joined.get(broadcasterUserId);
    if (known !== undefined) return known;
    const { clock, missed } = this.#options;
    const added = new SubscribedChannel(channel, clock, missed);
    this.#joined.set(broadcasterUserId, added);
    this.#left.delete(broadcasterUserId);
    if (this.#state.name === 'ready') this.#setState(this.#progress());
    this.#wake();
    return added;
  }

  remove({ broadcasterUserId }: Channel): void {
    const removed = this.#joined.get(broadcasterUserId);
    if (removed === undefined) return;
    this.#joined.delete(broadcasterUserId);
    removed.parted();
    this.#left.add(broadcasterUserId);
    this.#cleared.delete(broadcasterUserId);
    this.#wake();
  }

  renew({ broadcasterUserId }: Channel): void {
    const renewed = this.#joined.get(broadcasterUserId);
    if (renewed === undefined) return;
    renewed.isStale = true;
    this.#wake();
  }

  /** Begins a round, or has one follow the present one. */
  #wake(): void {
    if (this.#state.name === 'idle') return;
    this.#isDue = true;
    this.#rounds ??= this.#run().finally(() => {
      this.#rounds = undefined;
    });
  }

  async #run(): Promise<void> {
    // What is joined in one turn is looked at in one round.
    await undefined;
    while (this.#isDue) {
      this.#isDue = false;
      this.#cancelTimer?.();
      const quietMs = this.#quietUntil - this.#options.clock.monotonic();
      const waitMs = quietMs > 0 ? quietMs : await this.#round();
      if (this.#state.name === 'idle') return;
      this.#cancelTimer = this.#options.clock.schedule(waitMs, () => void this.#tick());
    }
  }

  /** What was left in earlier runs is looked for here: at the start not all channels are joined yet. */
  async #tick(): Promise<void> {
    try {
      for (const broadcaster of await this.#options.served()) {
        if (!this.#cleared.has(broadcaster)) this.#left.add(broadcaster);
      }
    } catch (error) {
      this.#options.logger.debug('The channels served before could not be read.', { error });
    }
    this.#wake();
  }

  /** Resolves with the milliseconds until the next. */
  async #round(): Promise<number> {
    const round = new SubscriptionRound(this.#joined, this.#options.access);
    await round.run(this.#left);
    for (const broadcaster of round.removed) {
      this.#left.delete(broadcaster);
      this.#cleared.add(broadcaster);
    }
    const waitMs = round.failure === undefined ? everyMs : Math.max(retryMs, round.retryAfterMs);
    if (round.retryAfterMs > 0) this.#quietUntil = this.#options.clock.monotonic() + round.retryAfterMs;
    if (this.#state.name === 'idle') return waitMs;
    this.#tell(round);
    this.#setState(this.#stateAfter(round, waitMs));
    return waitMs;
  }

  /** Once that something is wrong, and once that it is over. */
  #tell({ problems, failure }: SubscriptionRound): void {
    const { logger } = this.#options;
    const [first, ...others] = problems.filter((problem) => !this.#told.has(problem));
    if (first !== undefined) {
      logger.warn(others.length === 0 ? first : `${first} (And ${others.length} more of the kind.)`, {
        ...(others.length > 0 && { others }),
      });
    }
    if (failure !== undefined) {
      if (!this.#isFailing) logger.warn(`The webhook subscriptions could not be checked: ${failure}`);
      this.#isFailing = true;
      // It did not come to all of them.
      this.#told = new Set([...this.#told, ...problems]);
      return;
    }
    if (problems.length === 0 && (this.#isFailing || this.#told.size > 0)) {
      logger.info('All webhook subscriptions exist now.');
    } else if (this.#isFailing) logger.info('The webhook subscriptions can be checked again.');
    this.#isFailing = false;
    this.#told = new Set(problems);
  }

  #stateAfter({ failure }: SubscriptionRound, retryInMs: number): TransportState {
    const unconfirmed = [...this.#joined.values()].flatMap(({ channel, missing }) =>
      missing.map((event) => `${channel.slug} ${event}`),
    );
    if (unconfirmed.length === 0) return { name: 'ready' };
    if (failure !== undefined) return { name: 'backing off', retryInMs, reason: failure };
    return this.#isDue ? this.#progress() : { name: 'degraded', unconfirmed };
  }

  #progress(): TransportState {
    const wanted = this.#joined.size * webhookEvents.length;
    let confirmed = wanted;
    for (const { missing } of this.#joined.values()) confirmed -= missing.length;
    return { name: 'subscribing', confirmed, wanted };
  }

  #setState(state: TransportState): void {
    const isSame = state.name === 'ready' && this.#state.name === 'ready';
    this.#state = state;
    if (!isSame) this.#options.changed(state);
  }
}
