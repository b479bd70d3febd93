import type { Channel, KickEvent } from '../events/kick-event.js';
import type { RealtimeFrame } from '../events/realtime-frame.js';
import type { Clock } from '../primitives/clock.js';
import type { ChannelId } from '../primitives/ids.js';
import type { Database } from '../storage/schema.js';
import type { Logger } from '../telemetry/logger.js';
import { Copies, hasTwin } from './copies.js';
import { Coverage } from './coverage.js';
import type { History, HistoryCounts } from './history.js';
import { Inbox, type InboxCounts } from './inbox.js';
import type { LiveChannels } from './live-channels.js';
import { recognisedForMs } from './recent-occurrences.js';
import { SeenMessages } from './seen-messages.js';
import { SilentTransports } from './silent-transports.js';
import type { ChatTransport, Delivery, MissedSpan, TransportName } from './transport.js';

export interface ReceptionSource {
  readonly transport: ChatTransport;
  /**
   * What a frame of that transport says; undefined where another frame tells it. Never throws. `at` is the wall clock
   * in milliseconds: the event's time where it has none of its own.
   */
  decode(frame: RealtimeFrame, channel: Channel, at: number): KickEvent | undefined;
}

export interface ReceptionOptions {
  transports: readonly ReceptionSource[];
  /** Handles one event. While its promise is pending, the channel's next events wait. */
  consume(event: KickEvent): void | Promise<void>;
  /** Where what was missed is read from; without it, it stays missed. */
  history?: History;
  /** How many ids the inbox remembers. */
  remembered?: number;
  /** Told which channels stream, as their events pass by. */
  live: LiveChannels;
  database: Database;
  clock: Clock;
  logger: Logger;
}

export interface TransportReceptionCounts {
  /** Events that another transport, or this one, had delivered before. */
  readonly copies: number;
  /** How long channels were not received over it, all of them together. */
  readonly gapSeconds: number;
}

export interface ReceptionCounts {
  readonly transports: ReadonlyMap<TransportName, TransportReceptionCounts>;
  readonly inbox: InboxCounts;
  readonly history: HistoryCounts;
  /** Messages that an outage would have swallowed, had the history not had them. */
  readonly replayed: number;
}

interface Source extends ReceptionSource {
  readonly isRealtime: boolean;
  copies: number;
  gapMs: number;
}

/**
 * Receives from all transports at once: each event reaches `consume` once, whichever of them deliver it; a span in
 * which none of the realtime ones received a channel becomes a `gap` event, and what the chat's history still has of
 * it follows as `replayed` messages.
 *
 * A webhook transport closes no gap: it does not tell of deletions, pins, hosts and more. Nor does it open one, unless
 * it is the only transport.
 */
export class Reception {
  readonly #sources: readonly Source[];
  readonly #inbox: Inbox;
  readonly #history: History | undefined;
  readonly #live: LiveChannels;
  readonly #clock: Clock;
  readonly #logger: Logger;
  /** Only where something can be delivered again long after. */
  readonly #seen: SeenMessages | undefined;
  /** Only where there are several transports: one alone does not copy. */
  readonly #copies: Copies | undefined;
  readonly #silent: SilentTransports | undefined;
  /** Of the joined channels. */
  readonly #coverages = new Map<ChannelId, Coverage>();
  #replayed = 0;
  /** Wall clock in milliseconds. */
  #startedAt = 0;
  /** Of which time the inbox knows all ids. Wall clock in milliseconds. */
  readonly #known = { since: -Infinity, younger: -Infinity, timesForgotten: 0 };

