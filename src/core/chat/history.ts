import type { Channel, ChatMessageSent, KickEvent } from '../events/kick-event.js';
import { chatMessage } from '../events/realtime/chat-message.js';
import type { HttpAnswer, HttpRequest } from '../kick/http-exchange.js';
import { KickApiError, RateLimitedError } from '../kick/kick-api-error.js';
import type { Clock } from '../primitives/clock.js';
import { KickbotError, messageOf } from '../primitives/error.js';
import type { Random } from '../primitives/random.js';
import type { Logger } from '../telemetry/logger.js';
import { Fifo } from './fifo.js';

/** Channels that come back together are read a few at a time, and not in step with other bots. */
const readsAtOnce = 3;
const longestPauseMs = 500;
/** Kick gives whole seconds, by its own clock. */
const marginMs = 5_000;
const closedForMs = 60_000;

export interface HistoryOptions {
  /** `https://web.kick.com`, as `kick.endpoints.realtime`. */
  realtime: string;
  /** `https://kick.com`, as `kick.endpoints.website`. */
  website: string;
  /** Rejects with a `KickApiError` for everything but 2xx. */
  http: { send(request: HttpRequest): Promise<HttpAnswer> };
  clock: Clock;
  random: Random;
  logger: Logger;
}

export interface HistoryCounts {
  /** Spans asked for. */
  readonly reads: number;
  /** Of those, the ones that gave no answer. */
  readonly failed: number;
}

/**
 * The newest messages of a channel's chat, as Kick's own site reads them to fill the page: some 25, at two addresses
 * that are documented nowhere and behind a firewall that turns many hosts away.
 */
export class History {
  readonly #options: HistoryOptions;
  readonly #waiting = new Fifo<() => void>();
  readonly #counts = { reads: 0, failed: 0 };
  #reading = 0;
  /** Monotonic milliseconds. */
  #closedUntil = -Infinity;
  #isFailing = false;

  constructor(options: HistoryOptions) {
    this.#options = options;
  }

  get counts(): HistoryCounts {
    return { ...this.#counts };
  }

  /**
   * The messages from `from` to `to` (wall clock in milliseconds), give or take some seconds, the oldest first. None
   * where they cannot be read; never rejects.
   */
  async read(channel: Channel, from: number, to: number): Promise<readonly ChatMessageSent[]> {
    this.#counts.reads++;
    await this.#turn();
    try {
      const { clock, random } = this.#options;
      await clock.sleep(random.fraction() * longestPauseMs);
      if (clock.monotonic() < this.#closedUntil) {
        this.#counts.failed++;
        return [];
      }
      const messages = await this.#fetch(channel, from);
      this.#succeeded();
      return messages
        .filter(({ createdAt }) => +createdAt >= from - marginMs && +createdAt <= to + marginMs)
        .sort((one, other) => +one.createdAt - +other.createdAt);
    } catch (error) {
      this.#failed(error);
      return [];
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#reading--;
      else next();
    }
  }

  async #turn(): Promise<void> {
    if (this.#reading < readsAtOnce) this.#reading++;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  async #fetch(channel: Channel, from: number): Promise<ChatMessageSent[]> {
    const { realtime, website } = this.#options;
    const first = new URL(`/api/v1/chat/${channel.channelId}/history`, realtime);
    first.searchParams.set('start_time', new Date(from - marginMs).toISOString());
    try {
      return await this.#messages(first, channel);
    } catch {
      return this.#messages(new URL(`/api/v2/channels/${channel.channelId}/messages`, website), channel);
    }
  }

  async #messages(url: URL, channel: Channel): Promise<ChatMessageSent[]> {
    const { http, clock } = this.#options;
    const { json } = await http.send({ method: 'GET', url });
    const items = itemsOf(json);
    if (items === undefined) {
      throw new KickbotError(
        'history.unexpected_answer',
        `The answer of ${url.origin} holds no messages. Check that it is Kick's.`,
      );
    }
    const arrival = { channel, receivedAt: clock.now() };
    return items.map((item) => chatMessage(item, arrival)).filter(isMessage);
  }

  #succeeded(): void {
    if (this.#isFailing) this.#options.logger.info("The chat's history can be read again.");
    this.#isFailing = false;
  }

  #failed(error: unknown): void {
    this.#counts.failed++;
    const { clock, logger } = this.#options;
    // A channel without a history says nothing about the others.
    if (!(error instanceof KickApiError && error.code === 'kick.not_found')) {
      const retryAfterMs = error instanceof RateLimitedError ? error.retryAfterMs : closedForMs;
      this.#closedUntil = clock.monotonic() + retryAfterMs;
    }
    if (!this.#isFailing) {
      logger.warn(
        `The chat's history cannot be read: ${messageOf(error)} Until it can, what is said during an outage stays missed.`,
        { error },
      );
    }
    this.#isFailing = true;
  }
}

const isMessage = (event: KickEvent | undefined): event is ChatMessageSent =>
  event?.type === 'chat.message.sent';

/** The messages in any of the envelopes seen: `{data: {messages}}`, `{data}`, `{messages}` or the list alone. */
function itemsOf(json: unknown): readonly unknown[] | undefined {
  if (Array.isArray(json)) return json;
  if (typeof json !== 'object' || json === null) return undefined;
  if ('messages' in json && Array.isArray(json.messages)) return json.messages;
  return 'data' in json ? itemsOf(json.data) : undefined;
}
