import { KickbotError } from '../primitives/error.js';
import { type ArgumentKind, argumentKind, argumentKindNames } from './argument-kinds.js';

interface Parameter {
  readonly name: string;
  readonly required: boolean;
  /** Takes everything that is left, spaces included. */
  readonly rest: boolean;
  readonly kind: ArgumentKind;
}

/** The arguments of one call, by name; those left out are absent. */
export type Arguments = Readonly<Record<string, unknown>>;

export type ParsedArguments =
  | { readonly arguments: Arguments }
  /** What was wrong, as a sentence for the chat that names the argument and repeats nothing of what was typed. */
  | { readonly problem: string };

const parameterPattern = /^(?:<(?<required>[^<>[\]\s]+)>|\[(?<optional>[^<>[\]\s]+)\])$/;
const word = /\S+/g;

/**
 * A usage string, `roll [sides:int]`: the command's name, then required `<name:kind>`, optional `[name:kind]` and
 * last perhaps the rest of the line, `<...name>` or `[...name]`. Without a kind an argument is one word.
 */
export class Usage {
  /** The command's name in lower case. */
  readonly name: string;
  /** As shown in chat, without kinds: `roll [sides]`. */
  readonly text: string;
  readonly #parameters: readonly Parameter[];

  /** Throws `command.usage_invalid` when the text is not a usage string. */
  constructor(usage: string) {
    const [name, ...words] = usage.match(word) ?? [];
    if (name === undefined || /[<>[\]]/.test(name)) {
      throw invalid(usage, 'it starts with the name of the command');
    }
    const parameters = words.map((text) => parameterOf(usage, text));
    checkOrder(usage, parameters);
    this.name = name.toLowerCase();
    this.#parameters = parameters;
    this.text = [name, ...parameters.map(shown)].join(' ');
  }

  /** Reads what was typed after the command's name. Words beyond the last argument are left alone. */
  parse(typed: string): ParsedArguments {
    // Without a prototype: an argument called `__proto__` is a name like any other.
    const values: Record<string, unknown> = Object.create(null);
    word.lastIndex = 0;
    for (const parameter of this.#parameters) {
      const match = word.exec(typed);
      if (match === null) {
        if (parameter.required) return { problem: `${parameter.name} is missing.` };
        break;
      }
      const value = parameter.rest ? typed.slice(match.index).trimEnd() : parameter.kind.parse(match[0]);
      if (value === undefined) return { problem: `${parameter.name} must be ${parameter.kind.description}.` };
      values[parameter.name] = value;
      if (parameter.rest) break;
    }
    return { arguments: values };
  }
}

function parameterOf(usage: string, text: string): Parameter {
  const groups = parameterPattern.exec(text)?.groups;
  const inner = groups?.required ?? groups?.optional;
  if (inner === undefined) throw invalid(usage, `${text} is written <${text}> or [${text}]`);
  const required = groups?.required !== undefined;
  const rest = inner.startsWith('...');
  const [name = '', kindName = 'string', ...more] = (rest ? inner.slice(3) : inner).split(':');
  const kind = argumentKind(kindName);
  if (name === '') throw invalid(usage, `${text} needs a name`);
  if (kind === undefined || more.length > 0) {
    throw invalid(
      usage,
      `the kind of ${name} is one of ${argumentKindNames.join(', ')}, or a choice such as on|off`,
    );
  }
  if (rest && kindName !== 'string')
    throw invalid(usage, `${text} takes the rest of the line and has no kind`);
  return { name, required, rest, kind };
}

function checkOrder(usage: string, parameters: readonly Parameter[]): void {
  const names = new Set<string>();
  for (const [index, parameter] of parameters.entries()) {
    if (names.has(parameter.name)) throw invalid(usage, `two arguments are called ${parameter.name}`);
    names.add(parameter.name);
    if (parameter.rest && index < parameters.length - 1)
      throw invalid(usage, `${shown(parameter)} comes last`);
    if (parameter.required && parameters[index - 1]?.required === false) {
      throw invalid(usage, `${shown(parameter)} comes before the optional arguments`);
    }
  }
}

function shown({ name, required, rest }: Parameter): string {
  const inner = rest ? `...${name}` : name;
  return required ? `<${inner}>` : `[${inner}]`;
}

function invalid(usage: string, rule: string): KickbotError {
  return new KickbotError('command.usage_invalid', `The usage '${usage}' is wrong: ${rule}.`);
}
