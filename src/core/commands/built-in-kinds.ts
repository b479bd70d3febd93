import { parseDuration } from '../primitives/duration.js';
import type { BuiltInKinds } from './argument-kinds.js';
import { foldCase } from './fold-case.js';
import { type KindOfArgument, type Lookups, Unread } from './kind-of-argument.js';

type Read<Value> = Value | undefined;

/** A kind whose values are of that type. */
type KindOf<Value> = { readonly description: string } & (
  | { readonly parse: (word: string) => Read<Value> }
  | { readonly lookUp: (word: string, lookups: Lookups) => Read<Value> | Promise<Read<Value> | Unread> }
);

const decimal = /^[+-]?\d{1,15}(\.\d{1,15})?$/;
const nameOrId = /^@?[A-Za-z0-9_-]{1,25}$/;
const truths: ReadonlyMap<string, boolean> = new Map([
  ...['yes', 'on', 'true', '1'].map((word) => [word, true] as const),
  ...['no', 'off', 'false', '0'].map((word) => [word, false] as const),
]);

const kinds: { [Name in keyof BuiltInKinds]: KindOf<BuiltInKinds[Name]> } = {
  string: { description: 'a word', parse: (word) => word },
  int: {
    description: 'a whole number',
    parse: (word) => (decimal.test(word) && Number.isInteger(Number(word)) ? Number(word) : undefined),
  },
  number: {
    description: 'a number',
    parse: (word) => (decimal.test(word) ? Number(word) : undefined),
  },
  boolean: { description: 'yes or no', parse: (word) => truths.get(word.toLowerCase()) },
  user: {
    description: 'somebody on Kick',
    lookUp: (word, lookups) => {
      const found = nameOrId.test(word) ? lookups.findUser(word) : undefined;
      return found instanceof Promise ? found.catch(notNow) : found;
    },
  },
  duration: { description: 'a duration such as 90s or 1h30m', parse: parseDuration },
  url: {
    description: 'an address such as https://kick.com',
    parse: (word) => (/^https?:\/\//i.test(word) && URL.canParse(word) ? new URL(word) : undefined),
  },
  command: { description: 'a command', lookUp: (word, lookups) => lookups.commandNamed(word) },
};

/** Why was told where it was found out. */
function notNow(): Unread {
  return new Unread('cannot be looked up on Kick now');
}

const kindsByName = new Map<string, KindOfArgument>(Object.entries(kinds));

/** The kind with that name, or a choice such as `on|off`; undefined when there is none. */
export function builtInKind(name: string): KindOfArgument | undefined {
  return name.includes('|') ? choice(name.split('|')) : kindsByName.get(name);
}

export const builtInKindNames: readonly string[] = [...kindsByName.keys()];

function choice(options: readonly string[]): KindOfArgument | undefined {
  if (options.includes('')) return undefined;
  const byFolded = new Map(options.map((option) => [foldCase(option), option]));
  return {
    description: `${options.slice(0, -1).join(', ')} or ${options.at(-1)}`,
    parse: (word) => byFolded.get(foldCase(word)),
  };
}
