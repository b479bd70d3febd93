import type { Clock } from '../primitives/clock.js';
import { KickbotError, messageOf } from '../primitives/error.js';
import type { Logger } from '../telemetry/logger.js';
import { Activity } from './activity.js';
import { type Culprit, runAs } from './attribution.js';
import type { HandlerContext } from './contexts.js';
import { Deadline } from './deadline.js';
import { type HandlerTally, PluginRecord, straysPerMinute } from './plugin-record.js';

/** Code of a plugin. */
export interface Entered {
  readonly plugin: string;
  /** As a person would name it: `!roll`, `rule noShouting`, `on channel.hosted`. */
  readonly name: string;
}

/** A method of a plugin that kickbot calls. */
export interface Handler extends Entered {
  readonly run: (first: unknown, second?: unknown) => unknown;
}

export interface InvokerOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long a handler may take. */
  readonly deadlineMs?: number;
  /** Told of every failure, after it was logged. */
  readonly onFailure?: (handler: Entered, error: unknown) => void;
  /** Told once when a plugin loses so many errors that it should not go on. */
  readonly onTooManyStrays?: (plugin: string) => void;
}

const defaultDeadlineMs = 5_000;

/**
 * The one door into plugin code. Whatever a handler does - throw, reject, never come back, lose an error in a timer -
 * ends here: it is logged with the plugin's name, counted, and nobody else notices. A plugin that only fails rests.
 */
export class Invoker {
  /** What plugins are at. */
  readonly activity = new Activity();
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #deadlineMs: number;
  readonly #onFailure: InvokerOptions['onFailure'];
  readonly #onTooManyStrays: InvokerOptions['onTooManyStrays'];
  readonly #records = new Map<string, PluginRecord>();
  /** While handlers are invoked in a row: when the last of them ended, monotonic. */
  #lastEnd: number | undefined;

  constructor({ clock, logger, deadlineMs = defaultDeadlineMs, onFailure, onTooManyStrays }: InvokerOptions) {
    this.#clock = clock;
    this.#logger = logger;
    this.#deadlineMs = deadlineMs;
    this.#onFailure = onFailure;
    this.#onTooManyStrays = onTooManyStrays;
  }

  /** By plugin. */
  get tallies(): ReadonlyMap<string, HandlerTally> {
    return this.#records;
  }

