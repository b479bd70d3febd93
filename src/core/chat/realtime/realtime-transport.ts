import type { Channel } from '../../events/kick-event.js';
import type { RealtimeFrame } from '../../events/realtime-frame.js';
import type { Clock } from '../../primitives/clock.js';
import { KickbotError } from '../../primitives/error.js';
import type { ChannelId, ChatroomId } from '../../primitives/ids.js';
import type { Random } from '../../primitives/random.js';
import type { Logger } from '../../telemetry/logger.js';
import type {
  ChatTransport,
  TransportCounts,
  TransportListener,
  TransportName,
  TransportState,
} from '../transport.js';
import type { FeedSource, Loss } from './feed.js';
import type { Membership } from './membership.js';
import { Outage } from './outage.js';
import { overallState } from './overall-state.js';
import { SilenceWatch, type WatchedChannels } from './silence-watch.js';
import { Supervisor, type Turnstiles } from './supervisor.js';
import { Turnstile } from './turnstile.js';
import { Unconfirmed } from './unconfirmed.js';

const openingPauseMs = 1_000;
const subscriptionsPerChannel = 6;

export interface RealtimeTransportOptions {
  readonly name: Exclude<TransportName, 'webhook'>;
  readonly source: FeedSource;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Six for each channel; 500 unless told. */
  readonly subscriptionsPerSocket?: number;
  /** Whether a channel streams now, as far as that is known: then its silence is worth a look. */
  readonly isLive?: (channel: Channel) => boolean;
}

/** Where a joined channel is. */
interface Seat {
  readonly supervisor: Supervisor;
  readonly membership: Membership;
}

/**
 * Kick's realtime feed, from whichever server the source names: the joined channels spread over as many connections
 * as they need, each with a supervisor that keeps it alive.
 */
export class RealtimeTransport implements ChatTransport {
  readonly name: Exclude<TransportName, 'webhook'>;
  readonly #options: RealtimeTransportOptions;
  readonly #channelsPerSocket: number;
  readonly #turnstiles: Turnstiles;
  readonly #outage: Outage;
  readonly #unconfirmed: Unconfirmed;
  readonly #silenceWatch: SilenceWatch;
  readonly #supervisors = new Set<Supervisor>();
  readonly #seats = new Map<ChannelId, Seat>();
  readonly #byChatroom = new Map<ChatroomId, Channel>();
  readonly #counts = { losses: 0, malformed: 0, partedFrames: 0 };
  #listener: TransportListener | undefined;
  #state: TransportState = { name: 'idle' };
  #listenerFailed = false;

  constructor(options: RealtimeTransportOptions) {
    const { name, clock, logger, subscriptionsPerSocket = 500, isLive = () => false } = options;
    this.name = name;
    this.#options = options;
    this.#channelsPerSocket = Math.max(1, Math.floor(subscriptionsPerSocket / subscriptionsPerChannel));
    const [asking, opening] = [new Turnstile(clock, openingPauseMs), new Turnstile(clock, openingPauseMs)];
    this.#turnstiles = { asking, opening };
    this.#outage = new Outage(clock, logger);
    this.#unconfirmed = new Unconfirmed(clock, logger);
    this.#silenceWatch = new SilenceWatch({ channels: this.#watched(), isLive, clock, logger });
  }

  get state(): TransportState {
    return this.#state;
  }

