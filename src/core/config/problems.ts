import { z } from 'zod';
import { KickbotError } from '../primitives/error.js';
import { withoutPassword } from '../primitives/printable.js';
import { configSchema } from './schema.js';

/** One thing wrong with a configuration. */
export interface ConfigProblem {
  /** Where, `kick.endpoints.api`; empty for the whole file. */
  readonly key: string;
  /** The file, environment variable or option the value came from. */
  readonly source: string;
  readonly found: string;
  readonly allowed: string;
}

/** Thrown with everything that is wrong, not just the first thing. Code `config.invalid`. */
export class ConfigError extends KickbotError {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(
      'config.invalid',
      problems
        .map(({ key, source, found, allowed }) => `${key} (${source}): found ${found}, allowed: ${allowed}`)
        .join('\n'),
    );
    this.problems = problems;
  }
}

/** Turns a schema's complaints into problems a person can mend. `sourceOf` tells where a key's value came from. */
export function problemsOf(
  error: z.ZodError,
  input: unknown,
  sourceOf: (path: readonly PropertyKey[]) => string,
): ConfigProblem[] {
  return error.issues.flatMap((issue) => problemsOfIssue(issue, input, sourceOf));
}

function problemsOfIssue(
  issue: z.core.$ZodIssue,
  input: unknown,
  sourceOf: (path: readonly PropertyKey[]) => string,
): ConfigProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      key: keyOf([...issue.path, key]),
      source: sourceOf([...issue.path, key]),
      found: 'an unknown key',
      allowed: allowedKeys(issue.path),
    }));
  }
  if (issue.code === 'invalid_union') {
    // Of a union's alternatives the one that understood the value best speaks; its complaint is deepest inside.
    const inner = issue.errors
      .flat()
      .map((nested) => ({ ...nested, path: [...issue.path, ...nested.path] }))
      .filter((nested) => nested.path.length > issue.path.length);
    if (inner.length > 0) return inner.flatMap((nested) => problemsOfIssue(nested, input, sourceOf));
    const textual = issue.errors.flat().find((nested) => nested.code === 'invalid_format');
    if (textual) return [problem(issue.path, textual.message, input, sourceOf)];
  }
  const allowed =
    issue.code === 'invalid_type' && issue.expected === 'object' ? allowedKeys(issue.path) : issue.message;
  return [problem(issue.path, allowed, input, sourceOf)];
}

function problem(
  path: readonly PropertyKey[],
  allowed: string,
  input: unknown,
  sourceOf: (path: readonly PropertyKey[]) => string,
): ConfigProblem {
  return { key: keyOf(path), source: sourceOf(path), found: describeValue(path, input), allowed };
}

function keyOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (key, part) =>
      typeof part === 'number' ? `${key}[${part}]` : key === '' ? String(part) : `${key}.${String(part)}`,
    '',
  );
}

function describeValue(path: readonly PropertyKey[], input: unknown): string {
  let value = input;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return 'nothing';
    value = Reflect.get(value, part);
  }
  if (value === undefined) return 'nothing';
  if (String(path.at(-1)).toLowerCase().includes('secret')) return '[secret]';
  if (typeof value === 'function') return `the class ${value.name || 'without a name'}`;
  const shown = withoutPassword(JSON.stringify(value) ?? String(value));
  return shown.length > 80 ? `${shown.slice(0, 79)}…` : shown;
}

/** The keys an object at that place may have, read off the schema itself. */
function allowedKeys(path: readonly PropertyKey[]): string {
  let schema: unknown = configSchema;
  for (const part of path) {
    schema = unwrap(schema);
    if (schema instanceof z.ZodObject) schema = schema.shape[String(part)];
    else if (schema instanceof z.ZodArray) schema = schema.element;
    else break;
  }
  schema = unwrap(schema);
  if (schema instanceof z.ZodUnion) schema = schema.options.find((option) => option instanceof z.ZodObject);
  return schema instanceof z.ZodObject ? `the keys ${Object.keys(schema.shape).join(', ')}` : 'an object';
}

function unwrap(schema: unknown): unknown {
  let inner = schema;
  while (inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault || inner instanceof z.ZodOptional) {
    inner = inner.unwrap();
  }
  return inner;
}
