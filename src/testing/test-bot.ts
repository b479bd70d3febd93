import type { OutgoingMessage, SentMessage } from '../core/chat/sender.js';
import { Sender } from '../core/chat/sender.js';
import { Addressing } from '../core/commands/addressing.js';
import type { PluginClass } from '../core/config/schema.js';
import type { Channel, KickEvent } from '../core/events/kick-event.js';
import { Roles } from '../core/events/role.js';
import { Enforcer, type ModerationActions } from '../core/moderation/enforcer.js';
import { Dispatcher } from '../core/plugins/dispatcher.js';
import type { HttpOptions } from '../core/plugins/http.js';
import { PluginHost } from '../core/plugins/plugin-host.js';
import { StoreTransactions } from '../core/plugins/store-transactions.js';
import { type MessageId, messageId, type UserId } from '../core/primitives/ids.js';
import { openDatabase } from '../core/storage/database.js';
import type { Database } from '../core/storage/schema.js';
import { type Logger, SilentLogger } from '../core/telemetry/logger.js';
import { TestClock } from './test-clock.js';
import { botUserId, botUsername, TestChannel, type TestEvent, type TestUser } from './test-event.js';
import { TestHttp } from './test-http.js';
import { type TestKick, testKick } from './test-kick.js';
import { TestRandom } from './test-random.js';

export interface TestBotOptions {
  /** Options for the plugin, when it is a single one; several are given as `[Plugin, options]` each. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** What `Random.fraction()` gives, in turn and then again from the start: `[0]` is always the lowest. */
  readonly random?: readonly number[];
  /** What commands begin with; `!` when left out. */
  readonly prefix?: string;
  /** Usernames of who runs the bot, as in the configuration. */
  readonly owners?: readonly string[];
  /** Usernames of the channel's regulars, as in the configuration. */
  readonly regulars?: readonly string[];
  /** Whether the channel streams; not, when left out. A `livestream.status.updated` that is emitted changes it. */
  readonly live?: boolean;
  /** The channel's slug, and the name of its broadcaster; `streamer` when left out. */
  readonly channel?: string;
  /**
   * What servers answer: JSON, a text, an `HttpResponse`, or what is thrown. Without it a plugin that asks one is told
   * that a test has no network.
   *
   * @example
   * http: (url) => (url === 'https://jokes.example/random' ? { joke: 'Knock, knock.' } : undefined)
   */
  readonly http?: (url: string, options: HttpOptions) => unknown;
  /**
   * What Kick answers.
   *
   * @example
   * kick: { channels: { update: async ({ streamTitle }) => void titles.push(streamTitle) } }
   */
  readonly kick?: TestKick;
  /** Where relative plugin paths start. */
  readonly directory?: string;
  /** Silent when left out. */
  readonly logger?: Logger;
}

/** A plugin, or a plugin with its options. */
export type TestPlugin =
  | PluginClass
  | string
  | [plugin: PluginClass | string, options: Record<string, unknown>];

/** Something a rule had done to a message or its author. */
export type ModerationAction =
  | { readonly action: 'remove'; readonly content: string }
  | {
      readonly action: 'timeout';
      readonly username: string;
      readonly seconds: number;
      readonly reason: string;
    }
  | { readonly action: 'ban'; readonly username: string; readonly reason: string };

