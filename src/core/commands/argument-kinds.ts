import type { KickUser } from '../events/kick-event.js';

/**
 * What the kinds of a usage string give to a handler: `<times:int>` gives a number. A plugin adds its own here, and
 * brings them with `@ArgumentKind`.
 */
export interface ArgumentKinds {
  string: string;
  /** A whole number. */
  int: number;
  /** Any number, with a decimal point. */
  number: number;
  /** `yes` or `no`, `on` or `off`, `true` or `false`, `1` or `0`. */
  boolean: boolean;
  /** `@name` or `name`. */
  user: KickUser;
  /** `90s`, `10m`, `1h30m`; in milliseconds. */
  duration: number;
  /** An address that begins with `https://` or `http://`. */
  url: URL;
}
