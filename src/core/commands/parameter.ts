import { KickbotError } from '../primitives/error.js';
import { builtInKind, builtInKindNames } from './built-in-kinds.js';
import type { KindOfArgument, Lookups } from './kind-of-argument.js';

/** One argument of a usage string; `Needs` is what its kind takes to be read. */
export interface Parameter<Needs extends Lookups = never> {
  readonly name: string;
  readonly required: boolean;
  /** Takes everything that is left, spaces included. */
  readonly rest: boolean;
  readonly kind: KindOfArgument<Needs>;
  /** Stands for what was left out, as if it had been typed; what has to be looked up is looked up then. */
  readonly default: string | undefined;
}

const pattern = /^(?:<(?<required>[^<>[\]\s]+)>|\[(?<optional>[^<>[\]\s]+)\])$/;

/** Reads `<name:kind>`, `[name:kind=default]` and the like. Throws `command.usage_invalid`. */
export function parameterOf<Needs extends Lookups>(
  usage: string,
  text: string,
  kinds: ReadonlyMap<string, KindOfArgument<Needs>>,
): Parameter<Needs> {
  const groups = pattern.exec(text)?.groups;
  const inner = groups?.required ?? groups?.optional;
  if (inner === undefined) throw invalid(usage, `${text} is written <${text}> or [${text}]`);
  const required = groups?.required !== undefined;
  const rest = inner.startsWith('...');
  const { declared, fallback } = splitDefault(rest ? inner.slice(3) : inner);
  const [name = '', kindName = 'string', ...more] = declared.split(':');
  const kind = more.length > 0 ? undefined : (builtInKind(kindName) ?? kinds.get(kindName));
  if (name === '') throw invalid(usage, `${text} needs a name`);
  if (kind === undefined) {
    throw invalid(
      usage,
      `the kind of ${name} is one of ${[...builtInKindNames, ...kinds.keys()].join(', ')}, or a choice such as on|off`,
    );
  }
  if (rest && kindName !== 'string') {
    throw invalid(usage, `${text} takes the rest of the line and has no kind`);
  }
  const parameter = { name, required, rest, kind, default: fallback };
  checkDefault(usage, parameter);
  return parameter;
}

function splitDefault(inner: string): { declared: string; fallback: string | undefined } {
  const at = inner.indexOf('=');
  if (at === -1) return { declared: inner, fallback: undefined };
  return { declared: inner.slice(0, at), fallback: inner.slice(at + 1) };
}

function checkDefault(usage: string, { name, required, kind, default: fallback }: Parameter): void {
  if (fallback === undefined) return;
  if (required) throw invalid(usage, `${name} has a default, so it is optional and stands in [ ]`);
  if (fallback === '' || ('parse' in kind && kind.parse(fallback) === undefined)) {
    throw invalid(usage, `the default of ${name} must be ${kind.description}`);
  }
}

/** Throws `command.usage_invalid` where some parameter could never be reached, or two have one name. */
export function checkOrder(usage: string, parameters: readonly Parameter[]): void {
  const names = new Set<string>();
  for (const [index, parameter] of parameters.entries()) {
    if (names.has(parameter.name)) throw invalid(usage, `two arguments are called ${parameter.name}`);
    names.add(parameter.name);
    if (parameter.rest && index < parameters.length - 1) {
      throw invalid(usage, `${shown(parameter)} comes last`);
    }
    if (parameter.required && parameters[index - 1]?.required === false) {
      throw invalid(usage, `${shown(parameter)} comes before the optional arguments`);
    }
  }
}

/** As people are shown it: without its kind. */
export function shown({ name, required, rest, default: fallback }: Parameter): string {
  const inner = `${rest ? '...' : ''}${name}${fallback === undefined ? '' : `=${fallback}`}`;
  return required ? `<${inner}>` : `[${inner}]`;
}

export function invalid(usage: string, rule: string): KickbotError {
  return new KickbotError('command.usage_invalid', `The usage '${usage}' is wrong: ${rule}.`);
}
