import type { FoundUser } from '../chat/user-directory.js';

/** The kinds that kickbot brings, and what they give to a handler: `<times:int>` gives a number. */
export interface BuiltInKinds {
  string: string;
  /** A whole number. */
  int: number;
  /** Any number, with a decimal point. */
  number: number;
  /** `yes` or `no`, `on` or `off`, `true` or `false`, `1` or `0`. */
  boolean: boolean;
  /** `@name`, `name` or the number of a user id: somebody there is on Kick. */
  user: FoundUser;
  /** `90s`, `10m`, `1h30m`; in milliseconds. */
  duration: number;
  /** An address that begins with `https://` or `http://`. */
  url: URL;
  /** A name or alias of a command of any plugin, between quotes where it has several words; gives its name. */
  command: string;
}

/**
 * All kinds a usage string may name. A plugin adds the types of its own ones here and brings them with
 * `@ArgumentKind`; only its own commands have them.
 *
 * @example
 * declare module 'kickbot' {
 *   interface ArgumentKinds {
 *     colour: 'red' | 'green';
 *   }
 * }
 */
export interface ArgumentKinds extends BuiltInKinds {}
