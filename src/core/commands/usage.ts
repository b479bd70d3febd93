import { foldCase } from './fold-case.js';
import { checkOrder, invalid, type Parameter, parameterOf, shown } from './parameter.js';
import { wordAt } from './words.js';

/** The arguments of one call, by name; those left out are absent. */
export type Arguments = Readonly<Record<string, unknown>>;

export type ParsedArguments =
  | { readonly arguments: Arguments }
  /** What was wrong, as a sentence for the chat that names the argument and repeats nothing of what was typed. */
  | { readonly problem: string };

/**
 * A usage string, `roll [sides:int=6]`: the command's name, of one word or several, then required `<name:kind>`,
 * optional `[name:kind]` and last perhaps the rest of the line, `<...name>` or `[...name]`. Without a kind an argument
 * is one word. An optional one may have a default, `[name:kind=default]`.
 */
export class Usage {
  /** The command's name, folded, with one space between its words. */
  readonly name: string;
  /** As shown in chat, without kinds: `roll [sides=6]`. */
  readonly text: string;
  readonly #parameters: readonly Parameter[];

  /** Throws `command.usage_invalid` when the text is not a usage string. */
  constructor(usage: string) {
    const words = usage.match(/\S+/g) ?? [];
    const parametersFrom = words.findIndex((word) => /[<>[\]]/.test(word));
    const name = parametersFrom === -1 ? words : words.slice(0, parametersFrom);
    if (name.length === 0) throw invalid(usage, 'it starts with the name of the command');
    const parameters = words.slice(name.length).map((text) => parameterOf(usage, text));
    checkOrder(usage, parameters);
    this.name = foldCase(name.join(' '));
    this.#parameters = parameters;
    this.text = [...name, ...parameters.map(shown)].join(' ');
  }

  /** Reads what was typed after the command's name. Words beyond the last argument are left alone. */
  parse(typed: string): ParsedArguments {
    // Without a prototype: an argument called `__proto__` is a name like any other.
    const values: Record<string, unknown> = Object.create(null);
    let from = 0;
    for (const { name, required, rest, kind, default: fallback } of this.#parameters) {
      const word = wordAt(typed, from);
      if (word === undefined && required) return { problem: `${name} is missing.` };
      const text = rest && word !== undefined ? typed.slice(word.start).trimEnd() : (word?.text ?? fallback);
      if (text === undefined) continue;
      const value = kind.parse(text);
      if (value === undefined) return { problem: `${name} must be ${kind.description}.` };
      values[name] = value;
      from = word?.end ?? typed.length;
    }
    return { arguments: values };
  }
}
