import type { Channel } from '../events/kick-event.js';
import type { ChannelId } from '../primitives/ids.js';
import type { Logger } from '../telemetry/logger.js';
import type { ChatTransport } from './transport.js';

const silentMs = 10 * 60_000;
const messagesUnheard = 20;
const mostDoublings = 4;

interface Silence {
  /** Messages that others delivered since this one was heard last. */
  unheard: number;
  /** When the first of them came. Wall clock in milliseconds. */
  since: number;
  /** How often its subscriptions were made anew in vain. */
  renewals: number;
}

/**
 * Notices a transport that claims to receive a channel and delivers none of its chat, while another one does: 20
 * messages, over ten minutes at least. Its subscriptions are made anew then, and as long as that does not help, again
 * after twice as long each time, at most 160 minutes. The log says so of the first channel, and once that it is over.
 */
export class SilentTransports {
  readonly #transports: readonly ChatTransport[];
  readonly #logger: Logger;
  readonly #channels = new Map<ChannelId, readonly Silence[]>();
  /** In how many channels each of the transports is silent. */
  readonly #silent: Map<ChatTransport, number>;

  constructor(transports: readonly ChatTransport[], logger: Logger) {
    this.#transports = transports;
    this.#silent = new Map(transports.map((transport) => [transport, 0]));
    this.#logger = logger;
  }

  /** A chat message came. `isNew`: in time, and no other transport had delivered it. `now` is the wall clock. */
  heard(channel: Channel, by: ChatTransport, isNew: boolean, now: number): void {
    const silences = this.#of(channel);
    for (const [index, transport] of this.#transports.entries()) {
      const silence = silences[index];
      if (silence === undefined) continue;
      if (transport === by) this.#end(silence, transport);
      else if (isNew) this.#grow(silence, channel, transport, now);
    }
  }

  forget({ channelId }: Channel): void {
    const silences = this.#channels.get(channelId) ?? [];
    for (const [index, silence] of silences.entries()) {
      const transport = this.#transports[index];
      if (transport !== undefined) this.#end(silence, transport);
    }
    this.#channels.delete(channelId);
  }

  #of({ channelId }: Channel): readonly Silence[] {
    const known = this.#channels.get(channelId);
    if (known !== undefined) return known;
    const silences = this.#transports.map(() => ({ unheard: 0, since: 0, renewals: 0 }));
    this.#channels.set(channelId, silences);
    return silences;
  }

  #end(silence: Silence, transport: ChatTransport): void {
    silence.unheard = 0;
    if (silence.renewals === 0) return;
    silence.renewals = 0;
    if (this.#countSilent(transport, -1) > 0) return;
    this.#logger.info(`The transport ${transport.name} is silent in no channel any more.`);
  }

  #grow(silence: Silence, channel: Channel, transport: ChatTransport, now: number): void {
    if (silence.unheard === 0) silence.since = now;
    silence.unheard++;
    const patienceMs = silentMs * 2 ** Math.min(silence.renewals, mostDoublings);
    if (silence.unheard < messagesUnheard || now - silence.since < patienceMs) return;
    silence.unheard = 0;
    const receivedSince = transport.receivedSince(channel);
    // It knows that something is missing, and sees to it.
    if (receivedSince === undefined || receivedSince > silence.since) return;
    if (silence.renewals === 0 && this.#countSilent(transport, 1) === 1) {
      this.#logger.warn(
        `The transport ${transport.name} delivers nothing of the chat of ${channel.slug}, which another one does; its subscriptions are made anew. So are those of other channels where it is silent.`,
      );
    }
    silence.renewals++;
    transport.renew(channel);
  }

  #countSilent(transport: ChatTransport, change: number): number {
    const count = (this.#silent.get(transport) ?? 0) + change;
    this.#silent.set(transport, count);
    return count;
  }
}
