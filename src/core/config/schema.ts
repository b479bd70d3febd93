import { z } from 'zod';
import { Secret } from '../primitives/secret.js';
import { allScopes, formerScopes, Scope } from './scopes.js';

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Kick's own hosts are https; plain http is for a sandbox on this machine. */
function isSafeEndpoint(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return url.protocol === 'https:' || (url.protocol === 'http:' && loopbackHosts.has(url.hostname));
}

const endpoint = (fallback: string) =>
  z
    .string()
    .refine(isSafeEndpoint, 'an https:// address (http:// only for localhost, 127.0.0.1 or [::1])')
    .transform((text) => text.replace(/\/+$/, ''))
    .default(fallback);

const text = z.string('a text').min(1, 'a text that is not empty');
const id = z
  .number('a whole number of 1 or more')
  .int('a whole number')
  .min(1, 'a whole number of 1 or more');
const port = z
  .number('a whole number from 0 to 65535')
  .int('a whole number from 0 to 65535')
  .min(0, 'a whole number from 0 to 65535')
  .max(65_535, 'a whole number from 0 to 65535');
const slug = text.regex(
  /^[A-Za-z0-9_-]{1,25}$/,
  'the last part of a channel address, kick.com/{slug}: letters, digits, - and _',
);
const secret = z.union([z.instanceof(Secret), text.transform((value) => new Secret(value))], 'a text');
const pluginOptions = z.record(z.string(), z.unknown(), 'options, { key: value }');

const prefix = text
  .max(10, 'at most 10 characters')
  .regex(/^\S/, 'a text that does not begin with a space: Kick cuts those off');

/** A user id outlives a change of the name. Between quotes it would be the name of somebody else. */
const personSaid = 'a username, or a user id, a number without quotes';
const person = z.union([z.string().regex(/^(?!\d+$)[A-Za-z0-9_-]{1,25}$/, personSaid), id], personSaid);

const scope = z.enum([...allScopes, ...formerScopes], `one of ${allScopes.join(', ')}`);

const channel = z.union(
  [
    slug.transform((value) => ({ slug: value.toLowerCase() })),
    z.strictObject({
      slug: slug.transform((value) => value.toLowerCase()),
      broadcasterUserId: id.optional(),
      channelId: id.optional(),
      chatroomId: id.optional(),
      account: text.optional(),
      prefix: prefix.optional(),
      regulars: z.array(person, 'a list of usernames and user ids').optional(),
      /** Who speaks: the bot account, or the app's own bot, for which the broadcaster logs in as well. */
      sendAs: z.enum(['account', 'app'], "'account' or 'app'").optional(),
      /** Options of plugins for this channel alone, by plugin name. */
      plugins: z.record(z.string(), pluginOptions).optional(),
    }),
  ],
  "a slug, 'my-channel', or { slug, broadcasterUserId?, channelId?, chatroomId?, account?, prefix?, regulars?, sendAs?, plugins? }",
);

const transportNames = ['auto', 'pusher', 'centrifugo', 'webhook'] as const;

/** A decorated class; what is inside is checked when it is loaded. */
const pluginClass = z.custom<PluginClass>((value) => typeof value === 'function', 'a plugin class');
const pluginSource = z.union([pluginClass, text]);
const plugin = z.union(
  [
    pluginSource,
    z.tuple([pluginSource, pluginOptions]),
    z.strictObject({
      plugin: pluginSource,
      options: pluginOptions.optional(),
      /** Runs it in a worker thread: docs/isolation.md. */
      isolation: z.literal('worker', "'worker'").optional(),
    }),
  ],
  "a plugin class, './a/path.ts', a package name, [one of these, { …options }], or { plugin: one of these, options?, isolation? }",
);

/** A class decorated with `@Plugin`. Its constructor parameters are injected. */
export type PluginClass = new (...parameters: never[]) => object;

