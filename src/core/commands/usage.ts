import { foldCase } from './fold-case.js';
import { type KindOfArgument, type Lookups, Unread } from './kind-of-argument.js';
import { checkOrder, invalid, type Parameter, parameterOf, shown } from './parameter.js';
import { wordAt } from './words.js';

/** The arguments of one call, by name; those left out are absent. */
export type Arguments = Readonly<Record<string, unknown>>;

export type ParsedArguments =
  | { readonly arguments: Arguments }
  /**
   * What was wrong, as a sentence for the chat that names the argument and repeats nothing of what was typed;
   * undefined where the fault is not with who typed it.
   */
  | { readonly problem: string | undefined };

/** What is being read, and what was read of it. */
interface Reading<Needs extends Lookups> {
  readonly typed: string;
  readonly lookups: Needs;
  readonly values: Record<string, unknown>;
}

/**
 * A usage string, `roll [sides:int=6]`: the command's name, of one word or several, then required `<name:kind>`,
 * optional `[name:kind]` and last perhaps the rest of the line, `<...name>` or `[...name]`. Without a kind an argument
 * is one word. An optional one may have a default, `[name:kind=default]`.
 *
 * `Needs` is what the kinds given beside kickbot's own take to be read.
 */
export class Usage<Needs extends Lookups = Lookups> {
  /** The command's name, folded, with one space between its words. */
  readonly name: string;
  /** As shown in chat, without kinds: `roll [sides=6]`. */
  readonly text: string;
  readonly #parameters: readonly Parameter<Needs>[];

  /** Throws `command.usage_invalid` when the text is not a usage string. */
  constructor(usage: string, kinds: ReadonlyMap<string, KindOfArgument<Needs>> = new Map()) {
    const words = usage.match(/\S+/g) ?? [];
    const parametersFrom = words.findIndex((word) => /[<>[\]]/.test(word));
    const name = parametersFrom === -1 ? words : words.slice(0, parametersFrom);
    if (name.length === 0) throw invalid(usage, 'it starts with the name of the command');
    const parameters = words.slice(name.length).map((text) => parameterOf(usage, text, kinds));
    checkOrder(usage, parameters);
    this.name = foldCase(name.join(' '));
    this.#parameters = parameters;
    this.text = [...name, ...parameters.map(shown)].join(' ');
  }

  /**
   * Reads what was typed after the command's name. Words beyond the last argument are left alone. Gives a promise
   * only where an argument has to be looked up; it never rejects.
   */
  parse(typed: string, lookups: Needs): ParsedArguments | Promise<ParsedArguments> {
    // Without a prototype: an argument called `__proto__` is a name like any other.
    return this.#read({ typed, lookups, values: Object.create(null) }, 0, 0);
  }

  /** Reads the parameters from the one with that index on, in the text from there on. */
  #read(reading: Reading<Needs>, index: number, from: number): ParsedArguments | Promise<ParsedArguments> {
    const { typed, lookups, values } = reading;
    const parameter = this.#parameters[index];
    if (parameter === undefined) return { arguments: values };
    const { name, required, rest, kind, default: fallback } = parameter;
    const word = wordAt(typed, from);
    if (word === undefined && required) return { problem: `${name} is missing.` };
    const end = word?.end ?? typed.length;
    const text = rest && word !== undefined ? typed.slice(word.start).trimEnd() : (word?.text ?? fallback);
    if (text === undefined) return this.#read(reading, index + 1, end);
    const take = (value: unknown) => {
      const problem = problemOf(parameter, value);
      if (problem) return problem;
      values[name] = value;
      return this.#read(reading, index + 1, end);
    };
    const value = 'parse' in kind ? kind.parse(text) : kind.lookUp(text, lookups);
    return value instanceof Promise ? value.then(take) : take(value);
  }
}

function problemOf(
  { name, kind }: Pick<Parameter, 'name' | 'kind'>,
  value: unknown,
): { problem: string | undefined } | undefined {
  if (value === undefined) return { problem: `${name} must be ${kind.description}.` };
  if (!(value instanceof Unread)) return undefined;
  return { problem: value.problem && `${name} ${value.problem}.` };
}
