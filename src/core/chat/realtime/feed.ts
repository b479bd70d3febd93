import type { RealtimeFrame } from '../../events/realtime-frame.js';

/** One connection to a server of Kick's realtime feed, in that server's protocol. Made anew for each attempt. */
export interface Feed {
  /** Asks for a channel of the feed, such as `chatrooms.668.v2`. Only after `established`. */
  subscribe(channel: string): void;
  unsubscribe(channel: string): void;
  /** Asks the peer for a sign of life. Does nothing in a protocol in which only the server asks. */
  probe(): void;
  /** Whether anything arrived since the last call. */
  takeHeard(): boolean;
  /** Ends it. The listener is not called any more, whatever the peer still sends. */
  close(): void;
  /** Resolves when the connection is gone. */
  readonly gone: Promise<void>;
}

/** Why a connection is over, and what that means for the next one. */
export interface Loss {
  /** In words for a log. */
  readonly reason: string;
  /** It will not pass by itself soon: wait long before the next attempt. */
  readonly isSlow: boolean;
  /** The server let go of all its clients, as when it restarts: they are not to come back all at once. */
  readonly isRestart?: boolean;
  /** The server or the credentials are out of date: ask the source again. */
  readonly isOutdated: boolean;
  /** What whoever runs the bot can do about it, one sentence; undefined when trying again is all there is. */
  readonly advice: string | undefined;
}

export interface FeedListener {
  /** The server has greeted; subscriptions may be sent. */
  established(): void;
  acknowledged(channel: string): void;
  /** The server will not have this subscription now; the others are not touched. */
  refused(channel: string, reason: string): void;
  frame(frame: RealtimeFrame): void;
  /** The server complained without closing. */
  complained(complaint: string): void;
  /** A frame that is no event of the protocol was left out. */
  malformed(): void;
  /** The connection is over. The last call. */
  closed(loss: Loss): void;
}

/** Where to connect, and in which protocol. */
export interface FeedServer {
  /** Throws where the address is none. */
  open(listener: FeedListener): Feed;
}

/** Says which server to connect to: the configured one, or the one that Kick's broker names. */
export interface FeedSource {
  /**
   * The server for the next connection. Rejects with a `KickbotError` when none can be named now; it is asked again
   * after a pause.
   */
  server(): Promise<FeedServer>;
  /** What `server` resolved with last was refused for good: it has to be found out anew. */
  outdated(): void;
}
