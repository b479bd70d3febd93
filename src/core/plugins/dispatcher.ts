import type { Addressing } from '../commands/addressing.js';
import type { CommandMatch } from '../commands/command-router.js';
import type { ChatMessageSent, KickEvent } from '../events/kick-event.js';
import { hasRole } from '../events/role.js';
import type { Enforcer } from '../moderation/enforcer.js';
import type { Decision } from '../moderation/rule-engine.js';
import type { Clock } from '../primitives/clock.js';
import type { UserId } from '../primitives/ids.js';
import { CommandContext, EventContext } from './contexts.js';
import type { LoadedCommand } from './loaded-plugin.js';
import type { PluginHost } from './plugin-host.js';

export interface DispatcherOptions {
  readonly host: Pick<PluginHost, 'commands' | 'rules' | 'listeners' | 'invoker'>;
  readonly enforcer: Enforcer;
  /** The bot's own accounts, whose messages reach neither rules nor commands nor listeners. */
  readonly ownUserIds: ReadonlySet<UserId>;
  readonly addressing: Addressing;
  readonly clock: Clock;
}

/** How old a message may be that arrived late or from the history, and still have its command answered. */
const answeredForMs = 30_000;

/**
 * Brings an event to the plugins: a message first to the rules, and unless one of them has it removed, to the
 * command it names and to the listeners; every other event to its listeners.
 */
export class Dispatcher {
  readonly #host: DispatcherOptions['host'];
  readonly #enforcer: Enforcer;
  readonly #ownUserIds: ReadonlySet<UserId>;
  readonly #addressing: Addressing;
  readonly #clock: Clock;
  readonly #running = new Set<Promise<unknown>>();

  constructor({ host, enforcer, ownUserIds, addressing, clock }: DispatcherOptions) {
    this.#host = host;
    this.#enforcer = enforcer;
    this.#ownUserIds = ownUserIds;
    this.#addressing = addressing;
    this.#clock = clock;
  }

  /**
   * Never throws and never rejects. Done when it returns; only a rule that takes its time makes it a promise,
   * which whoever keeps a channel's messages in order waits for. Handlers are started in order, not waited for.
   */
  dispatch(event: KickEvent): Promise<void> | undefined {
    if (event.type !== 'chat.message.sent') {
      this.#tellListeners(event);
      return undefined;
    }
    if (this.#ownUserIds.has(event.sender.id)) return undefined;
    const decision = this.#host.rules.judge(event);
    if (decision instanceof Promise) return decision.then((late) => this.#proceed(event, late));
    this.#proceed(event, decision);
    return undefined;
  }

  /** Resolves when no handler, reply or enforcement is under way any more. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  #proceed(message: ChatMessageSent, decision: Decision | undefined): void {
    if (decision) {
      const enforcement = this.#enforcer.enforce(message, decision);
      if (enforcement) {
        this.#track(enforcement);
        return;
      }
    }
    const start = this.#addressing.startIn(message.content, message.channel.slug);
    const match = start === -1 ? undefined : this.#host.commands.find(message.content, start);
    if (match && !this.#isStale(message)) this.#runCommand(message, match);
    this.#tellListeners(message);
  }

  /** An answer to what was said long ago only puzzles. Messages that arrive as they are written are never stale. */
  #isStale({ late, replayed, createdAt }: ChatMessageSent): boolean {
    if (late === undefined && replayed === undefined) return false;
    return this.#clock.now() - createdAt.getTime() > answeredForMs;
  }

  #runCommand(message: ChatMessageSent, { command, name, rest }: CommandMatch<LoadedCommand>): void {
    const { channel, sender } = message;
    if (!hasRole(message, command.allow)) return;
    const options = command.options.for(channel.slug);
    const context = new CommandContext(message, options, command.sender, name, rest);
    const parsed = command.usage.parse(rest);
    if ('problem' in parsed) {
      if (command.usageReplies.reserve(channel.channelId, sender.id)) {
        this.#reply(
          context,
          `${parsed.problem} Usage: ${this.#addressing.prefixIn(channel.slug)}${command.usage.text}`,
        );
      }
      return;
    }
    if (command.cooldown && !command.cooldown.reserve(channel.channelId, sender.id)) return;
    const answer = this.#host.invoker.invoke(command.handler, context, context, parsed.arguments);
    if (answer instanceof Promise) {
      this.#track(answer.then((text: unknown) => this.#reply(context, text)));
    } else {
      this.#reply(context, answer);
    }
  }

  #reply(context: CommandContext, text: unknown): void {
    if (typeof text === 'string' && text !== '') this.#track(context.reply(text));
  }

  #tellListeners(event: KickEvent): void {
    for (const { plugin, handler } of this.#host.listeners.of(event.type)) {
      const options = plugin.options.for(event.channel.slug);
      const context = new EventContext(event.channel, options, plugin.sender, messageIdOf(event));
      const result = this.#host.invoker.invoke(handler, context, event, context);
      if (result instanceof Promise) this.#track(result);
    }
  }

  /** Its failure, if any, is told where it happens; here only its end matters. */
  #track(promise: Promise<unknown>): void {
    const ended = promise.then(
      () => void this.#running.delete(ended),
      () => void this.#running.delete(ended),
    );
    this.#running.add(ended);
  }
}

function messageIdOf(event: KickEvent) {
  return 'messageId' in event ? event.messageId : undefined;
}
