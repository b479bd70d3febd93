import type { KickUser } from '../events/kick-event.js';
import { parseDuration } from '../primitives/duration.js';

/** What the kinds of a usage string give to a handler: `<times:int>` gives a number. */
export interface ArgumentKinds {
  string: string;
  /** A whole number. */
  int: number;
  /** Any number, with a decimal point. */
  number: number;
  /** `@name` or `name`. */
  user: KickUser;
  /** `90s`, `10m`, `1h30m`; in milliseconds. */
  duration: number;
}

export interface ArgumentKind<Value = unknown> {
  /** Completes "must be …". */
  readonly description: string;
  /** The value of one word; undefined when the word does not fit. */
  readonly parse: (word: string) => Value | undefined;
}

const decimal = /^[+-]?\d{1,15}(\.\d{1,15})?$/;
const kickName = /^@?([A-Za-z0-9_-]{1,25})$/;

const kinds: { [Name in keyof ArgumentKinds]: ArgumentKind<ArgumentKinds[Name]> } = {
  string: { description: 'a word', parse: (word) => word },
  int: {
    description: 'a whole number',
    parse: (word) => (decimal.test(word) && Number.isInteger(Number(word)) ? Number(word) : undefined),
  },
  number: {
    description: 'a number',
    parse: (word) => (decimal.test(word) ? Number(word) : undefined),
  },
  user: {
    description: 'a user name',
    parse: (word) => {
      const username = kickName.exec(word)?.[1];
      return username === undefined ? undefined : { username };
    },
  },
  duration: { description: 'a duration such as 90s or 1h30m', parse: parseDuration },
};

const kindsByName = new Map<string, ArgumentKind>(Object.entries(kinds));

/** The kind with that name, or a choice such as `on|off`; undefined when there is none. */
export function argumentKind(name: string): ArgumentKind | undefined {
  return name.includes('|') ? choice(name.split('|')) : kindsByName.get(name);
}

export const argumentKindNames: readonly string[] = [...kindsByName.keys()];

function choice(options: readonly string[]): ArgumentKind | undefined {
  if (options.includes('')) return undefined;
  const byLowerCase = new Map(options.map((option) => [option.toLowerCase(), option]));
  return {
    description: `${options.slice(0, -1).join(', ')} or ${options.at(-1)}`,
    parse: (word) => byLowerCase.get(word.toLowerCase()),
  };
}
