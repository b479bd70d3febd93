// The whole way of a message, put together as the bot does it. Two things are stubs: the HTTP exchange under the
// API client, which says yes at once, and the sender's limits, which would let a message a second and a half through.
import { Writable } from 'node:stream';
import { Sender } from 'kickbot';
import { BotEvents } from '../../dist/core/bot-events.js';
import { Inbox } from '../../dist/core/chat/inbox.js';
import { pusherSource } from '../../dist/core/chat/pusher/pusher-feed.js';
import { RealtimeTransport } from '../../dist/core/chat/realtime/realtime-transport.js';
import { decodeRealtimeFrame } from '../../dist/core/events/realtime-decoder.js';
import { PublicChat } from '../../dist/core/kick/chat.js';
import { Enforcer } from '../../dist/core/moderation/enforcer.js';
import { Dispatcher } from '../../dist/core/plugins/dispatcher.js';
import { PluginHost } from '../../dist/core/plugins/plugin-host.js';
import { SystemClock } from '../../dist/core/primitives/clock.js';
import { SystemRandom } from '../../dist/core/primitives/random.js';
import { WinstonLogger } from '../../dist/core/telemetry/winston-logger.js';
import { channelNumber } from '../kick/chat.mjs';
import { commandsPlugin } from '../plugins/commands.mjs';

const directory = import.meta.dirname;

/** Sends without a limit, through the real API client on an exchange that is none. */
class StubbedSender extends Sender {
  sent = 0;
  #chat = new PublicChat({
    callOnce: async () => ({
      status: 200,
      headers: {},
      json: { data: { is_sent: true, message_id: '11111111-1111-4111-8111-111111111111' } },
      isHtml: false,
    }),
  });

  async send({ channel: { broadcasterUserId }, content, replyTo }) {
    const messageId = await this.#chat.sendOnce({ type: 'user', broadcasterUserId, content, replyTo });
    this.sent++;
    return [{ messageId, content }];
  }
}

export async function open({ host, port, client, channels, commands, commandEvery, removedEvery, arrived }) {
  const clock = new SystemClock();
  const random = new SystemRandom();
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const logger = WinstonLogger.create({ level: 'info', format: 'json', stream: nowhere, colors: false });
  const sender = new StubbedSender();
  const ownUserIds = new Set([1]);
  let removed = 0;
  const remove = async () => {
    removed++;
  };

  const pluginHost = new PluginHost({ services: { logger, sender, clock, random }, directory });
  await pluginHost.loadAll(['../plugins/rules.ts', commandsPlugin(commands)]);
  const enforcer = new Enforcer({ deleteMessage: remove, timeout: remove, ban: remove }, ownUserIds, logger);
  const dispatcher = new Dispatcher({ host: pluginHost, enforcer, ownUserIds, prefix: '!', clock });
  const events = new BotEvents(logger);
  const inbox = new Inbox({
    logger,
    consume: (event) => {
      events.emit(event);
      return dispatcher.dispatch(event);
    },
  });
  const source = pusherSource({ key: client, cluster: 'bench', host, port, tls: false });
  const transport = new RealtimeTransport({ name: 'pusher', source, clock, random, logger });
  transport.start({
    frame: (frame, channel) => {
      const event = decodeRealtimeFrame(frame, channel, clock.now());
      if (event) inbox.accept(event);
      arrived();
    },
    state: () => {},
    missed: () => {},
  });
  await Promise.all(Array.from({ length: channels }, (_, number) => transport.join(channelNumber(number))));

  return {
    idle: () => dispatcher.idle(),
    mistakes(total) {
      const { consumed, repeated, overflowed, failed } = inbox.counts;
      const checks = [
        ['events consumed', consumed, total],
        ['events repeated', repeated, 0],
        ['events dropped', overflowed, 0],
        ['handlers failed', failed + failuresOf(pluginHost), 0],
        ['malformed frames', transport.counts.malformed, 0],
        ['commands answered', sender.sent, total / commandEvery],
        ['messages removed', removed, total / removedEvery],
      ];
      return checks
        .filter(([, found, wanted]) => found !== wanted)
        .map(([what, found, wanted]) => `${what}: ${found} instead of ${wanted}`);
    },
  };
}

function failuresOf(pluginHost) {
  return [...pluginHost.invoker.tallies.values()].reduce((sum, { failures }) => sum + failures, 0);
}
