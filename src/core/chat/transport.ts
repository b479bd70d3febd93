import type { Channel } from '../events/kick-event.js';
import type { RealtimeFrame } from '../events/realtime-frame.js';

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

/** What a transport tells. None of these may throw. */
export interface TransportListener {
  frame(frame: RealtimeFrame, channel: Channel): void;
  state(state: TransportState): void;
}

/** A way events reach the bot. It comes back by itself; the caller only joins and parts. */
export interface ChatTransport {
  readonly state: TransportState;
  /** Begins to connect. Resolves at once; progress is told through the listener. */
  start(listener: TransportListener): void;
  /**
   * Resolves when every subscription of that channel is acknowledged for the first time, which may take until a
   * connection works. Rejects with `channel.parted` when it is left before.
   */
  join(channel: Channel): Promise<void>;
  part(channel: Channel): void;
  /** Closes everything. No listener is called afterwards. */
  stop(): Promise<void>;
}
