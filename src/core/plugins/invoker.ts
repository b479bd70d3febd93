import type { Clock } from '../primitives/clock.js';
import { KickbotError, messageOf } from '../primitives/error.js';
import type { Logger } from '../telemetry/logger.js';
import type { HandlerContext } from './contexts.js';

/** A method of a plugin that kickbot calls. */
export interface Handler {
  readonly plugin: string;
  /** As a person would name it: `!roll`, `rule noShouting`, `on channel.hosted`. */
  readonly name: string;
  readonly run: (first: unknown, second?: unknown) => unknown;
}

export interface InvokerOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long a handler may take. */
  readonly deadlineMs?: number;
  /** Told of every failure, after it was logged. */
  readonly onFailure?: (handler: Handler, error: unknown) => void;
}

const defaultDeadlineMs = 5_000;

/** What one plugin's handlers did since the start. */
export interface HandlerTally {
  /** Those that ended. */
  readonly calls: number;
  /** Over all calls, from the call to the end of what it returned (or of its deadline), waiting included. */
  readonly milliseconds: number;
  readonly failures: number;
}

class Tally implements HandlerTally {
  calls = 0;
  milliseconds = 0;
  failures = 0;
}

/**
 * The one door into plugin code. Whatever a handler does - throw, reject, never come back - ends here: it is
 * logged with the plugin's name, counted, and nobody else notices.
 */
export class Invoker {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #deadlineMs: number;
  readonly #onFailure: InvokerOptions['onFailure'];
  readonly #tallies = new Map<string, Tally>();

  constructor({ clock, logger, deadlineMs = defaultDeadlineMs, onFailure }: InvokerOptions) {
    this.#clock = clock;
    this.#logger = logger;
    this.#deadlineMs = deadlineMs;
    this.#onFailure = onFailure;
  }

  /** By plugin. */
  get tallies(): ReadonlyMap<string, HandlerTally> {
    return this.#tallies;
  }

  /**
   * Calls a handler. Its result, or undefined where it failed; a promise of that where the handler gave one. The
   * promise never rejects, and is settled when the deadline has passed.
   */
  invoke(handler: Handler, context: HandlerContext, first: unknown, second?: unknown): unknown {
    const tally = this.#tallyOf(handler.plugin);
    const begin = this.#clock.monotonic();
    const ended = () => {
      tally.calls++;
      tally.milliseconds += this.#clock.monotonic() - begin;
    };
    try {
      const result = handler.run(first, second);
      // Not every thenable keeps a promise's manners: some throw, or resolve with another thenable.
      if (isThenable(result)) return this.#settle(handler, context, Promise.resolve(result), ended);
      ended();
      return result;
    } catch (error) {
      ended();
      this.#failed(handler, error, context);
      return undefined;
    }
  }

  /** Calls a handler that has no message behind it and must succeed. Throws what it throws, or past the deadline. */
  async demand(handler: Handler, deadlineMs: number): Promise<void> {
    const result = handler.run(undefined);
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

  #settle(
    handler: Handler,
    context: HandlerContext,
    result: Promise<unknown>,
    ended: () => void,
  ): Promise<unknown> {
    return new Promise((resolve) => {
      let givenUp: KickbotError | undefined;
      const settle = (value: unknown) => {
        if (givenUp === undefined) ended();
        resolve(value);
      };
      const cancel = this.#clock.schedule(this.#deadlineMs, () => {
        settle(undefined);
        givenUp = late(handler, this.#deadlineMs);
        context.abandon(givenUp);
        this.#failed(handler, givenUp, context);
      });
      result.then(
        (value) => {
          cancel();
          settle(value);
        },
        (error: unknown) => {
          cancel();
          // A handler that heeds its signal ends with the very error that was told already.
          if (givenUp === undefined || error !== givenUp) this.#failed(handler, error, context);
          settle(undefined);
        },
      );
    });
  }

  #tallyOf(plugin: string): Tally {
    let tally = this.#tallies.get(plugin);
    if (tally === undefined) {
      tally = new Tally();
      this.#tallies.set(plugin, tally);
    }
    return tally;
  }

  #failed(handler: Handler, error: unknown, context: HandlerContext): void {
    this.#tallyOf(handler.plugin).failures++;
    this.#logger.error(`Plugin ${handler.plugin} failed in ${handler.name}: ${messageOf(error)}`, {
      plugin: handler.plugin,
      handler: handler.name,
      channel: context.channel.slug,
      messageId: context.messageId,
      error,
    });
    this.#onFailure?.(handler, error);
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
