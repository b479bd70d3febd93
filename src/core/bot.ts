import 'reflect-metadata';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { Hono } from 'hono';
import type { DependencyContainer } from 'tsyringe';
import type { Accounts } from './accounts.js';
import { AppMessages } from './app-messages.js';
import { BotAccounts } from './bot-accounts.js';
import { BotEvents } from './bot-events.js';
import { type ConfigChanges, type ReloadableParts, reloadBot } from './bot-reload.js';
import { BotServer, type Served } from './bot-server.js';
import { ChannelAccounts } from './channel-accounts.js';
import { ChannelDirectory } from './chat/channel-directory.js';
import { History } from './chat/history.js';
import { LiveChannels } from './chat/live-channels.js';
import { Reception } from './chat/reception.js';
import type { ChatTransport } from './chat/transport.js';
import { UserDirectory } from './chat/user-directory.js';
import { Addressing } from './commands/addressing.js';
import { CooldownStore } from './commands/cooldown-store.js';
import { ConfigError, problemsOf } from './config/problems.js';
import { type Config, type ConfigInput, configSchema, regularsOf, speaksAsApp } from './config/schema.js';
import type { Channel, KickEvent } from './events/kick-event.js';
import { Roles } from './events/role.js';
import { Installation } from './installation.js';
import type { KickApi } from './kick/kick-api.js';
import { Enforcer } from './moderation/enforcer.js';
import { Dispatcher } from './plugins/dispatcher.js';
import type { KickFor } from './plugins/kick.js';
import { PluginHost } from './plugins/plugin-host.js';
import { PublicHttp } from './plugins/public-http.js';
import { StoreTransactions } from './plugins/store-transactions.js';
import { type Clock, SystemClock } from './primitives/clock.js';
import { KickbotError, messageOf } from './primitives/error.js';
import { type Random, SystemRandom } from './primitives/random.js';
import type { Secret } from './primitives/secret.js';
import type { Addresses } from './server/addresses.js';
import { OperatorPassword } from './server/operator-password.js';
import type { ServerEnvironment } from './server/public-server.js';
import { Speakers } from './speakers.js';
import type { Logger } from './telemetry/logger.js';
import { WinstonLogger } from './telemetry/winston-logger.js';
import { createTransports } from './transports.js';
import { version } from './version.js';

export interface BotOptions {
  /** Where relative paths in the configuration start; the folder the process runs in unless told. */
  readonly directory?: string;
  /** Seals the tokens in the database; 32 bytes as base64 or hex, or several with commas. Without it they are stored as they are. */
  readonly secretKey?: Secret | undefined;
  readonly logger?: Logger;
  /** What plugins may inject besides kickbot's own: a tsyringe container of the program that hosts the bot. */
  readonly container?: DependencyContainer;
  readonly clock?: Clock;
  readonly random?: Random;
}

/** How long `stop` lets queued messages go out. */
const drainMs = 10_000;

/**
 * Makes a bot from a configuration. Nothing is opened before `start()` or the first use of `accounts`.
 *
 * Throws `ConfigError` with everything that is wrong with the configuration.
 *
 * @example
 * const bot = createBot({ channels: ['my-channel'], plugins: [Dice] });
 * await bot.start();
 */
export function createBot(config: ConfigInput, options: BotOptions = {}): Bot {
  return new Bot(checked(config), options);
}

function checked(config: ConfigInput): Config {
  const parsed = configSchema.safeParse(config);
  if (parsed.success) return parsed.data;
  throw new ConfigError(problemsOf(parsed.error, config, () => 'given configuration'));
}

/** A bot: its accounts, its channels, its plugins. Made by `createBot`. */
export class Bot {
  /** What happens in the bot's channels. */
  readonly events: BotEvents;
  /** The accounts that logged in; usable before `start()`. */
  readonly accounts: BotAccounts;
  /** The password of the console; usable before `start()`. */
  readonly operatorPassword: OperatorPassword;
  #config: Config;
  readonly #options: BotOptions;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #random: Random;
  #installation: Promise<Installation> | undefined;
  #speakers: Speakers | undefined;
  /** While it runs. */
  #accounts: Accounts | undefined;
  /** While the chats are received. */
  #running: ReloadableParts | undefined;
  /** The last one; never rejects. */
  #reloading: Promise<unknown> = Promise.resolve();
  readonly #server: BotServer;
  #state: 'idle' | 'running' | 'stopping' = 'idle';
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;
  /** While Kick is out of reach nothing else may keep the process alive, and a bot waits for it to come back. */
  #keepAlive: MessagePort | undefined;
  /** What `stop` undoes, last thing first. */
  #undo: ((remainingMs: () => number) => Promise<void>)[] = [];