  constructor({ transports, consume, history, remembered, live, database, clock, logger }: ReceptionOptions) {
    this.#sources = transports.map(({ transport, decode }) => {
      return { transport, decode, isRealtime: transport.name !== 'webhook', copies: 0, gapMs: 0 };
    });
    this.#history = history;
    this.#live = live;
    this.#clock = clock;
    this.#logger = logger;
    // A feed does not tell what was said before it was joined; webhooks do.
    const hasWebhooks = this.#sources.some(({ isRealtime }) => !isRealtime);
    const seen = hasWebhooks ? new SeenMessages({ database, clock, logger }) : undefined;
    this.#seen = seen;
    this.#inbox = new Inbox({
      logger,
      ...(remembered !== undefined && { remembered }),
      consume:
        seen === undefined
          ? consume
          : (event) => {
              if (event.type === 'chat.message.sent') seen.add(event.messageId);
              return consume(event);
            },
    });
    if (transports.length < 2) return;
    this.#copies = new Copies(clock);
    this.#silent = new SilentTransports(
      transports.map(({ transport }) => transport),
      logger,
    );
  }

  /** For their states. */
  get transports(): readonly ChatTransport[] {
    return this.#sources.map(({ transport }) => transport);
  }

  get counts(): ReceptionCounts {
    return {
      transports: new Map(
        this.#sources.map(({ transport, copies, gapMs }) => [
          transport.name,
          { copies, gapSeconds: gapMs / 1_000 },
        ]),
      ),
      inbox: this.#inbox.counts,
      history: this.#history?.counts ?? { reads: 0, failed: 0 },
      replayed: this.#replayed,
    };
  }

  /** Begins to connect. Rejects where the database cannot be read. */
  async start(): Promise<void> {
    this.#startedAt = this.#clock.now();
    for (const message of (await this.#seen?.load()) ?? []) this.#inbox.remember(message);
    for (const source of this.#sources) {
      const { transport } = source;
      transport.start({
        frame: (frame, channel, delivery) => this.#frame(source, frame, channel, delivery),
        state: (state) => this.#logger.debug(`The transport ${transport.name} changed.`, { state }),
        missed: (span) => this.#missed(source, span),
      });
    }
  }

  /**
   * Resolves when the first realtime transport receives the channel; where webhooks are the only transport, when
   * they are set up. Rejects as `ChatTransport.join` does.
   */
  async join(channel: Channel): Promise<void> {
    const coverage = this.#coverages.get(channel.channelId) ?? new Coverage();
    this.#coverages.set(channel.channelId, coverage);
    const joins = this.#sources.map(async ({ transport, isRealtime }) => {
      await transport.join(channel);
      if (!isRealtime) return;
      coverage.begin(this.#clock.now());
      this.#copies?.resumed(transport.name, channel);
    });
    const realtime = joins.filter((_, index) => this.#sources[index]?.isRealtime);
    try {
      // The others' failures need nobody: they come with parting, or together with these.
      await Promise.any(realtime.length > 0 ? realtime : joins);
    } catch (error) {
      throw error instanceof AggregateError ? error.errors[0] : error;
    } finally {
      for (const join of joins) join.catch(() => undefined);
    }
  }

  part(channel: Channel): void {
    this.#coverages.delete(channel.channelId);
    this.#silent?.forget(channel);
    for (const { transport } of this.#sources) transport.part(channel);
  }

  /** Closes the transports, lets what has arrived be handled for at most `drainMs`, and stores what was handled. */
  async stop({ drainMs = 0 } = {}): Promise<void> {
    this.#coverages.clear();
    this.#history?.stop();
    await Promise.all(this.#sources.map(({ transport }) => transport.stop()));
    if (drainMs > 0) await Promise.race([this.#inbox.idle(), this.#clock.sleep(drainMs)]);
    this.#inbox.close();
    await this.#seen?.flush();
  }

  #frame(source: Source, frame: RealtimeFrame, channel: Channel, delivery: Delivery | undefined): void {
    const now = this.#clock.now();
    const event = source.decode(frame, channel, delivery?.sentAt ?? now);
    if (event === undefined) delivery?.settled();
    else if (delivery === undefined) this.#take(source, event, now);
    else this.#take(source, delivery.late ? { ...event, late: true } : event, now, () => delivery.settled());
  }

  #take(source: Source, event: KickEvent, now: number, settled?: () => void): void {
    const isTimely = event.late === undefined;
    const wasReceived = isTimely || this.#wasReceived(event);
    const isOldNews = !isTimely && wasReceived && this.#isForgotten(event, now);
    const isLastWord = isOldNews || !wasReceived;
    const rest =
      this.#copies === undefined ? event : this.#copies.rest(event, source.transport.name, isLastWord);
    const isCopy = rest === undefined || isOldNews;
    if (isCopy) settled?.();
    const isNew = !isCopy && this.#inbox.accept(rest, settled);
    if (!isNew) source.copies++;
    if (event.type === 'chat.message.sent') {
      this.#noteForgotten(now);
      this.#silent?.heard(event.channel, source.transport, isNew && isTimely, now);
    } else if (event.type === 'livestream.status.updated' && isNew && isTimely) {
      this.#live.set(event.channel, event.isLive);
    }
  }

  #noteForgotten(now: number): void {
    const { timesForgotten } = this.#inbox;
    if (timesForgotten === this.#known.timesForgotten) return;
    Object.assign(this.#known, { since: this.#known.younger, younger: now, timesForgotten });
  }

  /** Whether its twin would not be recognised any more, so late is this webhook. */
  #isForgotten(event: KickEvent, now: number): boolean {
    const happenedAt = event.createdAt.getTime();
    if (event.type === 'chat.message.sent') return happenedAt < this.#known.since;
    return hasTwin(event) && now - happenedAt >= recognisedForMs;
  }

  /** Whether a realtime transport received the channel when that happened. Where none does now, nobody knows. */
  #wasReceived({ channel, createdAt }: KickEvent): boolean {
    if (this.#receivedSince(channel) === undefined) return false;
    return this.#coverages.get(channel.channelId)?.has(createdAt.getTime()) ?? false;
  }

  /** Since when a realtime transport, not counting that one, receives the channel without a break. */
  #receivedSince(channel: Channel, except?: Source): number | undefined {
    let earliest: number | undefined;
    for (const source of this.#sources) {
      if (source === except || !source.isRealtime) continue;
      const since = source.transport.receivedSince(channel);
      if (since !== undefined && (earliest === undefined || since < earliest)) earliest = since;
    }
    return earliest;
  }

  #missed(source: Source, { channel, from, to, reason }: MissedSpan): void {
    const coverage = this.#coverages.get(channel.channelId);
    if (coverage === undefined) return;
    source.gapMs += Math.max(0, to - from);
    if (source.isRealtime) this.#copies?.resumed(source.transport.name, channel);
    // They tell of the whole span themselves.
    else if (this.#sources.some(({ isRealtime }) => isRealtime)) return;
    // What another transport has received since, and what was told already, is no part of this gap.
    const told = coverage.toldUntil ?? from;
    // Told of a time to come: the clock was set back.
    const start = told > to ? from : Math.max(from, told);
    const end = Math.min(to, this.#receivedSince(channel, source) ?? to);
    if (start >= end) {
      this.#logger.debug(
        `${source.transport.name} missed some time of ${channel.slug}; nothing is missing.`,
        {
          reason,
        },
      );
      return;
    }
    coverage.addGap({ from: start, to: end });
    if (source.isRealtime) this.#copies?.resumed('realtime', channel);
    const span = { from: new Date(start), createdAt: new Date(end), reason };
    this.#inbox.accept({ type: 'gap', channel, ...span, raw: { from: start, to: end, reason } });
    void this.#replay(channel, start, end);
  }

  async #replay(channel: Channel, from: number, to: number): Promise<void> {
    const messages = (await this.#history?.read(channel, from, to)) ?? [];
    // It may have been left meanwhile, or everything stopped.
    if (!this.#coverages.has(channel.channelId)) return;
    for (const message of messages) {
      // An earlier process may have handled it.
      if (this.#seen === undefined && message.createdAt.getTime() < this.#startedAt) continue;
      if (this.#inbox.accept({ ...message, replayed: true })) this.#replayed++;
    }
  }
}
