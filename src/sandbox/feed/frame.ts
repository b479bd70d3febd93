/** One event on one Pusher channel, before its data is encoded. */
export interface Frame {
  readonly channel: string;
  readonly event: string;
  readonly data: unknown;
}
