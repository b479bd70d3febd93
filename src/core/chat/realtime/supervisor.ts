import type { Channel } from '../../events/kick-event.js';
import type { RealtimeFrame } from '../../events/realtime-frame.js';
import type { Cancel, Clock } from '../../primitives/clock.js';
import { messageOf } from '../../primitives/error.js';
import type { Random } from '../../primitives/random.js';
import type { Logger } from '../../telemetry/logger.js';
import type { MissedSpan, TransportState } from '../transport.js';
import { Backoff } from './backoff.js';
import type { Feed, FeedListener, FeedServer, FeedSource, Loss } from './feed.js';
import { Liveness } from './liveness.js';
import type { Membership, Subscription } from './membership.js';
import { SubscribeBudget } from './subscribe-budget.js';
import { Subscriptions } from './subscriptions.js';
import type { Turnstile } from './turnstile.js';

/** How long the source may take to name a server: it may have to ask for it. */
const namingDeadlineMs = 30_000;
const handshakeDeadlineMs = 10_000;
/** A connection that lasted this long ends the series of failures. */
const stableMs = 60_000;
const sweepMs = 1_000;

export interface SupervisorListener {
  frame(frame: RealtimeFrame, channel: Channel): void;
  missed(span: MissedSpan): void;
  /** There is another state. */
  changed(): void;
  connected(): void;
  lost(loss: Loss): void;
  malformed(): void;
  /** Not all subscriptions of that channel are confirmed in spite of several tries. */
  degraded(channel: Channel): void;
  /** They are, after all. */
  recovered(channel: Channel): void;
}

export interface Turnstiles {
  readonly asking: Turnstile;
  readonly opening: Turnstile;
}

export interface SupervisorOptions {
  readonly source: FeedSource;
  /** The source is asked through the one, a connection opened through the other. */
  readonly turnstiles: Turnstiles;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly listener: SupervisorListener;
}

/**
 * One connection to the feed that is kept alive: it decides whether and when to connect, what to subscribe to, what
 * to ask for again, and when the peer is to be taken for dead.
 */
export class Supervisor {
  readonly subscriptions: Subscriptions;
  readonly #source: FeedSource;
  readonly #turnstiles: Turnstiles;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #listener: SupervisorListener;
  readonly #backoff: Backoff;
  readonly #liveness: Liveness;
  readonly #budget: SubscribeBudget;
  #state: TransportState = { name: 'idle' };
  #feed: Feed | undefined;
  /** Of the present connection or attempt. What an older one still says is not listened to. */
  #generation = 0;
  /** Monotonic milliseconds of the greeting; undefined while not connected. */
  #connectedAt: number | undefined;
  #leaveTurnstile: Cancel | undefined;
  /** A deadline or the end of the back-off. */
  #cancelTimer: Cancel | undefined;
  #cancelSweep: Cancel | undefined;

