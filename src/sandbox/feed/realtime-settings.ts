/** The two feeds Kick has. They carry the same events on the same channels, in envelopes of their own. */
export type Provider = 'pusher' | 'centrifugo';

/** How the realtime side of Kick behaves. All of it may be changed while the sandbox runs. */
export interface RealtimeSettings {
  /** Which feed the broker names to a client that accepts both; `centrifugo` by default, as on Kick. */
  provider: Provider;
  /** How long a token for Centrifugo is good from when it is given out; 1800 by default. 0 gives out expired ones. */
  tokenSeconds: number;
  /** How often Centrifugo pings those who connect from now on, 25 by default; it waits a third of it for the pong. */
  pingSeconds: number;
}
