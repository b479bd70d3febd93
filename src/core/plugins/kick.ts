import { Scope } from '../config/scopes.js';
import type { Channel } from '../events/kick-event.js';
import type { ChannelInfo } from '../kick/channels.js';
import type { KickApi } from '../kick/kick-api.js';
import { KickbotError } from '../primitives/error.js';

/** Needs nobody's leave. */
const anybody = 'anybody';

/** What plugins may call, and the scope that each call needs. What is not here is kickbot's own business. */
const calls = {
  users: { me: Scope.UserRead, byIds: anybody },
  channels: {
    own: Scope.ChannelRead,
    update: Scope.ChannelWrite,
    bySlug: anybody,
    bySlugs: anybody,
    byIds: anybody,
  },
  chat: { delete: Scope.ModerationChatMessageManage },
  moderation: { ban: Scope.ModerationBan, timeout: Scope.ModerationBan, unban: Scope.ModerationBan },
  rewards: {
    list: Scope.ChannelRewardsRead,
    create: Scope.ChannelRewardsWrite,
    update: Scope.ChannelRewardsWrite,
    delete: Scope.ChannelRewardsWrite,
    redemptions: {
      list: Scope.ChannelRewardsRead,
      accept: Scope.ChannelRewardsWrite,
      reject: Scope.ChannelRewardsWrite,
    },
  },
  livestreams: { list: anybody, byUserIds: anybody, stats: anybody },
  categories: { list: anybody },
  kicks: { leaderboard: Scope.KicksRead },
} as const;

type CallsOf<Part, Named> = {
  readonly [Name in keyof Named & keyof Part]: Named[Name] extends string
    ? Part[Name]
    : CallsOf<Part[Name], Named[Name]>;
};

type Call = (...values: readonly unknown[]) => unknown;

/** Kick's API as far as plugins may use it, for one channel. */
export type KickInChannel = CallsOf<KickApi, typeof calls>;

/**
 * Kick's API for plugins. What only a broadcaster may do is done as the broadcaster of the channel, what a moderator
 * may do as the bot's account there, and what needs nobody's leave as the app.
 *
 * A call throws `plugin.scope_undeclared` where the plugin did not declare the scope it needs, `auth.no_account` where
 * nobody logged in whom it needs, and otherwise rejects as `KickApi` does.
 *
 * @example
 * constructor(private readonly kick: Kick) {}
 *
 * @Command('title <...title>', { allow: 'moderator' })
 * async title(ctx: CommandContext, { title }: { title: string }) {
 *   await this.kick.in(ctx.channel).channels.update({ streamTitle: title });
 * }
 */
export abstract class Kick {
  abstract in(channel: Channel): KickInChannel;
}

/** The API as whoever may do what a scope opens, in a channel. Throws `auth.no_account` and `auth.scope_missing`. */
export type KickFor = (channel: Channel, scope: Scope | undefined) => KickInChannel;

/** One plugin's way to Kick's API. */
export class PluginKick extends Kick {
  constructor(
    private readonly plugin: string,
    private readonly scopes: readonly Scope[],
    private readonly kickFor: KickFor,
  ) {
    super();
  }

  in(channel: Channel): KickInChannel {
    // It has each of the calls, and each has the parameters and the result of the API's.
    return this.#limited(calls, [], channel) as KickInChannel;
  }

  #limited(named: object, path: readonly string[], channel: Channel): object {
    const entries = Object.entries(named).map(([name, needs]: [string, Scope | typeof anybody | object]) => {
      const here = [...path, name];
      if (typeof needs === 'object') return [name, this.#limited(needs, here, channel)];
      const scope = needs === anybody ? undefined : needs;
      return [name, (...values: unknown[]) => this.#call(here, scope, channel, values)];
    });
    return Object.fromEntries(entries);
  }

  #call(
    path: readonly string[],
    scope: Scope | undefined,
    channel: Channel,
    values: readonly unknown[],
  ): unknown {
    if (scope !== undefined && !this.scopes.includes(scope)) {
      throw new KickbotError(
        'plugin.scope_undeclared',
        `Plugin ${this.plugin} calls ${path.join('.')}, which needs the scope ${scope}: declare it, @Plugin({ name: '${this.plugin}', scopes: ['${scope}'] }).`,
      );
    }
    let part: unknown;
    let called: unknown = this.kickFor(channel, scope);
    for (const name of path) {
      part = called;
      called = Reflect.get(Object(part), name);
    }
    const result: unknown = Reflect.apply(called as Call, part, values);
    return path.join('.') === 'channels.own' ? this.#withoutKey(result as Promise<ChannelInfo>) : result;
  }

  /** Whoever has the stream's key may stream in the broadcaster's place. */
  async #withoutKey(asked: Promise<ChannelInfo>): Promise<ChannelInfo> {
    const info = await asked;
    if (this.scopes.includes(Scope.StreamkeyRead)) return info;
    return { ...info, stream: { ...info.stream, url: undefined, key: undefined } };
  }
}
