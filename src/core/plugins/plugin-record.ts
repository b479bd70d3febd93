import type { Clock } from '../primitives/clock.js';
import type { Logger } from '../telemetry/logger.js';
import { CircuitBreaker } from './circuit-breaker.js';

/** What one plugin's handlers did since the start. */
export interface HandlerTally {
  /** Those that ended. */
  readonly calls: number;
  /** Over all calls, from the call to the end of what it returned (or of its deadline), waiting included. */
  readonly milliseconds: number;
  readonly failures: number;
  /** Errors outside of any call: of timers, of promises nobody waited for. */
  readonly strays: number;
  /** Whether its handlers rest because they failed too often. */
  readonly isResting: boolean;
}

const heldUpMs = 200;
const minuteMs = 60_000;
/** So many errors that a plugin loses within a minute are too many. */
export const straysPerMinute = 3;

/** One plugin's conduct. */
export class PluginRecord implements HandlerTally {
  calls = 0;
  milliseconds = 0;
  failures = 0;
  strays = 0;
  /** It lost too many errors. */
  isGivenUp = false;
  breaker: CircuitBreaker;
  #toldOfHoldUp = Number.NEGATIVE_INFINITY;
  /** When the last stray errors happened, monotonic. */
  #strayTimes: number[] = [];

  constructor(
    private readonly plugin: string,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {
    this.breaker = new CircuitBreaker(plugin, clock, logger);
  }

  get isResting(): boolean {
    return this.breaker.isResting;
  }

  /** Forgets what speaks against it; the counts stay. */
  trust(): void {
    this.isGivenUp = false;
    this.#strayTimes = [];
    this.breaker = new CircuitBreaker(this.plugin, this.clock, this.logger);
  }

  ended(elapsedMs: number): void {
    this.calls++;
    this.milliseconds += elapsedMs;
  }

  /** A handler had the event loop to itself for so long. Told once a minute when it was long. */
  held(handler: string, elapsedMs: number, now: number): void {
    if (elapsedMs <= heldUpMs || now - this.#toldOfHoldUp < minuteMs) return;
    this.#toldOfHoldUp = now;
    this.logger.warn(
      `Plugin ${this.plugin} held everything up for ${Math.round(elapsedMs)} ms in ${handler}: nothing else happened meanwhile.`,
      { plugin: this.plugin, handler, milliseconds: elapsedMs },
    );
  }

  /** Whether that was too many of them. */
  strayed(): boolean {
    this.strays++;
    const now = this.clock.monotonic();
    this.#strayTimes = [...this.#strayTimes.filter((time) => now - time < minuteMs), now];
    return this.#strayTimes.length >= straysPerMinute;
  }
}
