import { expect, it, onTestFinished } from 'vitest';
import { ChannelDirectory } from '../../../../src/core/chat/channel-directory.js';
import { pusherSource } from '../../../../src/core/chat/pusher/pusher-feed.js';
import { RealtimeTransport } from '../../../../src/core/chat/realtime/realtime-transport.js';
import type { KickEvent } from '../../../../src/core/events/kick-event.js';
import { decodeRealtimeFrame } from '../../../../src/core/events/realtime-decoder.js';
import { HttpClient } from '../../../../src/core/kick/http-client.js';
import { SystemClock } from '../../../../src/core/primitives/clock.js';
import { openDatabase } from '../../../../src/core/storage/database.js';
import { kicksGifts, startSandbox } from '../../../../src/sandbox/index.js';
import { FixedRandom } from '../../../support/fixed-random.js';
import { RecordingLogger } from '../../../support/recording-logger.js';
import { until } from './setup.js';

it('everything that happens in the sandbox arrives once, as the event it is', async () => {
  const sandbox = await startSandbox();
  const { world } = sandbox;
  const clock = new SystemClock();
  const random = new FixedRandom(0.5);
  const database = await openDatabase({ url: 'sqlite::memory:', directory: '.' });
  const http = new HttpClient({ clock, random, version: '0.0.0' });
  const transport = new RealtimeTransport({
    name: 'pusher',
    source: pusherSource(sandbox.pusher),
    clock,
    random,
    logger: new RecordingLogger(),
  });
  onTestFinished(async () => {
    await transport.stop();
    await http.close();
    await database.destroy();
    await sandbox.close();
  });

  const channel = world.createChannel({ owner: 'streamer' });
  for (const username of ['fan', 'bad', 'gifter', 'raider']) world.createUser({ username });
  const website = sandbox.endpoints.website;
  const joined = await new ChannelDirectory({ website, database, http, clock }).resolve({ slug: 'streamer' });
  const events: KickEvent[] = [];
  transport.start({
    frame: (frame, of) => {
      const event = decodeRealtimeFrame(frame, of, clock.now());
      if (event !== undefined) events.push(event);
    },
    state: () => undefined,
    missed: () => undefined,
  });
  await transport.join(joined);

  const { id: messageId } = world.say({ channel, user: 'fan', content: 'hello' });
  world.say({ channel, user: 'streamer', content: 'hi', replyTo: messageId });
  world.pin({ channel, messageId });
  world.unpin({ channel });
  world.deleteMessage({ channel, messageId });
  world.setChatSettings({ channel, slowModeSeconds: 3 });
  world.clearChat({ channel });
  world.timeout({ channel, user: 'bad', minutes: 5 });
  world.unban({ channel, user: 'bad' });
  world.ban({ channel, user: 'bad' });
  world.subscribe({ channel, user: 'fan' });
  world.subscribe({ channel, user: 'fan', message: 'again' });
  world.giftSubscriptions({ channel, gifter: 'gifter', recipients: ['bad'] });
  world.giftKicks({ channel, user: 'fan', gift: kicksGifts.rageQuit, message: 'gg' });
  world.redeemReward({ channel, user: 'fan', title: 'Hydrate' });
  world.host({ channel, by: 'raider', viewers: 12 });
  world.goLive({ channel, title: 'Late night' });
  world.goOffline({ channel });
  const options = [{ id: 0, label: 'A', votes: 1 }];
  world.updatePoll({ channel, poll: { title: '?', options, durationSeconds: 30 } });
  world.deletePoll({ channel });
  world.createPrediction({ channel, title: 'Win?', outcomes: ['Yes', 'No'], durationSeconds: 60 });
  world.endPrediction({ channel, state: 'RESOLVED', winner: 'Yes' });
  world.progressGoal({ channel, type: 'followers', target: 10, current: 3 });

  await until(() => events.at(-1)?.type === 'goal.updated', 'the last event');
  expect(events.map((event) => (event.type === 'unknown' ? event.name : event.type))).toEqual([
    'chat.message.sent',
    'chat.message.sent',
    'chat.message.pinned',
    'chat.message.unpinned',
    'chat.message.deleted',
    'chat.settings.updated',
    'chat.cleared',
    'moderation.banned',
    'moderation.unbanned',
    'moderation.banned',
    'channel.subscription.new',
    'channel.subscription.renewal',
    'channel.subscription.gifts',
    'GiftsLeaderboardUpdated',
    'kicks.gifted',
    'KicksLeaderboardUpdated',
    'channel.reward.redemption.updated',
    'channel.hosted',
    'livestream.status.updated',
    'livestream.status.updated',
    'poll.updated',
    'poll.deleted',
    'prediction.created',
    'prediction.updated',
    'goal.updated',
  ]);
});
