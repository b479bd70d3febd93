import type { IdentifiedAccount } from './accounts.js';
import type { AppMessages } from './app-messages.js';
import { type AccountKind, accountId } from './auth/account-store.js';
import { MessageNotSentError, type OutgoingMessage, Sender, type SentMessage } from './chat/sender.js';
import { RateLimitedSender, type SenderOptions } from './chat/sending/rate-limited-sender.js';
import type { SenderCounts } from './chat/sending/sender-counts.js';
import { type ChannelConfig, type Config, speaksAsApp } from './config/schema.js';
import { Scope } from './config/scopes.js';
import type { Channel } from './events/kick-event.js';
import type { Grants } from './grants.js';
import type { KickApi } from './kick/kick-api.js';
import type { ModerationActions } from './moderation/enforcer.js';
import type { Clock } from './primitives/clock.js';
import { KickbotError } from './primitives/error.js';
import type { MessageId, UserId } from './primitives/ids.js';
import type { Random } from './primitives/random.js';
import type { Database } from './storage/schema.js';
import type { Logger } from './telemetry/logger.js';

/** An account at work, with its queue of messages. */
interface Speaker {
  readonly account: IdentifiedAccount;
  readonly sender: RateLimitedSender;
}

export interface SpeakersParts {
  readonly config: Config;
  readonly database: Database;
  readonly grants: Grants;
  /** The channels of the configuration, found. */
  readonly channels: readonly Channel[];
  /** Broadcasters' own accounts, as which the app's bot speaks in their channels. */
  readonly broadcasters: readonly IdentifiedAccount[];
  readonly appMessages: AppMessages;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/**
 * Which account speaks and moderates in which channel: the one `channels[].account` names, otherwise the first bot
 * account. Where `channels[].sendAs` is `app`, the app's bot speaks with the broadcaster's account. A channel nobody
 * serves is only read.
 */
export class Speakers extends Sender implements ModerationActions {
  readonly #byId = new Map<string, Speaker>();
  readonly #bySlug = new Map<string, Speaker>();
  /** Who speaks where it is not the account that moderates. */
  readonly #apps: ReadonlyMap<string, Speaker>;
  readonly #asApp: ReadonlySet<string>;
  readonly #first: Speaker | undefined;

  private constructor(
    speakers: readonly Speaker[],
    apps: ReadonlyMap<string, Speaker>,
    channels: Config['channels'],
    private readonly grants: Grants,
    private readonly logger: Logger,
  ) {
    super();
    this.#apps = apps;
    this.#first = speakers[0];
    for (const speaker of speakers) this.#byId.set(speaker.account.id, speaker);
    this.#asApp = new Set(channels.filter(speaksAsApp).map(({ slug }) => slug));
    for (const channel of channels) this.serve(channel);
  }

  /** Finds the account that moderates, and unless that is the app speaks, in a channel. */
  serve(channel: ChannelConfig): void {
    const named = 'account' in channel ? channel.account : undefined;
    const speaker = named === undefined ? this.#first : this.#byId.get(accountId('bot', named));
    if (speaker) this.#bySlug.set(channel.slug, speaker);
    else if (named !== undefined) {
      this.logger.warn(
        `Channel ${channel.slug} is only read: its account ${named} is not logged in. Run 'kickbot login --account ${named}', or correct channels[].account.`,
      );
    }
  }

  /**
   * Makes a speaker of each bot account. A channel that names an account nobody logged in with is only read, and
   * a warning says so.
   */
  static async open(accounts: readonly IdentifiedAccount[], parts: SpeakersParts): Promise<Speakers> {
    const { config, grants, logger } = parts;
    const speakers: Speaker[] = [];
    for (const account of accounts) {
      speakers.push({ account, sender: await openSender(account, { chat: account.kick.chat }, parts) });
    }
    return new Speakers(speakers, await openApps(parts), config.channels, grants, logger);
  }

  /** The API client of the first bot account; undefined when none logged in. */
  get kick(): KickApi | undefined {
    return this.#first?.account.kick;
  }

  /** Whether nobody can say anything in any channel. */
  get isMute(): boolean {
    return this.#byId.size + this.#apps.size === 0;
  }

