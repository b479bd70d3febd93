import type { CommandMatch } from '../commands/command-router.js';
import { Cooldown } from '../commands/cooldown.js';
import type { ParsedArguments } from '../commands/usage.js';
import type { Channel, ChatMessageSent } from '../events/kick-event.js';
import type { Roles } from '../events/role.js';
import type { Clock } from '../primitives/clock.js';
import { CommandLookups, type LookupParts } from './command-lookups.js';
import { CommandContext } from './contexts.js';
import type { Handler } from './invoker.js';
import type { LoadedCommand } from './loaded-plugin.js';
import type { PluginHost } from './plugin-host.js';

export interface CommandRunnerOptions extends LookupParts {
  readonly host: Pick<PluginHost, 'commands' | 'invoker'>;
  readonly roles: Roles;
  readonly isLive: (channel: Channel) => boolean;
  readonly clock: Clock;
  /** Told of everything that goes on after `run` has returned. */
  readonly track: (promise: Promise<unknown>) => void;
}

/** How old a message may be that arrived late or from the history, and still have its command answered. */
const answeredForMs = 30_000;
const correctionPauseMs = 10_000;

type Call = CommandMatch<LoadedCommand>;

/** Runs the command that stands in a message, if there is one and its author may. */
export class CommandRunner {
  readonly #options: CommandRunnerOptions;
  readonly #corrections: Cooldown;

  constructor(options: CommandRunnerOptions) {
    this.#options = options;
    this.#corrections = new Cooldown({ user: correctionPauseMs }, options.clock);
  }

  /**
   * Whether a command stands in it, answered or not. Never throws. The command has begun when this returns, unless a
   * guard or an argument takes its time.
   */
  run(message: ChatMessageSent): boolean {
    const { addressing, host } = this.#options;
    const start = addressing.startIn(message.content, message.channel.slug);
    const call = start === -1 ? undefined : host.commands.find(message.content, start);
    if (call === undefined) return false;
    if (!this.#isStale(message)) this.#call(call, message);
    return true;
  }

  #call(call: Call, message: ChatMessageSent): void {
    const { host, roles, isLive, track } = this.#options;
    const { command } = call;
    // Nothing of it would begin, and a cooldown would be taken for nothing.
    if (host.invoker.isResting(command.plugin)) return;
    if (command.when !== undefined && isLive(message.channel) !== (command.when === 'live')) {
      this.#refuse(message, call);
    } else if (this.#isResting(message, command)) {
      // Neither guards nor Kick are asked for nothing.
      return;
    } else if (roles.hasAny(message, command.roles)) {
      this.#begin(message, call);
    } else {
      const allowed = this.#ask(command.guards, message, call);
      if (allowed instanceof Promise) track(allowed.then((late) => this.#decide(late, message, call)));
      else this.#decide(allowed, message, call);
    }
  }

  /** An answer to what was said long ago only puzzles. Messages that arrive as they are written are never stale. */
  #isStale({ late, replayed, createdAt }: ChatMessageSent): boolean {
    if (late === undefined && replayed === undefined) return false;
    return this.#options.clock.now() - createdAt.getTime() > answeredForMs;
  }

  #isResting(message: ChatMessageSent, { cooldown, exempt }: LoadedCommand): boolean {
    const { channel, sender } = message;
    if (cooldown === undefined || this.#options.roles.hasAny(message, exempt)) return false;
    return cooldown.isResting(channel.channelId, sender.id);
  }

  /** Whether one of the guards lets it pass; they are asked one after the other. */
  #ask(guards: readonly Handler[], message: ChatMessageSent, call: Call): boolean | Promise<boolean> {
    for (const [index, guard] of guards.entries()) {
      // Of its own: with a guard that is given up its context is, too.
      const context = this.#contextOf(message, call);
      const answer = this.#options.host.invoker.invoke(guard, context, context);
      if (answer === true) return true;
      if (answer instanceof Promise) {
        return answer.then((late) => late === true || this.#ask(guards.slice(index + 1), message, call));
      }
    }
    return false;
  }

  #decide(allowed: boolean, message: ChatMessageSent, call: Call): void {
    if (allowed) this.#begin(message, call);
    else this.#refuse(message, call);
  }

  #refuse(message: ChatMessageSent, call: Call): void {
    const { refusal } = call.command;
    if (refusal !== undefined) this.#correct(message, call, refusal);
  }

  #begin(message: ChatMessageSent, call: Call): void {
    const lookups = new CommandLookups(this.#options, message, () => this.#contextOf(message, call));
    const parsed = call.command.usage.parse(call.rest, lookups);
    if (parsed instanceof Promise) {
      this.#options.track(parsed.then((late) => this.#proceed(message, call, late)));
    } else {
      this.#proceed(message, call, parsed);
    }
  }

  #proceed(message: ChatMessageSent, call: Call, parsed: ParsedArguments): void {
    const { channel, sender } = message;
    const { command } = call;
    if ('problem' in parsed) {
      const prefix = this.#options.addressing.prefixIn(channel.slug);
      if (parsed.problem !== undefined) {
        this.#correct(message, call, `${parsed.problem} Usage: ${prefix}${command.usage.text}`);
      }
      return;
    }
    const { cooldown, exempt } = command;
    const isFree = cooldown === undefined || this.#options.roles.hasAny(message, exempt);
    if (!isFree && !cooldown.reserve(channel.channelId, sender.id)) return;
    const context = this.#contextOf(message, call);
    const answer = this.#options.host.invoker.invoke(command.handler, context, context, parsed.arguments);
    if (answer instanceof Promise) {
      this.#options.track(answer.then((text: unknown) => this.#reply(context, text)));
    } else {
      this.#reply(context, answer);
    }
  }

  /** Says what was wrong, not to the same person again and again, whatever the command. */
  #correct(message: ChatMessageSent, call: Call, text: string): void {
    if (!this.#corrections.reserve(message.channel.channelId, message.sender.id)) return;
    this.#reply(this.#contextOf(message, call), text);
  }

  #contextOf(message: ChatMessageSent, { command, name, rest }: Call): CommandContext {
    const options = command.options.for(message.channel.slug);
    return new CommandContext(
      message,
      options,
      command.sender,
      name,
      rest,
      this.#options.roles,
      command.hearing,
    );
  }

  #reply(context: CommandContext, text: unknown): void {
    if (typeof text === 'string' && text !== '') this.#options.track(context.reply(text));
  }
}
