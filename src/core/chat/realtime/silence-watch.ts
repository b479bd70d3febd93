import type { Channel } from '../../events/kick-event.js';
import type { Cancel, Clock } from '../../primitives/clock.js';
import type { ChannelId } from '../../primitives/ids.js';
import type { Logger } from '../../telemetry/logger.js';
import { listed } from './listed.js';

const sweepMs = 60_000;
const silentSweeps = 10;

/** The channels that are watched. */
export interface WatchedChannels {
  /** All frames so far, whatever channel they were for. */
  frames(): number;
  /** Calls `visit` for each: whether it was heard since the last sweep; undefined while it is not received. */
  sweep(visit: (channel: Channel, isHeard: boolean | undefined) => void): void;
  renew(channel: Channel): void;
}

export interface SilenceWatchOptions {
  readonly channels: WatchedChannels;
  /** Whether the channel streams now, as far as that is known. */
  readonly isLive: (channel: Channel) => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Silence {
  sweeps: number;
  isRenewed: boolean;
}

/**
 * Looks for channels that are live and of which nothing was heard for ten minutes, while others were: their
 * subscriptions are made anew, once. A server can confirm a subscription and deliver nothing.
 */
export class SilenceWatch {
  readonly #options: SilenceWatchOptions;
  #silences = new Map<ChannelId, Silence>();
  #frames = 0;
  #cancel: Cancel | undefined;

  constructor(options: SilenceWatchOptions) {
    this.#options = options;
  }

  start(): void {
    this.#cancel = this.#options.clock.schedule(sweepMs, () => {
      this.#sweep();
      this.start();
    });
  }

  stop(): void {
    this.#cancel?.();
    this.#silences.clear();
  }

  #sweep(): void {
    const { channels, isLive, logger } = this.#options;
    const frames = channels.frames();
    const othersFlow = frames !== this.#frames;
    this.#frames = frames;
    const before = this.#silences;
    this.#silences = new Map();
    const silent: Channel[] = [];
    const heardAgain: Channel[] = [];
    channels.sweep((channel, isHeard) => {
      const silence = before.get(channel.channelId) ?? { sweeps: 0, isRenewed: false };
      if (isHeard) {
        if (silence.isRenewed) heardAgain.push(channel);
        return;
      }
      if (!isLive(channel)) return;
      this.#silences.set(channel.channelId, silence);
      if (isHeard === false && othersFlow) silence.sweeps++;
      if (silence.isRenewed || silence.sweeps < silentSweeps) return;
      silence.isRenewed = true;
      silent.push(channel);
    });
    if (silent.length > 0) {
      logger.warn(
        `Nothing was heard for ${silentSweeps} minutes, although live: ${listed(silent)}. Subscriptions are made anew.`,
      );
    }
    if (heardAgain.length > 0) logger.info(`Heard again: ${listed(heardAgain)}.`);
    for (const channel of silent) channels.renew(channel);
  }
}
