import { Command, CommandContext, Kick, PagedList, Plugin, Scope, Secret, userId } from 'kickbot';
import { createTestBot } from 'kickbot/testing';
import { describe, expect, it } from 'vitest';
import { ChannelAccounts } from '../../../src/core/channel-accounts.js';
import { Grants } from '../../../src/core/grants.js';
import type { KickApi } from '../../../src/core/kick/kick-api.js';
import { TestChannel } from '../../../src/testing/test-event.js';

@Plugin({ name: 'asking', scopes: [Scope.ChannelWrite, Scope.ChannelRead, Scope.ChannelRewardsRead] })
class Asking {
  constructor(private readonly kick: Kick) {}

  @Command('title <...title>')
  async title(ctx: CommandContext, { title }: { title: string }) {
    await this.kick.in(ctx.channel).channels.update({ streamTitle: title });
    return 'Done.';
  }

  @Command('ban')
  async ban(ctx: CommandContext) {
    const member = { broadcasterUserId: ctx.channel.broadcasterUserId, userId: ctx.sender.id };
    await this.kick.in(ctx.channel).moderation.ban(member);
  }

  @Command('redeemed')
  async redeemed(ctx: CommandContext) {
    let count = 0;
    for await (const _ of this.kick.in(ctx.channel).rewards.redemptions.list()) count++;
    return `${count}`;
  }

  @Command('key')
  async key(ctx: CommandContext) {
    const { slug, stream } = await this.kick.in(ctx.channel).channels.own();
    return `${slug} ${stream.viewerCount} ${stream.url} ${stream.key?.reveal()}`;
  }

  @Command('everybody')
  everybody(ctx: CommandContext) {
    const kick = this.kick.in(ctx.channel);
    return Object.entries(kick)
      .flatMap(([part, calls]) => Object.keys(calls).map((call) => `${part}.${call}`))
      .filter((name) => /send|token|subscription/i.test(name))
      .join();
  }
}

describe("Kick's API in a plugin", () => {
  it('does what its scopes open, and gives lists as they are', async () => {
    const titles: unknown[] = [];
    const bot = await createTestBot(Asking, {
      kick: {
        channels: { update: async ({ streamTitle }) => void titles.push(streamTitle) },
        rewards: {
          redemptions: { list: () => new PagedList(async () => ({ items: [], nextCursor: undefined })) },
        },
      },
    });
    expect(await bot.say('ada', '!title Hello there')).toEqual(['Done.']);
    expect(titles).toEqual(['Hello there']);
    expect(await bot.say('ada', '!redeemed')).toEqual(['0']);
  });

  it('names the scope that a call needs and the plugin did not declare', async () => {
    const bot = await createTestBot(Asking);
    await expect(bot.say('ada', '!ban')).rejects.toMatchObject({
      code: 'plugin.scope_undeclared',
      message:
        "Plugin asking calls moderation.ban, which needs the scope moderation:ban: declare it, @Plugin({ name: 'asking', scopes: ['moderation:ban'] }).",
    });
    await expect(bot.say('ada', '!title x')).rejects.toThrow(
      'give createTestBot what Kick answers to channels.update',
    );
  });

  it('has neither what would say something past the limit, nor tokens, nor the key of a stream', async () => {
    const stream = {
      isLive: true,
      isMature: false,
      language: 'en',
      viewerCount: 7,
      customTags: [],
      thumbnail: undefined,
      startedAt: undefined,
      url: 'rtmps://stream.example',
      key: new Secret('stream key'),
    };
    const info = {
      broadcasterUserId: userId(1),
      slug: 'streamer',
      description: '',
      bannerPicture: undefined,
      streamTitle: '',
      category: undefined,
      subscribers: { active: 0, gifted: 0, canceled: 0 },
      stream,
    };
    const kick = { channels: { own: async () => info } };
    const bot = await createTestBot(Asking, { kick });
    expect(await bot.say('ada', '!key')).toEqual(['streamer 7 undefined undefined']);
    expect(await bot.say('ada', '!everybody')).toEqual([]);
    @Plugin({ name: 'streaming', scopes: [Scope.ChannelRead, Scope.StreamkeyRead] })
    class Streaming extends Asking {}
    const other = await createTestBot(Streaming, { kick });
    expect(await other.say('ada', '!key')).toEqual(['streamer 7 rtmps://stream.example stream key']);
  });
});

describe('as whom it asks', () => {
  const { channel } = new TestChannel('streamer');
  const api = (name: string) => ({ name }) as unknown as KickApi;
  const [app, bot] = [api('app'), api('bot')];
  const account = {
    id: 'channel:streamer',
    kind: 'channel',
    identifier: 'streamer',
    user: { userId: channel.broadcasterUserId, username: 'streamer' },
  } as const;
  const accounts = (logged: readonly (typeof account)[], anybody: KickApi | undefined = app) =>
    new ChannelAccounts({
      speakers: { kickFor: () => bot },
      grants: new Grants([{ account, scopes: [Scope.ChannelRead] }]),
      accounts: logged,
      kickAs: api,
      anybody,
    });

  it('is the app, the bot there, or the broadcaster of the channel', () => {
    const all = accounts([account]);
    expect(all.kickFor(channel, undefined)).toBe(app);
    expect(all.kickFor(channel, Scope.ModerationBan)).toBe(bot);
    expect(all.kickFor(channel, Scope.ChannelRead)).toEqual({ name: 'channel:streamer' });
  });

  it('is nobody where the broadcaster is not logged in, or did not allow it', () => {
    expect(() => accounts([]).kickFor(channel, Scope.ChannelRead)).toThrow(
      "Only the broadcaster of streamer may do what channel:read opens, and is not logged in. Run 'kickbot login --type channel --account streamer' and start again.",
    );
    const elsewhere = { ...channel, broadcasterUserId: userId(99) };
    expect(() => accounts([account]).kickFor(elsewhere, Scope.ChannelRead)).toThrow('is not logged in');
    expect(() => accounts([account]).kickFor(channel, Scope.ChannelWrite)).toThrow(
      'channel:streamer was not granted channel:write',
    );
  });
});
