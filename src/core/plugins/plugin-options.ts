import { z } from 'zod';
import { KickbotError, messageOf } from '../primitives/error.js';
import type { PluginOptions } from './plugin-metadata.js';

type RawOptions = Readonly<Record<string, unknown>>;

/** One plugin's options, checked once, for the whole bot and for each channel that has its own. */
export class ResolvedOptions {
  readonly #everywhere: object;
  readonly #byChannel = new Map<string, object>();

  /** Throws `plugin.options_invalid` with every problem, naming plugin, channel, key, what was found and allowed. */
  constructor(plugin: PluginOptions, given: RawOptions, byChannel: ReadonlyMap<string, RawOptions>) {
    this.#everywhere = parse(plugin, given);
    for (const [slug, own] of byChannel) {
      this.#byChannel.set(slug, parse(plugin, { ...given, ...own }, slug));
    }
  }

  for(slug: string): object {
    return this.#byChannel.size === 0 ? this.#everywhere : (this.#byChannel.get(slug) ?? this.#everywhere);
  }
}

const noOptions = z.strictObject({});

/** What a plugin's options have to be. A mistyped key is an error, unless the author says that others are welcome. */
export function optionsSchema({ options = noOptions }: PluginOptions): z.ZodType<object> {
  return options instanceof z.ZodObject && options.def.catchall === undefined ? options.strict() : options;
}

function parse(plugin: PluginOptions, given: RawOptions, slug?: string): object {
  const owner = `plugin ${plugin.name}${slug === undefined ? '' : ` in channel ${slug}`}`;
  const schema = optionsSchema(plugin);
  const parsed = safeParse(owner, schema, given);
  if (parsed.success) return deepFreeze(parsed.data);
  throw invalid(
    parsed.error.issues.flatMap((issue) => problems(issue, given, schema)),
    owner,
    parsed.error,
  );
}

function safeParse(owner: string, schema: z.ZodType<object>, given: RawOptions) {
  try {
    return schema.safeParse(given);
  } catch (cause) {
    throw new KickbotError(
      'plugin.options_invalid',
      `The options of ${owner} cannot be read: ${messageOf(cause)}`,
      {
        cause,
      },
    );
  }
}

function problems(issue: z.core.$ZodIssue, given: RawOptions, schema: z.ZodType): string[] {
  if (issue.code === 'unrecognized_keys') {
    const known = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
    const allowed = known.length === 0 ? 'no options' : `the options ${known.join(', ')}`;
    return issue.keys.map(
      (key) => `${[...issue.path, key].join('.')}: found an unknown option, allowed: ${allowed}`,
    );
  }
  let found: unknown = given;
  for (const key of issue.path) {
    found = typeof found === 'object' && found !== null ? Reflect.get(found, key) : undefined;
  }
  const shown = found === undefined ? 'nothing' : (JSON.stringify(found) ?? String(found));
  return [`${issue.path.join('.') || 'options'}: found ${shown.slice(0, 80)}, allowed: ${issue.message}`];
}

function invalid(lines: readonly string[], owner: string, cause: unknown): KickbotError {
  return new KickbotError(
    'plugin.options_invalid',
    lines.length === 1
      ? `Wrong option of ${owner}: ${lines[0]}`
      : `Wrong options of ${owner}:\n${lines.map((line) => `  ${line}`).join('\n')}`,
    { cause },
  );
}

/** Plain objects and lists only: a frozen `RegExp` cannot search, and a `Buffer` cannot be frozen at all. */
function deepFreeze<T>(value: T): T {
  if (!isPlain(value) || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const inner of Object.values(value)) deepFreeze(inner);
  return value;
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Array.prototype || prototype === null;
}
