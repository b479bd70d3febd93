import type { Channel } from '../events/kick-event.js';
import type { RealtimeFrame } from '../events/realtime-frame.js';

/** As `chat.transports` names them; `auto` is the realtime provider that Kick's broker names. */
export type TransportName = 'auto' | 'pusher' | 'centrifugo' | 'webhook';

export type TransportState =
  /** Not started, or stopped. */
  | { readonly name: 'idle' }
  | { readonly name: 'connecting' }
  /** Connected; `confirmed` of `wanted` subscriptions are acknowledged. */
  | { readonly name: 'subscribing'; readonly confirmed: number; readonly wanted: number }
  /** Every subscription of every joined channel is acknowledged. */
  | { readonly name: 'ready' }
  /** Some subscriptions are not acknowledged in spite of several tries. */
  | { readonly name: 'degraded'; readonly unconfirmed: readonly string[] }
  /** Waiting before the next attempt. */
  | { readonly name: 'backing off'; readonly retryInMs: number; readonly reason: string };

/** What is known of a frame that was delivered to us and not read from a feed. */
export interface Delivery {
  /** When it was sent, by Kick's clock: wall clock in milliseconds. */
  readonly sentAt: number;
  /** It came more than a minute after that. */
  readonly late: boolean;
  /** Called once: its event is with its handlers, or needs none. From then on it is not delivered again. */
  settled(): void;
}

/** A span in which a transport did not receive a channel. Wall clock in milliseconds. */
export interface MissedSpan {
  readonly channel: Channel;
  readonly from: number;
  readonly to: number;
  readonly reason: string;
}

/** What a transport tells. None of these may throw. */
export interface TransportListener {
  frame(frame: RealtimeFrame, channel: Channel, delivery?: Delivery): void;
  state(state: TransportState): void;
  /** Told when it is over: the channel is received again. */
  missed(span: MissedSpan): void;
}

/** Totals since the start, for whoever watches over the bot. */
export interface TransportCounts {
  /** Connections that were lost, or could not be made. */
  readonly losses: number;
  /** Frames that were no events of the protocol and were left out. */
  readonly malformed: number;
  readonly frames: number;
}

/** A way events reach the bot. It comes back by itself; the caller only joins and parts. */
export interface ChatTransport {
  readonly name: TransportName;
  readonly state: TransportState;
  readonly counts: TransportCounts;
  /** Begins to connect. Resolves at once; progress is told through the listener. */
  start(listener: TransportListener): void;
  /**
   * Resolves when the channel is received for the first time, which may take until a connection works; for webhooks
   * also where Kick refuses to subscribe its chat. Rejects with `channel.parted` when it is left before.
   */
  join(channel: Channel): Promise<void>;
  part(channel: Channel): void;
  /** Wall clock in milliseconds: since when the channel is received without a break; undefined while it is not. */
  receivedSince(channel: Channel): number | undefined;
  /** Makes the channel's subscriptions anew: it is silent although it should not be. */
  renew(channel: Channel): void;
  /** Closes everything. No listener is called afterwards. */
  stop(): Promise<void>;
}
