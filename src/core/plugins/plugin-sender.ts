import { type OutgoingMessage, Sender, type SentMessage } from '../chat/sender.js';
import { KickbotError, messageOf } from '../primitives/error.js';
import type { Logger } from '../telemetry/logger.js';
import { rejected } from './contexts.js';

/**
 * A plugin's way to the chat. What could not be sent is logged even when the plugin does not wait for it, so a
 * forgotten `await` neither hides a failure nor ends the process.
 */
export class PluginSender extends Sender {
  #closed = false;

  constructor(
    private readonly plugin: string,
    private readonly sender: Sender,
    private readonly logger: Logger,
  ) {
    super();
  }

  send(message: OutgoingMessage): Promise<readonly SentMessage[]> {
    if (this.#closed) {
      return rejected(
        new KickbotError('plugin.unloaded', `Plugin ${this.plugin} is unloaded and cannot send any longer.`),
      );
    }
    const sent = this.sender.send(message);
    sent.catch((error: unknown) => {
      this.logger.warn(`A message of plugin ${this.plugin} was not sent: ${messageOf(error)}`, {
        plugin: this.plugin,
        channel: message.channel.slug,
        replyTo: message.replyTo,
        code: error instanceof KickbotError ? error.code : undefined,
      });
    });
    return sent;
  }

  close(): void {
    this.#closed = true;
  }
}
