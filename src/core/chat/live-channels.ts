import type { Channel } from '../events/kick-event.js';
import type { ChannelId } from '../primitives/ids.js';

/** Which channels are streaming, as far as anybody said. A live channel that is silent is worth a look. */
export class LiveChannels {
  readonly #live = new Set<ChannelId>();

  isLive({ channelId }: Channel): boolean {
    return this.#live.has(channelId);
  }

  set({ channelId }: Channel, isLive: boolean): void {
    if (isLive) this.#live.add(channelId);
    else this.#live.delete(channelId);
  }
}
