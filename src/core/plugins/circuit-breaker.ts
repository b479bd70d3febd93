import type { Clock } from '../primitives/clock.js';
import type { Logger } from '../telemetry/logger.js';

const failuresInARow = 5;
const restMs = 60_000;

/**
 * Lets a plugin rest for a minute when 5 calls of it failed one after the other, then tries it with one call: when
 * that goes well it works again, otherwise it rests for another minute. Tells of it once, and once when it is over.
 */
export class CircuitBreaker {
  #failures = 0;
  /** While it rests: until when, monotonic; infinite while one call is being tried. */
  #restsUntil: number | undefined;

  constructor(
    private readonly plugin: string,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  get isResting(): boolean {
    return this.#restsUntil !== undefined;
  }

  /** Whether `admits` would say no. Unlike that it takes nobody's turn. */
  refuses(): boolean {
    return this.#restsUntil !== undefined && this.clock.monotonic() < this.#restsUntil;
  }

  /** Whether a call may be made now; its outcome is then to be told. */
  admits(): boolean {
    if (this.refuses()) return false;
    if (this.#restsUntil !== undefined) this.#restsUntil = Number.POSITIVE_INFINITY;
    return true;
  }

  succeeded(): void {
    this.#failures = 0;
    if (this.#restsUntil === undefined) return;
    this.#restsUntil = undefined;
    this.logger.info(`Plugin ${this.plugin} works again.`, { plugin: this.plugin });
  }

  failed(): void {
    if (++this.#failures < failuresInARow) return;
    if (this.#restsUntil === undefined) {
      this.logger.error(
        `Plugin ${this.plugin} failed ${failuresInARow} times in a row and rests until a try each ${restMs / 1000} s goes well. Its commands are not answered meanwhile, and its rules let everything pass.`,
        { plugin: this.plugin },
      );
    }
    this.#restsUntil = this.clock.monotonic() + restMs;
  }
}
