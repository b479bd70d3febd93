import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Bot, Command, createBot, Plugin, Rule, type RuleContext, timeout } from '../../src/index.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.js';
import { RecordingLogger } from '../support/recording-logger.js';

@Plugin({ name: 'show' })
class Show {
  @Command('ping')
  ping() {
    return 'pong';
  }

  @Rule()
  noSpam(ctx: RuleContext) {
    return ctx.message.content.includes('spam') ? timeout('90s', 'spam') : undefined;
  }
}

let sandbox: Sandbox;
let bot: Bot;

beforeEach(async () => {
  sandbox = await startSandbox();
  sandbox.world.createChannel({ owner: 'Streamer' });
  sandbox.world.createUser({ username: 'Kickbot' });
  sandbox.world.setRoles({ channel: 'streamer', user: 'Kickbot', moderator: true });
  sandbox.world.createUser({ username: 'viewer' });
  const { endpoints, pusher } = sandbox;
  bot = createBot(
    {
      kick: { clientId: sandbox.app.clientId, api: 'website', endpoints, pusher },
      channels: ['streamer'],
      storage: { url: 'sqlite::memory:' },
      plugins: [Show],
    },
    { logger: new RecordingLogger() },
  );
  const { access_token: accessToken, expires_in: expiresIn, scope } = sandbox.issueTokens({ as: 'Kickbot' });
  await bot.accounts.setUserToken({
    accountId: 'test',
    type: 'bot',
    accessToken,
    expiresIn,
    scope: scope ?? '',
  });
  await bot.start();
});
afterEach(async () => {
  await bot.stop({ drainMs: 0 });
  await sandbox.close();
});

it("kick.api: 'website' lets the bot answer and moderate through the website's endpoints alone", async () => {
  const { chatroomId } = sandbox.world.channel('streamer');
  const viewer = sandbox.world.user('viewer').id;
  const say = (content: string) => sandbox.world.say({ channel: 'streamer', user: 'viewer', content });
  say('!ping');
  const asked = () =>
    sandbox.requests
      .list()
      .filter(({ user, method }) => user === 'Kickbot' && method !== 'GET')
      .map(({ method, path, body }) => ({ method, path, body }));
  const send = `/api/v2/messages/send/${chatroomId}`;
  await vi.waitFor(() =>
    expect(asked()).toEqual([{ method: 'POST', path: send, body: { content: 'pong', type: 'message' } }]),
  );
  const spam = say('spam');
  await vi.waitFor(() =>
    expect(asked().slice(1)).toEqual([
      { method: 'DELETE', path: `/api/v2/messages/${spam.id}`, body: undefined },
      { method: 'POST', path: '/api/v2/channels/streamer/timeout', body: { user_id: viewer, duration: 90 } },
    ]),
  );
});
