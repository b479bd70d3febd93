import type { Channel } from '../events/kick-event.js';
import type { KickLivestreams } from '../kick/livestreams.js';
import type { ChannelId } from '../primitives/ids.js';

const askedAtOnce = 50;

/** Which channels are streaming, as far as anybody said. A live channel that is silent is worth a look. */
export class LiveChannels {
  readonly #isLive = new Map<ChannelId, boolean>();

  isLive({ channelId }: Channel): boolean {
    return this.#isLive.get(channelId) ?? false;
  }

  set({ channelId }: Channel, isLive: boolean): void {
    this.#isLive.set(channelId, isLive);
  }

  /** Asks Kick about those nobody has said anything of: their streams may have begun before. Rejects as its API does. */
  async ask(channels: readonly Channel[], livestreams: Pick<KickLivestreams, 'byUserIds'>): Promise<void> {
    for (let from = 0; from < channels.length; from += askedAtOnce) {
      const some = channels.slice(from, from + askedAtOnce);
      const streams = await livestreams.byUserIds(some.map(({ broadcasterUserId }) => broadcasterUserId));
      const live = new Set(streams.map(({ broadcaster }) => broadcaster.id));
      for (const channel of some) {
        // An event that came meanwhile is newer than the answer.
        if (!this.#isLive.has(channel.channelId)) this.set(channel, live.has(channel.broadcasterUserId));
      }
    }
  }
}
