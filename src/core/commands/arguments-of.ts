import type { ArgumentKinds } from './argument-kinds.js';

/**
 * The arguments a usage string promises: `ArgumentsOf<'roll [sides:int]'>` is `{ sides?: number }`.
 *
 * @example
 * roll(ctx: CommandContext, { sides = 6 }: ArgumentsOf<'roll [sides:int]'>) {}
 */
export type ArgumentsOf<Usage extends string> = Flat<Gather<AfterFirstWord<Usage>>>;

/** Stands in a type where a usage string names a kind that does not exist. */
export interface UnknownKind<Name extends string> {
  readonly 'there is no argument kind': Name;
}

type AfterFirstWord<Text extends string> = Text extends ` ${infer Rest}`
  ? AfterFirstWord<Rest>
  : Text extends `${string} ${infer Rest}`
    ? Rest
    : '';

type Gather<Text extends string, Gathered = unknown> = Text extends `${infer Word} ${infer Rest}`
  ? Gather<Rest, Gathered & Argument<Word>>
  : Gathered & Argument<Text>;

type Argument<Word extends string> = Word extends `<...${infer Name}>`
  ? { [Key in Name]: string }
  : Word extends `[...${infer Name}]`
    ? { [Key in Name]?: string }
    : Word extends `<${infer Name}:${infer Kind}>`
      ? { [Key in Name]: ValueOf<Kind> }
      : Word extends `[${infer Name}:${infer Kind}]`
        ? { [Key in Name]?: ValueOf<Kind> }
        : Word extends `<${infer Name}>`
          ? { [Key in Name]: string }
          : Word extends `[${infer Name}]`
            ? { [Key in Name]?: string }
            : unknown;

type ValueOf<Kind extends string> = Kind extends keyof ArgumentKinds
  ? ArgumentKinds[Kind]
  : Kind extends `${string}|${string}`
    ? Choice<Kind>
    : UnknownKind<Kind>;

type Choice<Kind extends string> = Kind extends `${infer Option}|${infer Rest}`
  ? Option | Choice<Rest>
  : Kind;

type Flat<Type> = unknown extends Type ? Record<never, never> : { [Key in keyof Type]: Type[Key] };
