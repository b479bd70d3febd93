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
/** Some 25 are on a page. One with fewer than this shows all there are. */
const fullPage = 20;
/** How much of the chat Kick shows from a `start_time` on: of that, the first page. */
const windowMs = 5_000;
/** Before each further read for one span, and how many of them there are at most. */
const windowPauseMs = 250;
const mostWindows = 40;
/** Where more spans wait than this, each has to do with the newest page. */
const mostWaiting = 50;
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
 * What was said in a channel's chat, as Kick's own site reads it to fill the page: the newest 25 messages or so, at two
 * addresses, and at one of them also windows of five seconds. All of it is documented nowhere and behind a firewall
 * that turns many hosts away.
 */
export class History {
  readonly #options: HistoryOptions;
  readonly #waiting = new Fifo<() => void>();
  readonly #counts = { reads: 0, failed: 0 };
  #reading = 0;
  /** Monotonic milliseconds. */
  #closedUntil = -Infinity;
  #isFailing = false;
  #isStopped = false;

  constructor(options: HistoryOptions) {
    this.#options = options;
  }

  get counts(): HistoryCounts {
    return { ...this.#counts };
  }

  /**
   * The messages from `from` to `to` (wall clock in milliseconds), give or take some seconds, the oldest first. Of a
   * long span with more to it than one page only the end: what 40 further reads show. None where they cannot be read;
   * never rejects.
   */
  async read(channel: Channel, from: number, to: number): Promise<readonly ChatMessageSent[]> {
    this.#counts.reads++;
    await this.#turn();
    try {
      const [first, last] = [from - marginMs, to + marginMs];
      const messages = await this.#span(channel, first, last);
      return messages
        .filter(({ createdAt }) => +createdAt >= first && +createdAt <= last)
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

  /** Reads nothing more. */
  stop(): void {
    this.#isStopped = true;
  }

  async #turn(): Promise<void> {
    if (this.#reading < readsAtOnce) this.#reading++;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** After a pause: whether nothing forbids it. */
  async #mayRead(pauseMs: number): Promise<boolean> {
    const { clock, random } = this.#options;
    await clock.sleep(pauseMs + random.fraction() * longestPauseMs);
    return !this.#isStopped && clock.monotonic() >= this.#closedUntil;
  }

  /** Each once, in the order they were written as far as Kick tells it, and some of before and after. */
  async #span(channel: Channel, from: number, to: number): Promise<ChatMessageSent[]> {
    if (!(await this.#mayRead(0))) {
      this.#counts.failed++;
      return [];
    }
    const { page, windows } = await this.#newest(channel);
    this.#succeeded();
    const isWhole = windows === undefined || page.length < fullPage || this.#waiting.length > mostWaiting;
    const pageBegins = Math.min(...page.map(({ createdAt }) => +createdAt));
    const before = isWhole ? [] : await this.#windows(windows, channel, from, Math.min(pageBegins, to));
    return [...new Map([...before, ...page].map((message) => [message.messageId, message])).values()];
  }

  /** What the windows show from `from` to `end`, or of the last of it. */
  async #windows(url: URL, channel: Channel, from: number, end: number): Promise<ChatMessageSent[]> {
    const found = new Map<string, ChatMessageSent>();
    let start = Math.max(from, end - mostWindows * windowMs);
    try {
      for (let reads = 0; reads < mostWindows && start <= end; reads++) {
        if (!(await this.#mayRead(windowPauseMs))) break;
        url.searchParams.set('start_time', new Date(start).toISOString());
        const window = await this.#messages(url, channel);
        for (const message of window) found.set(message.messageId, message);
        // A full one ends early, and its last second may go on.
        const next = start + (window.length < fullPage ? windowMs : 1_000);
        start = Math.max(next, ...window.map(({ createdAt }) => +createdAt));
      }
    } catch (error) {
      // The newest page is better than nothing.
      this.#rest(error);
      this.#options.logger.debug("The chat's history could not be read to its end.", { error });
    }
    return [...found.values()];
  }

  /** The newest messages; `windows` is the address of windows, where there is one. */
  async #newest(channel: Channel): Promise<{ page: ChatMessageSent[]; windows: URL | undefined }> {
    const { realtime, website } = this.#options;
    const windows = new URL(`/api/v1/chat/${channel.channelId}/history`, realtime);
    try {
      return { page: await this.#messages(windows, channel), windows };
    } catch {
      const list = new URL(`/api/v2/channels/${channel.channelId}/messages`, website);
      return { page: await this.#messages(list, channel), windows: undefined };
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
    const messages = items.map((item) => chatMessage(item, arrival)).filter(isMessage);
    // Newest first; within a second only their places tell.
    const [first, last] = [messages[0], messages.at(-1)];
    return first && last && first.createdAt < last.createdAt ? messages : messages.reverse();
  }

  #succeeded(): void {
    if (this.#isFailing) this.#options.logger.info("The chat's history can be read again.");
    this.#isFailing = false;
  }

  #failed(error: unknown): void {
    if (this.#isStopped) return;
    this.#counts.failed++;
    this.#rest(error);
    if (!this.#isFailing) {
      this.#options.logger.warn(
        `The chat's history cannot be read: ${messageOf(error)} Until it can, what is said during an outage stays missed.`,
        { error },
      );
    }
    this.#isFailing = true;
  }

  #rest(error: unknown): void {
    // A channel without a history says nothing about the others.
    if (error instanceof KickApiError && error.code === 'kick.not_found') return;
    const retryAfterMs = error instanceof RateLimitedError ? error.retryAfterMs : closedForMs;
    this.#closedUntil = this.#options.clock.monotonic() + retryAfterMs;
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