  constructor({ source, turnstiles, clock, random, logger, listener }: SupervisorOptions) {
    this.#source = source;
    this.#turnstiles = turnstiles;
    this.#clock = clock;
    this.#logger = logger;
    this.#listener = listener;
    this.subscriptions = new Subscriptions(clock, random);
    this.#backoff = new Backoff(random);
    this.#budget = new SubscribeBudget(clock, () => this.#subscribe());
    this.#liveness = new Liveness(clock, {
      takeHeard: () => this.#feed?.takeHeard() ?? false,
      probe: () => this.#feed?.probe(),
      dead: () => this.#lost(lossBecause('the connection has gone silent')),
      suspended: (provenAt, forMs) => this.#suspended(provenAt, forMs),
      revived: () => this.#revived(),
    });
  }

  get state(): TransportState {
    return this.#state;
  }

  start(): void {
    this.#leaveTurnstile = this.#turnstiles.asking.enter(() => void this.#connect());
    // Last, because whoever hears of it may stop everything.
    this.#setState({ name: 'connecting' });
  }

  join(channel: Channel): Membership {
    const membership = this.subscriptions.add(channel);
    this.#subscribe();
    this.#showProgress();
    return membership;
  }

  part(channel: Channel): void {
    for (const name of this.subscriptions.remove(channel)) this.#unsubscribe(name);
    this.#showProgress();
  }

  /** Subscribes to a channel of which nothing is heard once more. */
  renew(membership: Membership): void {
    if (this.#connectedAt === undefined) return;
    membership.interrupted(
      membership.quietSince,
      'nothing of it was heard, so that it was subscribed to anew',
    );
    for (const name of this.subscriptions.renew(membership)) this.#unsubscribe(name);
    this.#subscribe();
    this.#showProgress();
  }

  /** Parts all channels. Resolves when the connection is gone. */
  async stop(): Promise<void> {
    const gone = this.#feed?.gone;
    for (const { channel } of [...this.subscriptions.memberships]) this.subscriptions.remove(channel);
    this.#disconnect();
    this.#state = { name: 'idle' };
    await gone;
  }

  async #connect(): Promise<void> {
    const generation = this.#generation;
    this.#awaitUntil(namingDeadlineMs, 'no server was named');
    try {
      const server = await this.#source.server();
      if (generation !== this.#generation) return;
      this.#cancelTimer?.();
      // Many may have waited for a source that was slow.
      this.#leaveTurnstile = this.#turnstiles.opening.enter(() => this.#open(server));
    } catch (error) {
      if (generation === this.#generation) this.#lost(lossBecause(messageOf(error)));
    }
  }

  #open(server: FeedServer): void {
    this.#awaitUntil(handshakeDeadlineMs, 'no greeting');
    try {
      this.#feed = server.open(this.#listenerOf(this.#generation));
    } catch (error) {
      this.#lost(lossBecause(messageOf(error)));
    }
  }

  #awaitUntil(deadlineMs: number, missing: string): void {
    this.#cancelTimer?.();
    const loss = lossBecause(`${missing} within ${deadlineMs / 1000} s`);
    this.#cancelTimer = this.#clock.schedule(deadlineMs, () => this.#lost(loss));
  }

  #listenerOf(generation: number): FeedListener {
    const isPresent = () => generation === this.#generation;
    return {
      frame: (frame) => {
        if (isPresent()) this.#deliver(frame);
      },
      established: () => {
        if (isPresent()) this.#established();
      },
      acknowledged: (name) => {
        if (isPresent()) this.#acknowledged(name);
      },
      refused: (name, reason) => {
        if (isPresent()) this.#refused(name, reason);
      },
      complained: (complaint) => {
        if (isPresent()) this.#logger.debug("Kick's chat feed complained.", { complaint });
      },
      malformed: () => {
        if (isPresent()) this.#listener.malformed();
      },
      closed: (loss) => {
        if (isPresent()) this.#lost(loss);
      },
    };
  }

  #deliver(frame: RealtimeFrame): void {
    const membership = this.subscriptions.membershipOf(frame.channel);
    if (membership === undefined) return;
    membership.frames++;
    this.#listener.frame(frame, membership.channel);
  }

  #established(): void {
    this.#cancelTimer?.();
    this.#connectedAt = this.#clock.monotonic();
    this.#backoff.connected();
    this.subscriptions.restart();
    this.#liveness.start();
    this.#listener.connected();
    this.#subscribe();
    this.#showProgress();
  }

  #subscribe(): void {
    if (this.#connectedAt === undefined) return;
    const count = this.#budget.take(this.subscriptions.unsent);
    for (const name of this.subscriptions.takeUnsent(count)) {
      this.#feed?.subscribe(name);
    }
  }

  #unsubscribe(name: string): void {
    if (this.#connectedAt !== undefined) this.#feed?.unsubscribe(name);
  }

  #acknowledged(name: string): void {
    const subscription = this.subscriptions.confirm(name);
    if (subscription === undefined) return;
    const { membership } = subscription;
    if (membership.isChat(subscription)) this.#received(membership);
    membership.settle();
    if (membership.unconfirmed === 0) {
      if (membership.isDegraded) this.#listener.recovered(membership.channel);
      membership.isDegraded = false;
    }
    this.#showProgress();
  }

  #refused(name: string, reason: string): void {
    this.#logger.debug("Kick's chat feed refused a subscription.", { name, reason });
    const subscription = this.subscriptions.revoke(name);
    if (subscription === undefined) return;
    this.#interruptChat(subscription, `the server ended its subscription (${reason})`);
    this.#showProgress();
  }

  #interruptChat(subscription: Subscription, reason: string): void {
    const { membership } = subscription;
    if (membership.isChat(subscription)) membership.interrupted(this.#clock.now(), reason);
  }

  #received(membership: Membership): void {
    const span = membership.received();
    if (span !== undefined) this.#listener.missed(span);
  }

  #suspended(provenAt: number, forMs: number): void {
    const reason = `the machine stood still for ${Math.round(forMs / 1000)} s`;
    for (const membership of this.subscriptions.memberships) membership.interrupted(provenAt, reason);
  }

  #revived(): void {
    for (const membership of this.subscriptions.memberships) {
      const [chat] = membership.subscriptions;
      if (chat !== undefined && this.subscriptions.isConfirmed(chat)) this.#received(membership);
    }
  }

  #lost(loss: Loss): void {
    if (this.#connectedAt !== undefined) {
      if (this.#clock.monotonic() - this.#connectedAt >= stableMs) this.#backoff.reset();
      const provenAt = this.#liveness.takeProvenAt();
      for (const membership of this.subscriptions.memberships) membership.interrupted(provenAt, loss.reason);
    }
    this.#disconnect();
    if (loss.isOutdated) this.#source.outdated();
    this.#listener.lost(loss);
    const retryInMs = this.#backoff.next(loss);
    this.#cancelTimer = this.#clock.schedule(retryInMs, () => this.start());
    this.#setState({ name: 'backing off', retryInMs, reason: loss.reason });
  }

  #disconnect(): void {
    this.#generation++;
    this.#leaveTurnstile?.();
    this.#cancelTimer?.();
    this.#cancelSweep?.();
    this.#cancelSweep = undefined;
    this.#liveness.stop();
    this.#budget.reset();
    this.#connectedAt = undefined;
    this.#feed?.close();
    this.#feed = undefined;
  }

  #showProgress(): void {
    if (this.#connectedAt === undefined) return;
    if (this.subscriptions.isComplete) {
      this.#cancelSweep?.();
      this.#cancelSweep = undefined;
    } else {
      this.#cancelSweep ??= this.#clock.schedule(sweepMs, () => this.#sweep());
    }
    this.#setState(this.subscriptions.state);
  }

  #sweep(): void {
    this.#cancelSweep = undefined;
    const { again, degraded } = this.subscriptions.overdue();
    // Whether the first was lost or only its answer, taking it back and asking again is right.
    for (const name of again) this.#unsubscribe(name);
    for (const membership of degraded) {
      this.#listener.degraded(membership.channel);
      membership.settle();
    }
    this.#subscribe();
    this.#showProgress();
  }

  #setState(state: TransportState): void {
    this.#state = state;
    this.#listener.changed();
  }
}

function lossBecause(reason: string): Loss {
  return { reason, isSlow: false, isOutdated: false, advice: undefined };
}