export const configSchema = z
  .strictObject({
    kick: z
      .strictObject({
        clientId: text.optional(),
        clientSecret: secret.optional(),
        scopes: z
          .strictObject({
            bot: z
              .array(scope, 'a list of scopes')
              .default([
                Scope.UserRead,
                Scope.ChatWrite,
                Scope.ModerationBan,
                Scope.ModerationChatMessageManage,
                Scope.EventsSubscribe,
              ]),
            channel: z
              .array(scope, 'a list of scopes')
              .default([
                Scope.UserRead,
                Scope.ChannelRead,
                Scope.ChannelWrite,
                Scope.ChannelRewardsRead,
                Scope.ChannelRewardsWrite,
                Scope.EventsSubscribe,
                Scope.KicksRead,
              ]),
          })
          .prefault({}),
        api: z.enum(['public', 'website'], "'public' or 'website'").default('public'),
        endpoints: z
          .strictObject({
            auth: endpoint('https://id.kick.com'),
            api: endpoint('https://api.kick.com'),
            website: endpoint('https://kick.com'),
            realtime: endpoint('https://web.kick.com'),
          })
          .prefault({}),
        pusher: z
          .strictObject({
            key: text.default('32cbd69e4b950bf97679'),
            cluster: text.default('us2'),
            host: text.optional(),
            port: port.optional(),
            tls: z.boolean('true or false').default(true),
          })
          .prefault({}),
      })
      .prefault({}),
    server: z
      .strictObject({
        host: text.default('127.0.0.1'),
        port: port.default(3000),
        health: z.boolean('true or false').default(false),
        publicUrl: z
          .string('an address')
          .refine(isSafeEndpoint, 'an https:// address (http:// only for this machine)')
          .refine(
            (text) => !URL.canParse(text) || new URL(text).pathname === '/',
            'an address without a path',
          )
          .optional(),
      })
      .prefault({}),
    owners: z.array(person, 'a list of usernames and user ids').default([]),
    channels: z.array(channel, 'a list of channels').default([]),
    chat: z
      .strictObject({
        prefix: prefix.default('!'),
        transports: z
          .array(
            z.enum(transportNames, "'auto', 'pusher', 'centrifugo' or 'webhook'"),
            'a list of transports',
          )
          .min(1, 'at least one transport')
          .refine((names) => new Set(names).size === names.length, 'each transport once')
          .default(['pusher']),
      })
      .prefault({}),
    sender: z
      .strictObject({
        limit: id.max(1000, 'a whole number from 1 to 1000').default(20),
        windowSeconds: id.max(3600, 'a whole number from 1 to 3600').default(30),
        /** An answer to a message that is gone goes out as a plain message, or not at all. */
        replyToDeleted: z.enum(['send', 'drop'], "'send' or 'drop'").default('send'),
      })
      .prefault({}),
    storage: z
      .strictObject({
        url: z
          .string('a text')
          .regex(/^(sqlite:|postgres(ql)?:\/\/)./, "'sqlite:<path>' or 'postgres://user@host/database'")
          .default('sqlite:.kickbot/kickbot.db'),
      })
      .prefault({}),
    plugins: z.array(plugin, 'a list of plugins').default([]),
    log: z
      .strictObject({
        level: z
          .enum(['error', 'warn', 'info', 'debug'], "'error', 'warn', 'info' or 'debug'")
          .default('info'),
        format: z.enum(['pretty', 'json'], "'pretty' or 'json'").default('pretty'),
      })
      .prefault({}),
  })
  .superRefine(({ chat, server }, context) => {
    if (!chat.transports.includes('webhook') || server.publicUrl !== undefined) return;
    context.addIssue({
      code: 'custom',
      path: ['server', 'publicUrl'],
      message:
        "the https:// address under which Kick reaches this server, because chat.transports has 'webhook'",
    });
  });

/** What a configuration file may say: everything is optional. */
export type ConfigInput = z.input<typeof configSchema>;
/** A complete configuration: defaults filled in, secrets wrapped. */
export type Config = z.output<typeof configSchema>;
export type ChannelConfig = Config['channels'][number];
export type PluginConfig = Config['plugins'][number];

/** Whether the app's own bot is to speak in the channel. */
export function speaksAsApp(channel: ChannelConfig): boolean {
  return 'sendAs' in channel && channel.sendAs === 'app';
}

/** Whom the bot knows as regulars, by the channel's slug. */
export function regularsOf(channels: readonly ChannelConfig[]): Map<string, readonly (string | number)[]> {
  return new Map(
    channels.map((channel) => [channel.slug, 'regulars' in channel ? (channel.regulars ?? []) : []]),
  );
}
