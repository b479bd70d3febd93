import type { Generated, Kysely } from 'kysely';

/** An account that logged in. Its tokens are in `tokens`, sealed. */
export interface AccountTable {
  /** `bot:my-bot`, `channel:slug`: the kind and the owner's identifier for it. */
  id: string;
  kind: 'bot' | 'channel';
  identifier: string;
  /** Null until Kick said who logged in; the tokens are kept before that is asked. */
  user_id: number | null;
  username: string | null;
  created_at: number;
}

/** One row per account and purpose; `sealed` holds the token set. */
export interface TokenTable {
  account_id: string;
  purpose: string;
  sealed: string;
  /** Grows by one with each write, so that a stale writer is noticed. */
  version: number;
  updated_at: number;
  /** The process that is refreshing these tokens now, so that no second one does. */
  refreshing_by: string | null;
  refreshing_until: number | null;
}

/** Ids learnt from a slug; they never change. */
export interface ChannelTable {
  slug: string;
  broadcaster_user_id: number;
  channel_id: number;
  chatroom_id: number;
  resolved_at: number;
}

/** The messages that still count against an account's window, so that a restart does not forget them. */
export interface SentMessageTable {
  id: Generated<number>;
  account_id: string;
  /** Wall clock in milliseconds, written before the request goes out; for whoever looks, nothing reckons with it. */
  started_at: number;
  /** The same for when the request was over; null until then. */
  ended_at: number | null;
}

/** Whoever runs the bot; one row, made when the console's password is set. */
export interface OperatorTable {
  id: number;
  password_hash: string;
}

/** The messages handled last, so that none is handled again when it is delivered again after a restart. */
export interface SeenMessageTable {
  message_id: string;
  /** Wall clock in milliseconds, when it was written. */
  seen_at: number;
}

/** The webhooks of the last 25 hours, two millions at most, so that each is handled once, whenever and however often Kick sends it. */
export interface WebhookDeliveryTable {
  /** Kick's id of the delivery. */
  message_id: string;
  type: string;
  broadcaster_user_id: number;
  /** Wall clock in milliseconds, by Kick's clock. */
  sent_at: number;
  /** JSON; empty once it is settled. */
  body: string;
  /** Wall clock in milliseconds; null until its handlers began. */
  settled_at: number | null;
  /** How often a start has handed it on because the process before had not come to it. */
  recalls: Generated<number>;
}

/** Commands that rest for a minute or more, so that a restart does not forget them. */
export interface CooldownTable {
  plugin: string;
  command: string;
  circle: 'user' | 'channel' | 'global';
  /** Who it rests for: `{channel id}:{user id}`, a channel id, or nothing where it is everybody. */
  who: string;
  /** Wall clock in milliseconds. */
  ends_at: number;
}

/** What plugins keep through `Store`. */
export interface PluginValueTable {
  plugin: string;
  /** The plugin's name for the table. */
  table_name: string;
  /** `channel:1001`, `user:3`, `channel:1001 user:3`; empty for what belongs to neither. */
  part: string;
  key: string;
  /** JSON. */
  value: string;
  /** The value where it is a number, to sort by. */
  rank: number | null;
  /** Wall clock in milliseconds; null for what stays. */
  expires_at: number | null;
}

export interface DatabaseSchema {
  accounts: AccountTable;
  tokens: TokenTable;
  channels: ChannelTable;
  sent_messages: SentMessageTable;
  operator: OperatorTable;
  seen_messages: SeenMessageTable;
  webhook_deliveries: WebhookDeliveryTable;
  plugin_values: PluginValueTable;
  cooldowns: CooldownTable;
}

export type Database = Kysely<DatabaseSchema>;