  /**
   * Calls a handler. Its result, or undefined where it failed or its plugin rests; a promise of that where the handler
   * gave one. The promise never rejects, and is settled when the deadline has passed.
   */
  invoke(handler: Handler, context: HandlerContext, first: unknown, second?: unknown): unknown {
    const record = this.#recordOf(handler.plugin);
    if (!record.breaker.admits()) return undefined;
    const begin = this.#lastEnd ?? this.#clock.monotonic();
    try {
      const result = runAs(this.#culprit(handler, context), handler.run, first, second);
      if (!isThenable(result)) {
        record.ended(this.#returned(handler, record, begin) - begin);
        record.breaker.succeeded();
        return result;
      }
      this.#returned(handler, record, begin);
      // Not every thenable keeps a promise's manners: some throw, or resolve with another thenable.
      return this.#settle(handler, context, Promise.resolve(result), begin);
    } catch (error) {
      record.ended(this.#returned(handler, record, begin) - begin);
      record.breaker.failed();
      this.#failed(handler, error, context);
      return undefined;
    }
  }

  /** Whether the plugin rests, so that nothing of it would be called now. */
  isResting(plugin: string): boolean {
    return this.#recordOf(plugin).breaker.refuses();
  }

  /**
   * For handlers that `run` invokes one right after the other: where one ends the next begins, and the clock is read
   * once for both. Twelve rules take half as long again when it is read for each of them twice.
   */
  inARow<Result>(run: () => Result): Result {
    this.#lastEnd = this.#clock.monotonic();
    try {
      return run();
    } finally {
      this.#lastEnd = undefined;
    }
  }

  /** Calls what has no message behind it and must succeed, such as a constructor. Throws what it throws. */
  enter<Result>(entered: Entered, run: () => Result): Result {
    return runAs(this.#culprit(entered), run);
  }

  /** As `enter`, and waits for what it promises. Throws past the deadline too. */
  async demand(handler: Handler, deadlineMs: number): Promise<void> {
    const result = this.enter(handler, () => handler.run(undefined));
    if (!isThenable(result)) return;
    let cancel = () => {};
    const deadline = new Promise<never>((_, reject) => {
      cancel = this.#clock.schedule(deadlineMs, () => reject(late(handler, deadlineMs)));
    });
    try {
      await Promise.race([result, deadline]);
    } finally {
      cancel();
    }
  }

  /** A plugin is loaded anew: it neither rests nor is it given up for what it did before. */
  trust(plugin: string): void {
    this.#recordOf(plugin).trust();
  }

  #settle(
    handler: Handler,
    context: HandlerContext,
    result: Promise<unknown>,
    begin: number,
  ): Promise<unknown> {
    const record = this.#recordOf(handler.plugin);
    return new Promise((resolve) => {
      let givenUp: KickbotError | undefined;
      const settle = (value: unknown) => {
        if (givenUp === undefined) record.ended(this.#clock.monotonic() - begin);
        resolve(value);
      };
      const deadline = new Deadline(this.#clock, this.#deadlineMs, this.activity, () => {
        settle(undefined);
        givenUp = late(handler, this.#deadlineMs);
        context.abandon(givenUp);
        record.breaker.failed();
        this.#failed(handler, givenUp, context);
      });
      context.runUntil(deadline);
      result.then(
        (value) => {
          deadline.cancel();
          if (givenUp === undefined) record.breaker.succeeded();
          settle(value);
        },
        (error: unknown) => {
          deadline.cancel();
          // A handler that heeds its signal ends with the very error that was told already, or with its plugin.
          if (context.abandoned === undefined || error !== context.abandoned) {
            if (givenUp === undefined) record.breaker.failed();
            this.#failed(handler, error, context);
          }
          settle(undefined);
        },
      );
    });
  }

  /** The handler gave the event loop back; when that was, monotonic. */
  #returned({ name }: Handler, record: PluginRecord, begin: number): number {
    const now = this.#clock.monotonic();
    record.held(name, now - begin, now);
    if (this.#lastEnd !== undefined) this.#lastEnd = now;
    return now;
  }

  #recordOf(plugin: string): PluginRecord {
    let record = this.#records.get(plugin);
    if (record === undefined) {
      record = new PluginRecord(plugin, this.#clock, this.#logger);
      this.#records.set(plugin, record);
    }
    return record;
  }

  #failed(handler: Handler, error: unknown, context: HandlerContext): void {
    this.#recordOf(handler.plugin).failures++;
    this.#tell(`Plugin ${handler.plugin} failed in ${handler.name}`, handler, error, context);
    this.#onFailure?.(handler, error);
  }

  #culprit(handler: Entered, context?: HandlerContext): Culprit {
    return { blame: (error) => this.strayed(handler, error, context) };
  }

  /** A plugin lost an error. Of one that was given up what it left running is only counted. */
  strayed(handler: Entered, error: unknown, context?: HandlerContext): void {
    const { plugin, name } = handler;
    const record = this.#recordOf(plugin);
    const isTooMany = record.strayed();
    if (record.isGivenUp) return;
    this.#tell(`Plugin ${plugin} lost an error that ${name} had brought about`, handler, error, context);
    this.#onFailure?.(handler, error);
    if (!isTooMany) return;
    record.isGivenUp = true;
    this.#logger.error(
      `Plugin ${plugin} lost ${straysPerMinute} errors within a minute and is off until it is loaded anew: it has to await its promises, and to catch what its timers throw.`,
      { plugin },
    );
    this.#onTooManyStrays?.(plugin);
  }

  #tell(what: string, { plugin, name }: Entered, error: unknown, context: HandlerContext | undefined): void {
    this.#logger.error(`${what}: ${messageOf(error)}`, {
      plugin,
      handler: name,
      channel: context?.channel.slug,
      messageId: context?.messageId,
      error,
    });
  }
}

function late(handler: Handler, deadlineMs: number): KickbotError {
  return new KickbotError(
    'plugin.deadline',
    `${handler.name} of plugin ${handler.plugin} did not end within ${deadlineMs / 1000} s and was given up.`,
  );
}

/** A promise, or what passes for one in another library. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
