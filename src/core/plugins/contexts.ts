import type { MessagePriority, Sender, SentMessage } from '../chat/sender.js';
import type { Channel, ChatMessageSent, ChatSender } from '../events/kick-event.js';
import type { RoleNeeded, Roles } from '../events/role.js';
import type { KickbotError } from '../primitives/error.js';
import type { MessageId } from '../primitives/ids.js';

/** What one call of a plugin's handler is given. kickbot makes these; a plugin only uses them. */
export abstract class HandlerContext<Options = unknown> {
  readonly #outlet: Sender;
  readonly #priority: MessagePriority | undefined;
  #controller: AbortController | undefined;
  #abandoned: KickbotError | undefined;

  constructor(
    readonly channel: Channel,
    /** The plugin's options as they are for this channel. */
    readonly options: Options,
    sender: Sender,
    /** The message that brought the call about, where there is one. */
    readonly messageId?: MessageId,
    /** Of what is said, where nothing else is told. */
    priority?: MessagePriority,
  ) {
    this.#outlet = sender;
    this.#priority = priority;
  }

  /** Aborts when the handler has run for too long. Hand it to whatever the handler waits for. */
  get signal(): AbortSignal {
    // Made on demand: an AbortController costs more than all the rest of a call.
    this.#controller ??= new AbortController();
    if (this.#abandoned) this.#controller.abort(this.#abandoned);
    return this.#controller.signal;
  }

  /**
   * Says something in the channel. Resolves with what was sent, one entry for each part of a long text; rejects
   * with a `KickbotError` when it was not sent, or when this handler was given up in the meantime.
   *
   * Its priority, unless told, is `reply` in a command, `moderation` in a rule, `timer` in a timer and `announcement` in a
   * listener.
   */
  say(
    text: string,
    { priority = this.#priority }: { priority?: MessagePriority | undefined } = {},
  ): Promise<readonly SentMessage[]> {
    return this.#abandoned
      ? rejected(this.#abandoned)
      : this.#outlet.send({ channel: this.channel, content: text, ...(priority && { priority }) });
  }

  /** @internal The bot does not wait for this handler any longer. */
  abandon(reason: KickbotError): void {
    this.#abandoned = reason;
    this.#controller?.abort(reason);
  }

  protected answer(text: string, message: MessageId): Promise<readonly SentMessage[]> {
    return this.#abandoned
      ? rejected(this.#abandoned)
      : this.#outlet.send({ channel: this.channel, content: text, replyTo: message });
  }
}

/** A rejection that a plugin may ignore without ending the process. */
export function rejected(error: KickbotError): Promise<never> {
  const promise = Promise.reject(error);
  promise.catch(() => undefined);
  return promise;
}

/** What a command is called with. `Options` is the type of the plugin's options. */
export class CommandContext<Options = unknown> extends HandlerContext<Options> {
  readonly #roles: Roles;

  constructor(
    readonly message: ChatMessageSent,
    options: Options,
    sender: Sender,
    /** The name or alias that was used, in lower case. */
    readonly commandName: string,
    /** Everything typed after it. */
    readonly rest: string,
    roles: Roles,
  ) {
    super(message.channel, options, sender, message.messageId, 'reply');
    this.#roles = roles;
  }

  /** Who used the command. */
  get sender(): ChatSender {
    return this.message.sender;
  }

  /**
   * Whether who used the command has that role or a higher one, as `allow` would have it.
   *
   * @example
   * if (ctx.hasRole({ subscriber: { months: 6 } })) { … }
   */
  hasRole(role: RoleNeeded): boolean {
    return this.#roles.has(this.message, role);
  }

  /** Answers the message. Resolves and rejects as `say` does. */
  reply(text: string): Promise<readonly SentMessage[]> {
    return this.answer(text, this.message.messageId);
  }
}

/** What a moderation rule is called with. */
export class RuleContext<Options = unknown> extends HandlerContext<Options> {
  constructor(
    readonly message: ChatMessageSent,
    options: Options,
    sender: Sender,
  ) {
    super(message.channel, options, sender, message.messageId, 'moderation');
  }

  /** Who wrote the message. */
  get sender(): ChatSender {
    return this.message.sender;
  }
}

/** What a listener is called with, beside the event, and a timer. */
export class EventContext<Options = unknown> extends HandlerContext<Options> {}
