import type { FoundUser } from '../chat/user-directory.js';

/** What it takes to read arguments that cannot be told by their text alone. */
export interface Lookups {
  /** Somebody on Kick, by `@name`, name or id. Rejects where that cannot be found out now. */
  findUser(typed: string): FoundUser | undefined | Promise<FoundUser | undefined>;
  /** The name of the command that has this name or alias. */
  commandNamed(name: string): string | undefined;
}

/** Stands for a value that could not be read for no fault of the text; without a problem nobody is told. */
export class Unread {
  /** @param problem Completes "the argument …", for the chat. */
  constructor(readonly problem?: string) {}
}

/** How a kind of argument is read from a word; undefined where the word does not fit. */
export type KindOfArgument<Needs extends Lookups = Lookups> = {
  /** Completes "must be …". */
  readonly description: string;
} & (
  | { readonly parse: (word: string) => unknown }
  /** A promise that it gives never rejects. */
  | { readonly lookUp: (word: string, lookups: Needs) => unknown }
);