  constructor(config: Config, options: BotOptions) {
    this.#config = config;
    this.#options = options;
    this.#clock = options.clock ?? new SystemClock();
    this.#random = options.random ?? new SystemRandom();
    this.#logger =
      options.logger ??
      WinstonLogger.create({ ...config.log, stream: process.stdout, colors: process.stdout.isTTY });
    this.#server = new BotServer({
      config: config.server,
      clock: this.#clock,
      logger: this.#logger,
      running: () => this.#running,
    });
    this.events = new BotEvents(this.#logger);
    this.accounts = new BotAccounts(async () => (await this.#open()).accounts);
    this.operatorPassword = new OperatorPassword(async () => (await this.#open()).database, this.#random);
  }

  /**
   * Kick's API as the first bot account. Throws `auth.no_account` before `start()`, and when no account is logged
   * in.
   */
  get kick(): KickApi {
    if (this.#speakers?.kick) return this.#speakers.kick;
    throw new KickbotError(
      'auth.no_account',
      "No bot account is logged in. Run 'kickbot login', then start.",
    );
  }

  /**
   * Kick's API as the app itself, for what needs nobody's leave: channels, streams, categories by id or name. Its
   * token is fetched on first use and needs `kick.clientSecret`. Throws `bot.not_started` before `start()`.
   */
  get kickAsApp(): KickApi {
    return this.#runningAccounts().kickAsApp;
  }

  /**
   * Kick's API as one account that logged in, for what only a broadcaster may do: rewards, the title, KICKs. Throws
   * `bot.not_started` before `start()`; its calls throw `auth.login_needed` where nobody logged in as that.
   *
   * @example
   * const rewards = await bot.kickAs('channel:my-channel').rewards.list();
   */
  kickAs(accountId: string): KickApi {
    return this.#runningAccounts().kickAs(accountId);
  }

  /**
   * Opens the HTTP server of the configuration (`server.host`, `server.port`) with the bot's own addresses, such as
   * `/readyz`, and those that `more` makes. Whoever opened it closes it. `start()` opens one by itself where webhooks
   * need it and none is open.
   *
   * Throws `server.port_in_use` or `server.cannot_listen`.
   */
  serve(more?: (addresses: Addresses) => Hono<ServerEnvironment>): Promise<Served> {
    return this.#server.open(more);
  }

  /** How events arrive: each way's state, and what it counted. None while the bot does not run. */
  get transports(): readonly Pick<ChatTransport, 'name' | 'state' | 'counts'>[] {
    return this.#running?.reception.transports ?? [];
  }

  #runningAccounts(): Accounts {
    if (this.#accounts) return this.#accounts;
    throw notStarted();
  }

  /**
   * Loads the plugins, finds the channels and joins their chats; resolves when all are joined. Without an account
   * the bot only reads. From then on it comes back by itself after every outage.
   *
   * Throws a `KickbotError` that names what to change, and leaves nothing open then. A `stop()` in the middle ends
   * it with an error too.
   */
  async start(): Promise<void> {
    if (this.#state !== 'idle') {
      throw new KickbotError(
        'bot.already_started',
        'This bot runs already: stop() it first, or make another one.',
      );
    }
    this.#state = 'running';
    this.#keepAlive = new MessageChannel().port1.on('message', () => {});
    this.#starting = this.#start();
    try {
      await this.#starting;
    } catch (error) {
      // A stop() under way closes everything itself, and waits for this.
      if (this.#state !== 'running') throw stoppedEarly(error);
      await this.stop({ drainMs: 0 });
      throw error;
    }
  }

  /**
   * Takes over another configuration while it runs, and the files of plugins that were edited: loads, unloads and
   * replaces plugins, joins and leaves channels. No message is lost meanwhile. The old plugin answers until the new
   * one is loaded, and where that fails it goes on. What else differs waits for a restart.
   *
   * Throws `ConfigError` when the configuration is wrong, and `bot.not_started` before `start()`.
   *
   * @example
   * const { replaced, problems } = await bot.reload({ channels: ['my-channel'], plugins: ['./dice.ts'] });
   */
  async reload(config: ConfigInput): Promise<ConfigChanges> {
    const to = checked(config);
    const reloaded = this.#reloading.then(async () => {
      if (this.#running === undefined || this.#state !== 'running') throw notStarted();
      const { changes, config: now } = await reloadBot(this.#running, this.#config, to);
      this.#config = now;
      return changes;
    });
    this.#reloading = reloaded.catch(() => undefined);
    return reloaded;
  }

  /** Sends what is queued for at most 10 s, then closes everything. Safe to call at any time. */
  stop(options: { drainMs?: number } = {}): Promise<void> {
    this.#stopping ??= this.#stop(options.drainMs ?? drainMs).finally(() => {
      this.#stopping = undefined;
    });
    return this.#stopping;
  }

  async #stop(withinMs: number): Promise<void> {
    this.#state = 'stopping';
    const deadline = this.#clock.monotonic() + withinMs;
    const remainingMs = () => Math.max(0, deadline - this.#clock.monotonic());
    const undoAll = async () => {
      for (const undo of this.#undo.splice(0).reverse()) {
        await undo(remainingMs).catch((error: unknown) => {
          this.#logger.error(`Something could not be closed: ${messageOf(error)}`, { error });
        });
      }
    };
    await this.#installation?.catch(() => undefined);
    await Promise.race([this.#reloading, this.#clock.sleep(remainingMs())]);
    await undoAll();
    // A start under way fails with what was closed under it, or at its next step; what it opened until then goes too.
    await this.#starting?.catch(() => undefined);
    await undoAll();
    this.#keepAlive?.close();
    this.#installation = undefined;
    this.#speakers = undefined;
    this.#accounts = undefined;
    this.#running = undefined;
    this.#state = 'idle';
  }

  /** Has `undo` done when the bot stops. Throws when it is stopping already: a start goes no further then. */
  #atStop(undo: (remainingMs: () => number) => Promise<void>): void {
    this.#undo.push(undo);
    if (this.#state !== 'running') throw stoppedEarly();
  }

  /** Opened once, by whoever needs it first. */
  #open(): Promise<Installation> {
    this.#installation ??= Installation.open({
      config: this.#config,
      directory: this.#options.directory ?? process.cwd(),
      secretKey: this.#options.secretKey,
      clock: this.#clock,
      random: this.#random,
      logger: this.#logger,
    }).then((installation) => {
      this.#undo.unshift(() => installation.close());
      return installation;
    });
    return this.#installation;
  }

  async #start(): Promise<void> {
    const { channels: channelConfigs } = this.#config;
    const [config, clock, random, logger] = [this.#config, this.#clock, this.#random, this.#logger];
    const installation = await this.#open();

    const accounts = await installation.accounts.identifyBots();
    await installation.accounts.tokens.start();
    this.#accounts = installation.accounts;
    const { database, http } = installation;
    const grants = await installation.accounts.grants();
    const directory = new ChannelDirectory({ website: config.kick.endpoints.website, database, http, clock });
    const channels = await Promise.all(channelConfigs.map((channel) => directory.resolve(channel)));
    const asApp = channelConfigs.some(speaksAsApp);
    const broadcasters = asApp ? await installation.accounts.identifyChannels() : [];

    const ownUserIds = new Set(accounts.map(({ user }) => user.userId));
    const appMessages = new AppMessages(ownUserIds);
    const voices = { config, database, grants, channels, broadcasters, appMessages, clock, random, logger };
    const speakers = await Speakers.open(accounts, voices);
    this.#speakers = speakers;
    this.#atStop((remainingMs) => speakers.stop({ drainMs: remainingMs() }));
    if (speakers.isMute) {
      logger.warn(
        "No account is logged in that speaks: the bot reads along and says nothing. Run 'kickbot login'.",
      );
    }

    const cooldowns = await CooldownStore.open({ database, clock, logger });
    this.#atStop(() => cooldowns.flush());
    const stores = new StoreTransactions(async () => database, clock);
    const kick = config.kick.clientSecret === undefined ? speakers.kick : installation.accounts.kickAsApp;
    const channelAccounts = new ChannelAccounts({
      speakers,
      grants,
      accounts: await installation.accounts.list(),
      kickAs: (id) => installation.accounts.kickAs(id),
      anybody: kick,
    });
    const kickFor: KickFor = (channel, scope) => channelAccounts.kickFor(channel, scope);
    const web = new PublicHttp({ clock, version });
    this.#atStop(() => web.close());
    const host = new PluginHost({
      services: { logger, sender: speakers, clock, random, stores, http: web, kickFor },
      cooldowns: cooldowns.memory,
      directory: this.#options.directory ?? process.cwd(),
      channels: channelConfigs,
      scopeProblem: (scope) => grants.problem(scope),
      ...(this.#options.container !== undefined && { container: this.#options.container }),
    });
    await host.loadAll(config.plugins);
    this.#atStop(() => host.unloadAll());
    logger.info('Plugins are loaded.', { plugins: host.loaded.join(', ') || 'none' });

    const enforcer = new Enforcer(speakers, ownUserIds, logger);
    const addressing = new Addressing(
      config.chat.prefix,
      channelConfigs.map((channel) => ({ ...channel, username: speakers.usernameIn(channel.slug) })),
    );
    const live = new LiveChannels();
    const isLive = (channel: Channel) => live.isLive(channel);
    const roles = new Roles({ owners: config.owners, regulars: regularsOf(channelConfigs) });
    const users = new UserDirectory({ kick, clock, logger });
    const asked = { addressing, users, roles, isLive, clock };
    const dispatcher = new Dispatcher({ host, enforcer, ownUserIds, ...asked });
    this.#atStop((remainingMs) => {
      host.timers.stop();
      host.conversations.stop();
      return Promise.race([dispatcher.idle(), clock.sleep(remainingMs())]);
    });
    const { website, realtime } = config.kick.endpoints;
    const given = { database, http, clock, random, logger };
    const { accounts: all } = installation;
    const { sources, webhook } = createTransports({ ...given, config, accounts: all, channels, isLive });
    const history = new History({ website, realtime, http, clock, random, logger });
    const consume = (event: KickEvent) => {
      this.events.emit(event);
      if (event.type === 'chat.message.sent') {
        users.see(event.sender);
        if (appMessages.includes(event)) return;
      }
      return dispatcher.dispatch(event);
    };
    const reception = new Reception({ ...given, transports: sources, consume, history, live });
    const parts = { speakers, host, reception, webhook, channels, directory, addressing, roles, live, kick };
    this.#running = { ...parts, accounts: all };
    this.#atStop((remainingMs) => reception.stop({ drainMs: remainingMs() }));
    if (webhook !== undefined) await this.#receiveWebhooks();
    await reception.start();
    await Promise.all(
      channels.map((channel) => reception.join(channel).then(() => host.timers.join(channel, isLive))),
    );
    logger.info('Joined.', { channels: channels.map(({ slug }) => slug).join(', ') || 'none' });
    if (kick === undefined) return;
    live.ask(channels, kick.livestreams).catch((error: unknown) => {
      logger.debug('Kick did not say which channels are live; their events will.', { error });
    });
  }

  /** Where nobody serves yet, serves. */
  async #receiveWebhooks(): Promise<void> {
    if (this.#server.webhookAddress === undefined) {
      const served = await this.#server.open();
      this.#atStop(() => served.close());
    }
    this.#logger.info(
      `Webhooks are received at ${this.#server.webhookAddress}: enter this address in the app's settings on kick.com.`,
    );
  }
}

function notStarted(): KickbotError {
  return new KickbotError('bot.not_started', 'This bot does not run: start() it first.');
}

function stoppedEarly(cause?: unknown): KickbotError {
  return new KickbotError('bot.stopped', 'The bot was stopped before it had started.', { cause });
}
