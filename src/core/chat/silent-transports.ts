import type { Channel } from '../events/kick-event.js';
import type { ChannelId } from '../primitives/ids.js';
import type { Logger } from '../telemetry/logger.js';
import type { ChatTransport } from './transport.js';

const silentMs = 10 * 60_000;
const messagesUnheard = 20;

interface Silence {
  /** Messages that others delivered since this one was heard last. */
  unheard: number;
  /** When the first of them came. Wall clock in milliseconds. */
  since: number;
  isTold: boolean;
}

/**
 * Notices a transport that claims to receive a channel and delivers none of its chat, while another one does: 20
 * messages, over ten minutes at least. Its subscriptions are made anew then.
 */
export class SilentTransports {
  readonly #transports: readonly ChatTransport[];
  readonly #logger: Logger;
  readonly #channels = new Map<ChannelId, readonly Silence[]>();

  constructor(transports: readonly ChatTransport[], logger: Logger) {
    this.#transports = transports;
    this.#logger = logger;
  }

  /** A chat message came. `isNew`: in time, and no other transport had delivered it. `now` is the wall clock. */
  heard(channel: Channel, by: ChatTransport, isNew: boolean, now: number): void {
    const silences = this.#of(channel);
    for (const [index, transport] of this.#transports.entries()) {
      const silence = silences[index];
      if (silence === undefined) continue;
      if (transport === by) this.#end(silence, channel, transport);
      else if (isNew) this.#grow(silence, channel, transport, now);
    }
  }

  forget({ channelId }: Channel): void {
    this.#channels.delete(channelId);
  }

  #of({ channelId }: Channel): readonly Silence[] {
    const known = this.#channels.get(channelId);
    if (known !== undefined) return known;
    const silences = this.#transports.map(() => ({ unheard: 0, since: 0, isTold: false }));
    this.#channels.set(channelId, silences);
    return silences;
  }

  #end(silence: Silence, { slug }: Channel, { name }: ChatTransport): void {
    silence.unheard = 0;
    if (!silence.isTold) return;
    silence.isTold = false;
    this.#logger.info(`The transport ${name} delivers the chat of ${slug} again.`);
  }

  #grow(silence: Silence, channel: Channel, transport: ChatTransport, now: number): void {
    if (silence.unheard === 0) silence.since = now;
    silence.unheard++;
    if (silence.unheard < messagesUnheard || now - silence.since < silentMs) return;
    silence.unheard = 0;
    const receivedSince = transport.receivedSince(channel);
    // It knows that something is missing, and sees to it.
    if (receivedSince === undefined || receivedSince > silence.since) return;
    if (!silence.isTold) {
      this.#logger.warn(
        `The transport ${transport.name} delivers nothing of the chat of ${channel.slug}, which another one does; its subscriptions are made anew.`,
      );
    }
    silence.isTold = true;
    transport.renew(channel);
  }
}
