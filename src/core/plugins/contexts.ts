import type { MessagePriority, Sender, SentMessage } from '../chat/sender.js';
import type { Channel, ChatMessageSent, ChatSender } from '../events/kick-event.js';
import type { RoleNeeded, Roles } from '../events/role.js';
import { type Duration, durationMs } from '../primitives/duration.js';
import { KickbotError } from '../primitives/error.js';
import type { MessageId } from '../primitives/ids.js';
import { runAsKickbot } from './attribution.js';
import type { Hearing } from './conversations.js';
import type { Deadline } from './deadline.js';

/** What one call of a plugin's handler is given. kickbot makes these; a plugin only uses them. */
export abstract class HandlerContext<Options = unknown> {
  readonly #outlet: Sender;
  readonly #priority: MessagePriority | undefined;
  #controller: AbortController | undefined;
  #abandoned: KickbotError | undefined;
  #deadline: Deadline | undefined;
  #waits = 0;

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

  /** @internal Why the bot does not wait for it any longer. */
  get abandoned(): KickbotError | undefined {
    return this.#abandoned;
  }

  /** @internal The deadline of the handler that this is the context of. */
  runUntil(deadline: Deadline): void {
    this.#deadline = deadline;
    if (this.#waits > 0) deadline.pause();
  }

  /** @internal It waits for a message from now on, which takes none of the handler's time. */
  pause(): void {
    if (this.#waits++ === 0) this.#deadline?.pause();
  }

  /** @internal One of what it waits for is over. */
  resume(): void {
    if (--this.#waits === 0) this.#deadline?.resume();
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

/** What a plugin waits for with `waitFor`. */
export interface WaitOptions {
  /** For how long. The 5 seconds a handler has do not run meanwhile. */
  readonly within: Duration;
  /** Which message it is, whoever writes it. */
  readonly matching?: (message: ChatMessageSent) => boolean;
}

/** What handlers are given that can wait for a message. A rule cannot: the messages of the channel wait for it. */
abstract class TalkingContext<Options> extends HandlerContext<Options> {
  readonly #hearing: Hearing | undefined;

  constructor(
    channel: Channel,
    options: Options,
    sender: Sender,
    hearing: Hearing | undefined,
    messageId?: MessageId,
    priority?: MessagePriority,
  ) {
    super(channel, options, sender, messageId, priority);
    this.#hearing = hearing;
  }

  protected next(
    { within }: WaitOptions,
    matching: (message: ChatMessageSent) => boolean,
  ): Promise<ChatMessageSent | undefined> {
    const message = this.#next(within, matching);
    message.catch(() => undefined);
    return message;
  }

  async #next(
    within: Duration,
    matching: (message: ChatMessageSent) => boolean,
  ): Promise<ChatMessageSent | undefined> {
    const withinMs = durationMs(within);
    if (this.abandoned) throw this.abandoned;
    const hearing = this.#hearing;
    if (hearing) return runAsKickbot(() => hearing.next({ waiter: this, withinMs, matching }));
    throw new KickbotError(
      'plugin.not_isolated',
      "A plugin in a worker cannot wait for a message: take isolation: 'worker' away from it in plugins.",
    );
  }
}

/** What a command is called with. `Options` is the type of the plugin's options. */
export class CommandContext<Options = unknown> extends TalkingContext<Options> {
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
    hearing?: Hearing,
  ) {
    super(message.channel, options, sender, hearing, message.messageId, 'reply');
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

  /**
   * The next message that who used the command writes in this channel, or that of anybody that `matching` is true of;
   * undefined when there was none in time. A message that calls a command is none. Rejects with a `KickbotError` when
   * the plugin is unloaded, and with what `matching` throws.
   *
   * @example
   * await ctx.reply('Are you sure?');
   * const answer = await ctx.waitFor({ within: '30s' });
   * return answer?.content === 'yes' ? 'Done.' : 'Left as it was.';
   */
  waitFor(options: WaitOptions): Promise<ChatMessageSent | undefined> {
    const { id } = this.sender;
    return this.next(options, options.matching ?? (({ sender }) => sender.id === id));
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
export class EventContext<Options = unknown> extends TalkingContext<Options> {
  constructor(
    channel: Channel,
    options: Options,
    sender: Sender,
    messageId?: MessageId,
    priority?: MessagePriority,
    hearing?: Hearing,
  ) {
    super(channel, options, sender, hearing, messageId, priority);
  }

  /**
   * The next message that anybody writes in this channel, or the next that `matching` is true of; otherwise as
   * `CommandContext.waitFor`.
   *
   * @example
   * await ctx.say('What is 6 times 7?');
   * const answer = await ctx.waitFor({ within: '1m', matching: ({ content }) => content === '42' });
   */
  waitFor(options: WaitOptions): Promise<ChatMessageSent | undefined> {
    return this.next(options, options.matching ?? (() => true));
  }
}
