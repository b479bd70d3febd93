import { messageOf } from '../primitives/error.js';
import type { Logger } from '../telemetry/logger.js';

export type Disposer = () => unknown;

/** Everything a plugin has set up, to be undone in reverse order. */
export class DisposerLedger {
  readonly #disposers: Disposer[] = [];

  constructor(
    private readonly plugin: string,
    private readonly logger: Logger,
  ) {}

  add(disposer: Disposer): void {
    this.#disposers.push(disposer);
  }

  /** Undoes all of it, once. A disposer that fails is logged and does not keep the others from running. */
  async undo(): Promise<void> {
    for (let next = this.#disposers.pop(); next !== undefined; next = this.#disposers.pop()) {
      try {
        await next();
      } catch (error) {
        this.logger.error(`Plugin ${this.plugin} failed while it was unloaded: ${messageOf(error)}`, {
          plugin: this.plugin,
          error,
        });
      }
    }
  }
}