  get counts(): TransportCounts {
    const { losses, malformed, partedFrames } = this.#counts;
    let frames = partedFrames;
    for (const { membership } of this.#seats.values()) frames += membership.frames;
    return { losses, malformed, frames };
  }

  /** Throws `chat.already_started` while it is running. */
  start(listener: TransportListener): void {
    if (this.#listener !== undefined) {
      throw new KickbotError('chat.already_started', 'This transport runs already; stop it first.');
    }
    this.#listener = listener;
    this.#silenceWatch.start();
    for (const supervisor of this.#supervisors) supervisor.start();
    this.#showState();
  }

  /** Rejects with `channel.ids_clash` or, when it is left or stopped before, `channel.parted`. */
  join(channel: Channel): Promise<void> {
    const seat = this.#seatOf(channel);
    if (seat !== undefined) return seat.membership.joined;
    const other =
      this.#seats.get(channel.channelId)?.membership.channel ?? this.#byChatroom.get(channel.chatroomId);
    if (other !== undefined) {
      return Promise.reject(
        new KickbotError(
          'channel.ids_clash',
          `${other.slug} and ${channel.slug} have the same ids; correct channelId and chatroomId in the setting channels.`,
        ),
      );
    }
    const supervisor = this.#supervisorWithRoom();
    const membership = supervisor.join(channel);
    this.#seats.set(channel.channelId, { supervisor, membership });
    this.#byChatroom.set(channel.chatroomId, channel);
    return membership.joined;
  }

  part(channel: Channel): void {
    const seat = this.#seatOf(channel);
    if (seat === undefined) return;
    const { supervisor, membership } = seat;
    this.#seats.delete(channel.channelId);
    this.#byChatroom.delete(channel.chatroomId);
    this.#unconfirmed.forget(membership.channel);
    this.#counts.partedFrames += membership.frames;
    supervisor.part(channel);
    if (supervisor.subscriptions.size > 0) return;
    this.#supervisors.delete(supervisor);
    this.#outage.left(supervisor);
    void supervisor.stop();
    this.#showState();
  }

  receivedSince(channel: Channel): number | undefined {
    return this.#seatOf(channel)?.membership.receivedSince;
  }

  renew(channel: Channel): void {
    const seat = this.#seatOf(channel);
    seat?.supervisor.renew(seat.membership);
  }

  async stop(): Promise<void> {
    this.#listener = undefined;
    const supervisors = [...this.#supervisors];
    for (const { membership } of this.#seats.values()) this.#counts.partedFrames += membership.frames;
    this.#supervisors.clear();
    this.#seats.clear();
    this.#byChatroom.clear();
    const stopped = supervisors.map((supervisor) => supervisor.stop());
    const { asking, opening } = this.#turnstiles;
    for (const part of [asking, opening, this.#outage, this.#unconfirmed, this.#silenceWatch]) part.stop();
    this.#state = { name: 'idle' };
    await Promise.all(stopped);
  }

  /** Not that of another channel with the same id. */
  #seatOf({ channelId, slug }: Channel): Seat | undefined {
    const seat = this.#seats.get(channelId);
    return seat?.membership.channel.slug === slug ? seat : undefined;
  }

  #supervisorWithRoom(): Supervisor {
    const full = this.#channelsPerSocket * subscriptionsPerChannel;
    for (const supervisor of this.#supervisors) {
      if (supervisor.subscriptions.size < full) return supervisor;
    }
    const supervisor = this.#newSupervisor();
    this.#supervisors.add(supervisor);
    if (this.#listener !== undefined) supervisor.start();
    return supervisor;
  }

  #newSupervisor(): Supervisor {
    const { source, clock, random, logger } = this.#options;
    const supervisor: Supervisor = new Supervisor({
      source,
      turnstiles: this.#turnstiles,
      clock,
      random,
      logger,
      listener: {
        frame: (frame, channel) => this.#deliver(frame, channel),
        missed: (span) => this.#tell(() => this.#listener?.missed(span)),
        changed: () => this.#showState(),
        connected: () => this.#outage.connected(supervisor),
        lost: (loss) => this.#lost(supervisor, loss),
        malformed: () => this.#countMalformed(),
        degraded: (channel) => this.#unconfirmed.add(channel),
        recovered: (channel) => this.#unconfirmed.delete(channel),
      },
    });
    return supervisor;
  }

  #deliver(frame: RealtimeFrame, channel: Channel): void {
    try {
      this.#listener?.frame(frame, channel);
    } catch (error) {
      // A defect of ours, and here it could happen for each frame.
      if (!this.#listenerFailed) {
        this.#options.logger.error('Handling a frame of the chat feed failed.', { error });
      }
      this.#listenerFailed = true;
    }
  }

  #lost(supervisor: Supervisor, loss: Loss): void {
    this.#counts.losses++;
    this.#outage.lost(supervisor, loss);
  }

  #countMalformed(): void {
    this.#counts.malformed++;
    if (this.#counts.malformed > 1) return;
    this.#options.logger.warn("Kick's chat feed sent a frame that is no event; such frames are left out.");
  }

  #showState(): void {
    if (this.#listener === undefined) return;
    const state = overallState(this.#supervisors);
    const isSame = state.name === 'ready' && this.#state.name === 'ready';
    this.#state = state;
    if (!isSame) this.#tell(() => this.#listener?.state(state));
  }

  #tell(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      this.#options.logger.error("Handling the chat feed's state failed.", { error });
    }
  }

  #watched(): WatchedChannels {
    return {
      frames: () => this.counts.frames,
      sweep: (visit) => {
        for (const { membership } of this.#seats.values()) visit(membership.channel, membership.sweep());
      },
      renew: (channel) => this.renew(channel),
    };
  }
}