/** A bot with real rules, commands and listeners, and no network. Made by `createTestBot`. */
export class TestBot {
  /** Stands still until `advance` is called, which rejects with what a timer threw meanwhile. */
  readonly clock = new TestClock(() => {
    if (this.#dispatching === 0) this.#throwFailure();
  });
  /** Everything the plugins said, in order. */
  readonly replies: string[] = [];
  /** Everything rules had done, in order. */
  readonly actions: ModerationAction[] = [];
  readonly #channel: TestChannel;
  readonly #host: PluginHost;
  readonly #dispatcher: Dispatcher;
  readonly #failures: unknown[] = [];
  /** How many calls of `say` and `emit` are under way. */
  #dispatching = 0;
  #isLive: boolean;
  #plugins: readonly TestPlugin[] = [];
  readonly #said = new Map<MessageId, string>();
  readonly #usernames = new Map<UserId, string>();
  #database: Promise<Database> | undefined;

  /** @internal */
  constructor(options: TestBotOptions) {
    this.#isLive = options.live ?? false;
    this.#channel = new TestChannel((options.channel ?? 'streamer').toLowerCase());
    const logger = options.logger ?? new SilentLogger();
    this.#host = new PluginHost({
      services: {
        logger,
        clock: this.clock,
        random: new TestRandom(options.random),
        sender: new RecordingSender(this.replies),
        http: new TestHttp(options.http),
        kickFor: () => testKick(options.kick ?? {}),
        stores: new StoreTransactions(() => this.#openDatabase(), this.clock),
      },
      directory: options.directory ?? '.',
      onFailure: (_handler, error) => this.#failures.push(error),
    });
    const ownUserIds: ReadonlySet<UserId> = new Set([botUserId]);
    this.#dispatcher = new Dispatcher({
      host: this.#host,
      enforcer: new Enforcer(this.#recordingActions(), ownUserIds, logger),
      ownUserIds,
      addressing: new Addressing(options.prefix ?? '!', [
        { slug: this.#channel.channel.slug, username: botUsername },
      ]),
      roles: new Roles({
        owners: options.owners ?? [],
        regulars: new Map([[this.#channel.channel.slug, options.regulars ?? []]]),
      }),
      isLive: () => this.#isLive,
      users: { find: (typed) => this.#channel.find(typed) },
      clock: this.clock,
    });
    this.#host.timers.join(this.#channel.channel, () => this.#isLive);
  }

  /** @internal */
  load(plugins: readonly TestPlugin[]): Promise<void> {
    this.#plugins = plugins;
    return this.#host.loadAll(plugins);
  }

  /** The contents of removed messages. */
  get removed(): readonly string[] {
    return this.actions.flatMap((action) => (action.action === 'remove' ? [action.content] : []));
  }

  /**
   * Someone writes in the chat. Resolves with what the plugins said to it, when all of them are done. Rejects with
   * what a plugin threw. `streamer` is the broadcaster and `kickbot` the bot itself.
   *
   * @example
   * expect(await bot.say('viewer', '!roll 20')).toEqual(['viewer rolled 11']);
   * await bot.say({ username: 'mod', badges: ['moderator'] }, '!shield on');
   */
  say(user: TestUser, text: string): Promise<readonly string[]> {
    const message = this.#channel.message(user, text, new Date(this.clock.now()));
    this.#said.set(message.messageId, text);
    this.#usernames.set(message.sender.id, message.sender.username);
    return this.#dispatch(message);
  }

  /** Something else happens in the channel. Resolves and rejects as `say` does. */
  emit(event: TestEvent): Promise<readonly string[]> {
    return this.#dispatch(this.#channel.event(event, new Date(this.clock.now())));
  }

  /** Unloads the plugins, so that `onUnload` runs. */
  async stop(): Promise<void> {
    await this.#host.unloadAll();
    await (await this.#database)?.destroy();
  }

  /** In memory, and only for plugins that store something. */
  #openDatabase(): Promise<Database> {
    this.#database ??= openDatabase({ url: 'sqlite::memory:', directory: '.' });
    return this.#database;
  }

  /** Stops the bot and starts it again: the plugins are made anew, and what outlives a restart is still there. */
  async restart(): Promise<void> {
    await this.#host.unloadAll();
    await this.load(this.#plugins);
  }

  async #dispatch(event: KickEvent): Promise<readonly string[]> {
    const before = this.replies.length;
    if (event.type === 'livestream.status.updated') this.#isLive = event.isLive;
    this.#dispatching++;
    await this.#dispatcher.dispatch(event);
    await this.#dispatcher.idle();
    this.#dispatching--;
    this.#throwFailure();
    return this.replies.slice(before);
  }

  #throwFailure(): void {
    const failures = this.#failures.splice(0);
    if (failures.length > 0) throw failures[0];
  }

  #recordingActions(): ModerationActions {
    const usernameOf = (user: UserId) => this.#usernames.get(user) ?? String(user);
    return {
      deleteMessage: async (_channel: Channel, message) => {
        this.actions.push({ action: 'remove', content: this.#said.get(message) ?? '' });
      },
      timeout: async (_channel, user, seconds, reason) => {
        this.actions.push({ action: 'timeout', username: usernameOf(user), seconds, reason });
      },
      ban: async (_channel, user, reason) => {
        this.actions.push({ action: 'ban', username: usernameOf(user), reason });
      },
    };
  }
}

class RecordingSender extends Sender {
  constructor(private readonly replies: string[]) {
    super();
  }

  async send({ content }: OutgoingMessage): Promise<readonly SentMessage[]> {
    this.replies.push(content);
    return [{ messageId: messageId(`reply-${this.replies.length}`), content }];
  }
}

/**
 * Loads one plugin or several into a bot to test them with. Throws what loading them throws.
 *
 * @example
 * const bot = await createTestBot(Dice, { random: [0.5] });
 * expect(await bot.say('viewer', '!roll 20')).toEqual(['viewer rolled 11']);
 */
export async function createTestBot(
  plugins: PluginClass | string | readonly TestPlugin[],
  options: TestBotOptions = {},
): Promise<TestBot> {
  const bot = new TestBot(options);
  await bot.load(
    typeof plugins === 'object' ? plugins : [options.options ? [plugins, { ...options.options }] : plugins],
  );
  return bot;
}
