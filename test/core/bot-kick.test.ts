import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Bot, Command, CommandContext, createBot, Kick, Plugin, Scope, Secret } from '../../src/index.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.js';
import { RecordingLogger } from '../support/recording-logger.js';

@Plugin({ name: 'titles', scopes: [Scope.ChannelWrite, Scope.ModerationBan] })
class Titles {
  constructor(private readonly kick: Kick) {}

  @Command('title <...title>')
  async title(ctx: CommandContext, { title }: { title: string }) {
    const { channels, livestreams } = this.kick.in(ctx.channel);
    await channels.update({ streamTitle: title });
    const { streamTitle } = await channels.bySlug(ctx.channel.slug);
    return `${streamTitle}, of ${(await livestreams.stats()).totalCount} streams`;
  }

  @Command('ban me')
  async ban(ctx: CommandContext) {
    const { broadcasterUserId } = ctx.channel;
    await this.kick.in(ctx.channel).moderation.ban({ broadcasterUserId, userId: ctx.sender.id });
    return 'Banned.';
  }
}

let sandbox: Sandbox;
let bot: Bot;
const logger = new RecordingLogger();

beforeEach(async () => {
  sandbox = await startSandbox({});
  sandbox.world.createChannel({ owner: 'Streamer' });
  sandbox.world.createUser({ username: 'viewer' });
  sandbox.world.createUser({ username: 'TheBot' });
  sandbox.world.setRoles({ channel: 'streamer', user: 'TheBot', moderator: true });
  const { clientId, clientSecret } = sandbox.app;
  const { endpoints, pusher } = sandbox;
  bot = createBot(
    {
      kick: { clientId, clientSecret, endpoints, pusher },
      channels: ['streamer'],
      storage: { url: 'sqlite::memory:' },
      plugins: [Titles],
    },
    { logger, secretKey: new Secret(Buffer.alloc(32, 7).toString('base64')) },
  );
  for (const [type, as, accountId] of [
    ['bot', 'TheBot', 'the-bot'],
    ['channel', 'Streamer', 'streamer'],
  ] as const) {
    const { access_token, expires_in, scope = '' } = sandbox.issueTokens({ as });
    await bot.accounts.setUserToken({
      type,
      accountId,
      accessToken: access_token,
      expiresIn: expires_in,
      scope,
    });
  }
  await bot.start();
});
afterEach(async () => {
  await bot.stop({ drainMs: 0 });
  await sandbox.close();
});

it('changes a title as the broadcaster, looks it up as the app, and bans as the bot', async () => {
  const { world } = sandbox;
  const said = () =>
    world.channel('streamer').messages.map(({ sender, content }) => `${sender.username}: ${content}`);
  world.say({ channel: 'streamer', user: 'viewer', content: '!title Hello there' });
  await vi.waitFor(() => expect(said()).toContain('TheBot: Hello there, of 0 streams'));
  world.say({ channel: 'streamer', user: 'viewer', content: '!ban me' });
  await vi.waitFor(() => expect(said()).toContain('TheBot: Banned.'));
});
