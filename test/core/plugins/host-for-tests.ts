import { type OutgoingMessage, Sender, type SentMessage } from '../../../src/core/chat/sender.js';
import { Addressing } from '../../../src/core/commands/addressing.js';
import { Roles } from '../../../src/core/events/role.js';
import { Enforcer } from '../../../src/core/moderation/enforcer.js';
import { Dispatcher } from '../../../src/core/plugins/dispatcher.js';
import { PluginHost, type PluginHostOptions } from '../../../src/core/plugins/plugin-host.js';
import { StoreTransactions } from '../../../src/core/plugins/store-transactions.js';
import { KickbotError } from '../../../src/core/primitives/error.js';
import { Logger } from '../../../src/core/telemetry/logger.js';
import { TestClock, TestRandom } from '../../../src/testing/index.js';
import { botUserId, TestChannel } from '../../../src/testing/test-event.js';
import { TestHttp } from '../../../src/testing/test-http.js';
import { testKick } from '../../../src/testing/test-kick.js';
import { openTestDatabase } from '../../support/database.js';

export class LinesLogger extends Logger {
  readonly lines: { level: string; message: string; fields: Record<string, unknown> }[] = [];
  error(message: string, fields = {}) {
    this.lines.push({ level: 'error', message, fields });
  }
  warn(message: string, fields = {}) {
    this.lines.push({ level: 'warn', message, fields });
  }
  info() {}
  debug() {}
  isLevelEnabled() {
    return false;
  }
  named() {
    return this;
  }
}

/** Sends nowhere; `failWith` makes it refuse. */
export class ListSender extends Sender {
  readonly sent: OutgoingMessage[] = [];
  failWith: Error | undefined;

  async send(message: OutgoingMessage): Promise<readonly SentMessage[]> {
    if (this.failWith) throw this.failWith;
    this.sent.push(message);
    return [];
  }
}

/** The real host and dispatcher, with everything around them in sight. */
export function createHost(options: Partial<PluginHostOptions> = {}) {
  const clock = new TestClock();
  const logger = new LinesLogger();
  const sender = new ListSender();
  const removed: string[] = [];
  const stores = new StoreTransactions(() => openTestDatabase(), clock);
  const host = new PluginHost({
    services: {
      clock,
      logger,
      sender,
      random: new TestRandom(),
      stores,
      http: new TestHttp(),
      kickFor: () => testKick({}),
    },
    directory: '.',
    ...options,
  });
  const ownUserIds = new Set([botUserId]);
  const dispatcher = new Dispatcher({
    host,
    enforcer: new Enforcer(
      {
        deleteMessage: async (_channel, id) => void removed.push(id),
        timeout: async () => {},
        ban: async () => {},
      },
      ownUserIds,
      logger,
    ),
    ownUserIds,
    addressing: new Addressing('!'),
    roles: new Roles(),
    isLive: () => false,
    users: { find: (typed) => channel.find(typed) },
    clock,
  });
  const channel = new TestChannel('streamer');
  const say = (text: string, username = 'viewer') =>
    dispatcher.dispatch(channel.message(username, text, new Date(0)));
  return { clock, logger, sender, removed, host, dispatcher, channel, say };
}

/** The code and the sentence a promise rejects with. */
export async function errorOf(promise: Promise<unknown>): Promise<{ code: string; message: string }> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof KickbotError)) throw new Error(`Expected a KickbotError, got ${error}`);
  return { code: error.code, message: error.message };
}
