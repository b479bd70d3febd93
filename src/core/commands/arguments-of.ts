import type { ArgumentKinds } from './argument-kinds.js';

/**
 * The arguments a usage string promises: `ArgumentsOf<'roll [sides:int]'>` is `{ sides?: number }`, and
 * `ArgumentsOf<'roll [sides:int=6]'>` is `{ sides: number }`.
 *
 * @example
 * roll(ctx: CommandContext, { sides }: ArgumentsOf<'roll [sides:int=6]'>) {}
 */
export type ArgumentsOf<Usage extends string> = Flat<Gather<Usage>>;

/** Stands in a type where a usage string names a kind that does not exist. */
export interface UnknownKind<Name extends string> {
  readonly 'there is no argument kind': Name;
}

type Gather<Text extends string, Gathered = unknown> = Text extends `${infer Word} ${infer Rest}`
  ? Gather<Rest, Gathered & Argument<Word>>
  : Gathered & Argument<Text>;

type Argument<Word extends string> = Word extends `<${infer Declared}>`
  ? Present<Declared>
  : Word extends `[${infer Declared}=${string}]`
    ? Present<Declared>
    : Word extends `[${infer Declared}]`
      ? Perhaps<Declared>
      : unknown;

type Present<Declared extends string> = { [Key in NameOf<Declared>]: ValueOf<Declared> };
type Perhaps<Declared extends string> = { [Key in NameOf<Declared>]?: ValueOf<Declared> };

type NameOf<Declared extends string> = Declared extends `...${infer Name}`
  ? Name
  : Declared extends `${infer Name}:${string}`
    ? Name
    : Declared;

type ValueOf<Declared extends string> = Declared extends `${string}:${infer Kind}`
  ? Kind extends keyof ArgumentKinds
    ? ArgumentKinds[Kind]
    : Kind extends `${string}|${string}`
      ? Choice<Kind>
      : UnknownKind<Kind>
  : string;

// The options so far are handed on, for the compiler goes deeper where a type ends in itself.
type Choice<Kind extends string, Before = never> = Kind extends `${infer Option}|${infer Rest}`
  ? Choice<Rest, Before | Option>
  : Before | Kind;

type Flat<Type> = unknown extends Type ? Record<never, never> : { [Key in keyof Type]: Type[Key] };
