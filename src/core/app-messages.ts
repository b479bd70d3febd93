import type { Channel, ChatMessageSent } from './events/kick-event.js';
import type { KickChat } from './kick/chat.js';
import { KickApiError } from './kick/kick-api-error.js';
import type { MessageId, UserId } from './primitives/ids.js';

interface InFlight {
  readonly broadcasterUserId: UserId;
  readonly content: string;
}

/**
 * Tells which messages are those of the app's bot. Kick says nowhere who that is: it shows in the first message
 * whose id Kick gave for one that was sent. The feed may bring a message before Kick's answer does, so that until
 * then a message with the words of one on its way counts too.
 */
export class AppMessages {
  readonly #inFlight = new Set<InFlight>();
  /** Sent, and not yet come back over the feed. */
  readonly #sent = new Set<MessageId>();
  /** Came back before Kick's answer, by message. */
  readonly #early = new Map<MessageId, UserId>();

  /** `ownUserIds` gains the app's bot as soon as it is known. */
  constructor(private readonly ownUserIds: Set<UserId>) {}

  /** The same chat, whose messages to this channel are remembered as the app's. */
  watch(chat: Pick<KickChat, 'sendOnce'>, { broadcasterUserId }: Channel): Pick<KickChat, 'sendOnce'> {
    return {
      sendOnce: async (message, options) => {
        const inFlight = { broadcasterUserId, content: message.content.trim() };
        this.#inFlight.add(inFlight);
        try {
          const id = await chat.sendOnce(message, options);
          const sender = this.#early.get(id);
          if (sender !== undefined) this.#learn(sender, broadcasterUserId);
          else this.#remember(id);
          return id;
        } catch (error) {
          throw explained(error);
        } finally {
          this.#inFlight.delete(inFlight);
          if (this.#inFlight.size === 0) this.#early.clear();
        }
      },
    };
  }

  /** Whether this message is the app's, which neither rules nor commands nor listeners are to see. */
  includes({ channel, messageId, sender, content }: ChatMessageSent): boolean {
    const { broadcasterUserId } = channel;
    if (this.#sent.delete(messageId)) {
      this.#learn(sender.id, broadcasterUserId);
      return true;
    }
    for (const other of this.#inFlight) {
      if (other.broadcasterUserId !== broadcasterUserId || other.content !== content.trim()) continue;
      this.#early.set(messageId, sender.id);
      return true;
    }
    return false;
  }

  #learn(sender: UserId, broadcaster: UserId): void {
    // Were the app to speak under the broadcaster's name, what that person types would still be for the bot.
    if (sender !== broadcaster) this.ownUserIds.add(sender);
  }

  #remember(id: MessageId): void {
    this.#sent.add(id);
    const [oldest] = this.#sent;
    if (this.#sent.size > 100 && oldest !== undefined) this.#sent.delete(oldest);
  }
}

/** Kick refuses an app without a bot in words that speak of anything else (KickDevDocs #123, #343). */
function explained(error: unknown): unknown {
  if (!(error instanceof KickApiError)) return error;
  const { message, status, requestId } = error;
  const isUnclear = (status === 400 && /channel not found/i.test(message)) || status === 500;
  if (!isUnclear) return error;
  return new KickApiError(
    status === 500 ? 'kick.outcome_unknown' : 'kick.invalid_request',
    `${message} With channels[].sendAs 'app' the app needs a bot: create it for the app at kick.com/settings/developer.`,
    { status, requestId, cause: error },
  );
}
