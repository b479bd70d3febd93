import { type Kysely, type Migration, sql } from 'kysely';
import { isPostgres } from './dialect.js';

/** Every change of the schema, in order. A migration that has landed is never edited. */
export const migrations: Record<string, Migration> = {
  '0001-accounts-channels-sending': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('accounts')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('identifier', 'text', (column) => column.notNull())
        .addColumn('user_id', 'bigint', (column) => column.notNull())
        .addColumn('username', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('tokens')
        .addColumn('account_id', 'text', (column) => column.notNull())
        .addColumn('purpose', 'text', (column) => column.notNull())
        .addColumn('sealed', 'text', (column) => column.notNull())
        .addColumn('version', 'integer', (column) => column.notNull())
        .addColumn('updated_at', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('tokens_primary_key', ['account_id', 'purpose'])
        .execute();
      await db.schema
        .createTable('channels')
        .addColumn('slug', 'text', (column) => column.primaryKey())
        .addColumn('broadcaster_user_id', 'bigint', (column) => column.notNull())
        .addColumn('channel_id', 'bigint', (column) => column.notNull())
        .addColumn('chatroom_id', 'bigint', (column) => column.notNull())
        .addColumn('resolved_at', 'bigint', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('sent_messages')
        .addColumn('id', isPostgres(db) ? 'serial' : 'integer', (column) =>
          isPostgres(db) ? column.primaryKey() : column.primaryKey().autoIncrement(),
        )
        .addColumn('account_id', 'text', (column) => column.notNull())
        .addColumn('started_at', 'bigint', (column) => column.notNull())
        .execute();
      await db.schema
        .createIndex('sent_messages_by_account')
        .on('sent_messages')
        .columns(['account_id', 'started_at'])
        .execute();
    },
  },
  '0002-login-before-profile-token-leases': {
    async up(db: Kysely<unknown>) {
      // SQLite cannot take NOT NULL off a column, so the table is made anew.
      await db.schema
        .createTable('accounts_0002')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('identifier', 'text', (column) => column.notNull())
        .addColumn('user_id', 'bigint')
        .addColumn('username', 'text')
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .execute();
      await sql`insert into accounts_0002 select id, kind, identifier, user_id, username, created_at from accounts`.execute(
        db,
      );
      await db.schema.dropTable('accounts').execute();
      await db.schema.alterTable('accounts_0002').renameTo('accounts').execute();
      await db.schema.alterTable('tokens').addColumn('refreshing_by', 'text').execute();
      await db.schema.alterTable('tokens').addColumn('refreshing_until', 'bigint').execute();
    },
  },
  '0003-operator': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('operator')
        .addColumn('id', 'integer', (column) => column.primaryKey())
        .addColumn('password_hash', 'text', (column) => column.notNull())
        .execute();
    },
  },
  '0004-seen-messages': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('seen_messages')
        .addColumn('message_id', 'text', (column) => column.primaryKey())
        .addColumn('seen_at', 'bigint', (column) => column.notNull())
        .execute();
      await db.schema.createIndex('seen_messages_by_time').on('seen_messages').column('seen_at').execute();
    },
  },
  '0005-webhook-deliveries': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('webhook_deliveries')
        .addColumn('message_id', 'text', (column) => column.primaryKey())
        .addColumn('type', 'text', (column) => column.notNull())
        .addColumn('broadcaster_user_id', 'bigint', (column) => column.notNull())
        .addColumn('sent_at', 'bigint', (column) => column.notNull())
        .addColumn('body', 'text', (column) => column.notNull())
        .addColumn('settled_at', 'bigint')
        .execute();
      await db.schema
        .createIndex('webhook_deliveries_by_time')
        .on('webhook_deliveries')
        .column('sent_at')
        .execute();
    },
  },
  '0006-ended-requests': {
    async up(db: Kysely<unknown>) {
      await db.schema.alterTable('sent_messages').addColumn('ended_at', 'bigint').execute();
    },
  },
  '0007-small-webhook-deliveries': {
    async up(db: Kysely<unknown>) {
      // In a table with row ids the room of a body that was emptied stays taken: a kilobyte for each id.
      await db.schema
        .createTable('webhook_deliveries_0007')
        .addColumn('message_id', 'text', (column) => column.primaryKey())
        .addColumn('type', 'text', (column) => column.notNull())
        .addColumn('broadcaster_user_id', 'bigint', (column) => column.notNull())
        .addColumn('sent_at', 'bigint', (column) => column.notNull())
        .addColumn('body', 'text', (column) => column.notNull())
        .addColumn('settled_at', 'bigint')
        .addColumn('recalls', 'integer', (column) => column.notNull().defaultTo(0))
        .modifyEnd(isPostgres(db) ? sql`` : sql`without rowid`)
        .execute();
      await sql`
        insert into webhook_deliveries_0007
        select message_id, type, broadcaster_user_id, sent_at, body, settled_at, 0 from webhook_deliveries
      `.execute(db);
      await db.schema.dropTable('webhook_deliveries').execute();
      await db.schema.alterTable('webhook_deliveries_0007').renameTo('webhook_deliveries').execute();
      await db.schema
        .createIndex('webhook_deliveries_by_time')
        .on('webhook_deliveries')
        .column('sent_at')
        .execute();
      // Few are, and a start is not to look through all the others for them.
      await sql`create index webhook_deliveries_unsettled on webhook_deliveries (sent_at) where settled_at is null`.execute(
        db,
      );
    },
  },
  '0008-cooldowns': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('cooldowns')
        .addColumn('plugin', 'text', (column) => column.notNull())
        .addColumn('command', 'text', (column) => column.notNull())
        .addColumn('circle', 'text', (column) => column.notNull())
        .addColumn('who', 'text', (column) => column.notNull())
        .addColumn('ends_at', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('cooldowns_primary_key', ['plugin', 'command', 'circle', 'who'])
        .execute();
      await db.schema.createIndex('cooldowns_by_time').on('cooldowns').column('ends_at').execute();
    },
  },
  '0009-plugin-values': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('plugin_values')
        .addColumn('plugin', 'text', (column) => column.notNull())
        .addColumn('table_name', 'text', (column) => column.notNull())
        .addColumn('part', 'text', (column) => column.notNull())
        // In the order of Unicode, as SQLite sorts, and not of somebody's language.
        .addColumn('key', isPostgres(db) ? sql`text collate "C"` : 'text', (column) => column.notNull())
        .addColumn('value', 'text', (column) => column.notNull())
        .addColumn('rank', 'double precision')
        .addColumn('expires_at', 'bigint')
        .addPrimaryKeyConstraint('plugin_values_primary_key', ['plugin', 'table_name', 'part', 'key'])
        .execute();
      await sql`create index plugin_values_by_rank on plugin_values (plugin, table_name, part, rank) where rank is not null`.execute(
        db,
      );
      await sql`create index plugin_values_by_expiry on plugin_values (expires_at) where expires_at is not null`.execute(
        db,
      );
    },
  },
};
