/** One event of a realtime feed, before anybody knows what it means. */
export interface RealtimeFrame {
  /** The feed's channel name, for example `chatrooms.123.v2`. */
  readonly channel: string;
  /** The event's name as sent, `App\Events\ChatMessageEvent`. */
  readonly event: string;
  /** Usually a JSON text; sometimes an object, an empty array, an empty string or nothing. */
  readonly data?: unknown;
}
