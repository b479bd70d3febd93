import { type OutgoingMessage, Sender, type SentMessage } from '../chat/sender.js';
import type { Cancel, Clock } from '../primitives/clock.js';
import { KickbotError, messageOf } from '../primitives/error.js';
import type { Logger } from '../telemetry/logger.js';
import { runAsKickbot } from './attribution.js';
import { rejected } from './contexts.js';

const minuteMs = 60_000;

/** What went wrong in one way since it was last told. */
interface Untold {
  count: number;
  cancel: Cancel;
}

/**
 * A plugin's way to the chat. What could not be sent is logged even when the plugin does not wait for it, so a
 * forgotten `await` neither hides a failure nor ends the process. What goes on failing in the same way is told at
 * once and then once a minute, with how often; for the last time when the plugin is unloaded and nothing of it waits.
 */
export class PluginSender extends Sender {
  readonly #plugin: string;
  // Out of a plugin's reach, for behind it are accounts.
  readonly #sender: Sender;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #closed = false;
  #open = 0;
  readonly #untold = new Map<string | undefined, Untold>();

  constructor(plugin: string, sender: Sender, clock: Clock, logger: Logger) {
    super();
    this.#plugin = plugin;
    this.#sender = sender;
    this.#clock = clock;
    this.#logger = logger;
  }

  send(message: OutgoingMessage): Promise<readonly SentMessage[]> {
    if (this.#closed) {
      return rejected(
        new KickbotError('plugin.unloaded', `Plugin ${this.#plugin} is unloaded and cannot send any longer.`),
      );
    }
    const sent = runAsKickbot(() => this.#sender.send({ ...message, plugin: this.#plugin }));
    this.#open++;
    sent
      .catch((error: unknown) => this.#tell(message, error))
      .finally(() => {
        this.#open--;
        this.#tellRest();
      });
    return sent;
  }

  close(): void {
    this.#closed = true;
    this.#tellRest();
  }

  #tell({ channel, replyTo }: OutgoingMessage, error: unknown): void {
    const code = error instanceof KickbotError ? error.code : undefined;
    const untold = this.#untold.get(code);
    if (untold !== undefined) {
      untold.count++;
      return;
    }
    const plugin = this.#plugin;
    this.#logger.warn(`A message of plugin ${plugin} was not sent: ${messageOf(error)}`, {
      plugin,
      channel: channel.slug,
      replyTo,
      code,
    });
    this.#watch(code);
  }

  /** Tells of more of the kind in a minute. */
  #watch(code: string | undefined): void {
    const cancel = this.#clock.schedule(minuteMs, () => {
      if (this.#tellCount(code)) this.#watch(code);
    });
    this.#untold.set(code, { count: 0, cancel });
  }

  #tellRest(): void {
    if (!this.#closed || this.#open > 0) return;
    for (const [code, { cancel }] of this.#untold) {
      cancel();
      this.#tellCount(code);
    }
  }

  /** Forgets what it tells; false when there was nothing. */
  #tellCount(code: string | undefined): boolean {
    const plugin = this.#plugin;
    const count = this.#untold.get(code)?.count ?? 0;
    this.#untold.delete(code);
    if (count === 0) return false;
    this.#logger.warn(
      `In the last minute ${count} more messages of plugin ${plugin} were not sent for the same reason (${code}).`,
      { plugin, code, count },
    );
    return true;
  }
}