  /** What became of the messages of each account that speaks, by its id. */
  get counts(): ReadonlyMap<string, SenderCounts> {
    const speakers = [...this.#byId.values(), ...this.#apps.values()];
    return new Map(speakers.map(({ account, sender }) => [account.id, sender.counts]));
  }

  /** As whom the bot speaks in a channel; undefined where nobody does, and for the app's bot, whose name Kick does not tell. */
  usernameIn(slug: string): string | undefined {
    return this.#asApp.has(slug) ? undefined : this.#bySlug.get(slug)?.account.user.username;
  }

  async send(message: OutgoingMessage): Promise<readonly SentMessage[]> {
    const { slug } = message.channel;
    const speaker = this.#asApp.has(slug) ? this.#apps.get(slug) : this.#bySlug.get(slug);
    if (!speaker)
      throw new MessageNotSentError('no_account', {
        cause: noAccount(this.#asApp.has(slug) ? 'channel' : 'bot', slug),
      });
    const cause = this.#missing(speaker, Scope.ChatWrite);
    if (cause) throw new MessageNotSentError('scope_missing', { cause });
    return speaker.sender.send(message);
  }

  async deleteMessage(channel: Channel, message: MessageId): Promise<void> {
    await this.kickFor(channel, Scope.ModerationChatMessageManage).chat.delete(message);
  }

  async timeout(channel: Channel, user: UserId, seconds: number, reason: string): Promise<void> {
    const { broadcasterUserId } = channel;
    const { moderation } = this.kickFor(channel, Scope.ModerationBan);
    await moderation.timeout({ broadcasterUserId, userId: user, seconds, reason });
  }

  async ban(channel: Channel, user: UserId, reason: string): Promise<void> {
    const { broadcasterUserId } = channel;
    const { moderation } = this.kickFor(channel, Scope.ModerationBan);
    await moderation.ban({ broadcasterUserId, userId: user, reason });
  }

  /**
   * The API as the account that moderates in a channel. Throws `auth.no_account`, and `auth.scope_missing` when the account was not granted `scope`.
   */
  kickFor({ slug }: Channel, scope: Scope): KickApi {
    const speaker = this.#bySlug.get(slug);
    if (!speaker) throw noAccount('bot', slug);
    const missing = this.#missing(speaker, scope);
    if (missing) throw missing;
    return speaker.account.kick;
  }

  /** Sends what waits for at most `drainMs`, rejects the rest. */
  async stop(options: { drainMs: number }): Promise<void> {
    const speakers = [...this.#byId.values(), ...this.#apps.values()];
    await Promise.all(speakers.map(({ sender }) => sender.stop(options)));
  }

  #missing({ account }: Speaker, scope: Scope): KickbotError | undefined {
    const problem = this.grants.problemOf(account, scope);
    return problem === undefined ? undefined : new KickbotError('auth.scope_missing', problem);
  }
}

function noAccount(kind: AccountKind, slug: string): KickbotError {
  return new KickbotError(
    'auth.no_account',
    `No ${kind} account is logged in for channel ${slug}. Run 'kickbot login --type ${kind}' and start again.`,
  );
}

function openSender(
  { id }: IdentifiedAccount,
  way: Pick<SenderOptions, 'chat' | 'type'>,
  { config, database, grants, clock, random, logger }: SpeakersParts,
): Promise<RateLimitedSender> {
  const problem = grants.problemOf({ id }, Scope.ChatWrite);
  if (problem !== undefined) logger.warn(`This account says nothing: ${problem}`);
  return RateLimitedSender.open({ accountId: id, ...way, database, clock, random, logger, ...config.sender });
}

/** Makes a speaker for each channel in which the app's bot is to speak and whose broadcaster logged in. */
async function openApps(parts: SpeakersParts): Promise<ReadonlyMap<string, Speaker>> {
  const { config, channels, broadcasters, appMessages, logger } = parts;
  const wanted = new Set(config.channels.filter(speaksAsApp).map(({ slug }) => slug));
  const apps = new Map<string, Speaker>();
  for (const channel of channels.filter(({ slug }) => wanted.has(slug))) {
    const account = broadcasters.find(({ user }) => user.userId === channel.broadcasterUserId);
    if (account) {
      const chat = appMessages.watch(account.kick.chat, channel);
      apps.set(channel.slug, { account, sender: await openSender(account, { chat, type: 'bot' }, parts) });
    } else {
      logger.warn(
        `Nothing is said in channel ${channel.slug}: the app's bot speaks with the broadcaster's account, and that one is not logged in. Run 'kickbot login --type channel --account ${channel.slug}' as ${channel.slug}, or take channels[].sendAs out.`,
      );
    }
  }
  return apps;
}
