import type { UserDirectory } from '../chat/user-directory.js';
import type { Addressing } from '../commands/addressing.js';
import type { CommandRouter, RoutedCommand } from '../commands/command-router.js';
import { type KindOfArgument, type Lookups, Unread } from '../commands/kind-of-argument.js';
import type { ChatMessageSent } from '../events/kick-event.js';
import type { CommandContext } from './contexts.js';
import type { Handler, Invoker } from './invoker.js';

export interface LookupParts {
  readonly host: {
    readonly commands: Pick<CommandRouter<RoutedCommand>, 'find'>;
    readonly invoker: Invoker;
  };
  readonly addressing: Addressing;
  readonly users: Pick<UserDirectory, 'find'>;
}

/** The kinds of argument a plugin brings, by name. */
export type OwnKinds = ReadonlyMap<string, KindOfArgument<CommandLookups>>;

/** What a handler of a kind answers, told apart from one that failed and answers nothing. */
export interface KindAnswer {
  readonly value: unknown;
}

/** Where the arguments of one call of a command are looked up. */
export class CommandLookups implements Lookups {
  constructor(
    private readonly parts: LookupParts,
    private readonly message: ChatMessageSent,
    /** Makes one of its own for each handler that is called: with a handler that is given up its context is, too. */
    private readonly newContext: () => CommandContext,
  ) {}

  findUser(typed: string): ReturnType<Lookups['findUser']> {
    return this.parts.users.find(typed, this.message.sender.id);
  }

  /** With the channel's prefix or without it. */
  commandNamed(name: string): string | undefined {
    const start = this.parts.addressing.startIn(name, this.message.channel.slug);
    return this.#commandAt(name, 0) ?? (start > 0 ? this.#commandAt(name, start) : undefined);
  }

  #commandAt(text: string, start: number): string | undefined {
    const found = this.parts.host.commands.find(text, start);
    return found?.rest === '' ? found.command.names[0] : undefined;
  }

  /** Has a plugin's own kind read a word. */
  ask(kind: Handler, word: string): unknown {
    const context = this.newContext();
    // The handlers of kinds answer with a KindAnswer, and the invoker with undefined for those that failed.
    const answer = this.parts.host.invoker.invoke(kind, context, word, context) as
      | KindAnswer
      | undefined
      | Promise<KindAnswer | undefined>;
    return answer instanceof Promise ? answer.then(readOf) : readOf(answer);
  }
}

function readOf(answer: KindAnswer | undefined): unknown {
  return answer === undefined ? new Unread() : answer.value;
}
