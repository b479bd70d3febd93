import type { UserDirectory } from '../chat/user-directory.js';
import type { Addressing } from '../commands/addressing.js';
import type { Channel, ChatMessageSent, KickEvent } from '../events/kick-event.js';
import type { Roles } from '../events/role.js';
import type { Enforcer } from '../moderation/enforcer.js';
import type { Decision } from '../moderation/rule-engine.js';
import type { Clock } from '../primitives/clock.js';
import type { UserId } from '../primitives/ids.js';
import { CommandRunner } from './command-runner.js';
import { EventContext } from './contexts.js';
import type { PluginHost } from './plugin-host.js';

export interface DispatcherOptions {
  readonly host: Pick<PluginHost, 'commands' | 'rules' | 'listeners' | 'conversations' | 'invoker'>;
  readonly enforcer: Enforcer;
  /** The bot's own accounts, whose messages reach neither rules nor commands nor listeners. */
  readonly ownUserIds: ReadonlySet<UserId>;
  readonly addressing: Addressing;
  /** Where commands look up whom they name. */
  readonly users: Pick<UserDirectory, 'find'>;
  readonly roles: Roles;
  /** Whether a channel is streaming, as far as the bot knows. */
  readonly isLive: (channel: Channel) => boolean;
  readonly clock: Clock;
}

/**
 * Brings an event to the plugins: a message first to the rules, and unless one of them has it removed, to the
 * command it names, or to who waits for it, and to the listeners; every other event to its listeners.
 */
export class Dispatcher {
  readonly #host: DispatcherOptions['host'];
  readonly #enforcer: Enforcer;
  readonly #ownUserIds: ReadonlySet<UserId>;
  readonly #commands: CommandRunner;

  constructor({ host, enforcer, ownUserIds, ...rest }: DispatcherOptions) {
    this.#host = host;
    this.#enforcer = enforcer;
    this.#ownUserIds = ownUserIds;
    this.#commands = new CommandRunner({
      ...rest,
      host,
      track: (promise) => host.invoker.activity.track(promise),
    });
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
    const decision = this.#host.invoker.inARow(() => this.#host.rules.judge(event));
    if (decision instanceof Promise) {
      const proceeding = decision.then((late) => this.#proceed(event, late));
      this.#host.invoker.activity.track(proceeding);
      return proceeding;
    }
    this.#proceed(event, decision);
    return undefined;
  }

  /** Resolves when no handler, reply or enforcement is under way any more; who waits for a message does not count. */
  idle(): Promise<void> {
    return this.#host.invoker.activity.idle();
  }

  #proceed(message: ChatMessageSent, decision: Decision | undefined): void {
    if (decision) {
      const enforcement = this.#enforcer.enforce(message, decision);
      if (enforcement) {
        this.#host.invoker.activity.track(enforcement);
        return;
      }
    }
    if (!this.#commands.run(message)) this.#host.conversations.offer(message);
    this.#tellListeners(message);
  }

  #tellListeners(event: KickEvent): void {
    for (const { plugin, handler } of this.#host.listeners.of(event.type)) {
      const options = plugin.options.for(event.channel.slug);
      const context = new EventContext(
        event.channel,
        options,
        plugin.sender,
        messageIdOf(event),
        undefined,
        plugin.hearing,
      );
      const result = this.#host.invoker.invoke(handler, context, event, context);
      if (result instanceof Promise) this.#host.invoker.activity.track(result);
    }
  }
}

function messageIdOf(event: KickEvent) {
  return 'messageId' in event ? event.messageId : undefined;
}
