import type { KickEvent, KickEventNamed, KickEventType } from './events/kick-event.js';
import { messageOf } from './primitives/error.js';
import type { Logger } from './telemetry/logger.js';

type Handler<Type extends KickEventType> = (event: KickEventNamed<Type>) => void;

/**
 * What happens in the bot's channels, for a program that hosts it. Plugins use `@On` instead: they are isolated
 * from each other and see a message only after the moderation rules.
 *
 * @example
 * const off = bot.events.on('channel.hosted', ({ host, viewers }) => thank(host.username, viewers));
 */
export class BotEvents {
  readonly #handlers = new Map<KickEventType, Set<(event: KickEvent) => void>>();

  constructor(private readonly logger: Logger) {}

  /** Calls `handler` for each event of that type, the bot's own messages too. Returns what ends that. */
  on<Type extends KickEventType>(type: Type, handler: Handler<Type>): () => void {
    const handlers = this.#handlers.get(type) ?? new Set();
    this.#handlers.set(type, handlers);
    const wrapped = (event: KickEvent) => {
      if (isOfType(event, type)) handler(event);
    };
    handlers.add(wrapped);
    return () => handlers.delete(wrapped);
  }

  /** A handler that throws is logged and keeps nobody else from hearing of the event. */
  emit(event: KickEvent): void {
    const handlers = this.#handlers.get(event.type);
    if (handlers === undefined) return;
    for (const handler of handlers) {
      try {
        handler(event);
      } catch (error) {
        this.logger.error(`A handler of ${event.type} threw: ${messageOf(error)}`, { error });
      }
    }
  }
}

function isOfType<Type extends KickEventType>(event: KickEvent, type: Type): event is KickEventNamed<Type> {
  return event.type === type;
}
