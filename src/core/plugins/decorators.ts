import 'reflect-metadata';
import { injectable } from 'tsyringe';
import type { z } from 'zod';
import type { SentMessage } from '../chat/sender.js';
import type { ArgumentKinds, BuiltInKinds } from '../commands/argument-kinds.js';
import type { ArgumentsOf } from '../commands/arguments-of.js';
import type { PluginClass } from '../config/schema.js';
import type { KickEventNamed, KickEventType } from '../events/kick-event.js';
import type { Verdict } from '../moderation/verdict.js';
import type { Duration } from '../primitives/duration.js';
import { KickbotError } from '../primitives/error.js';
import type { CommandContext, EventContext, RuleContext } from './contexts.js';
import {
  type CommandOptions,
  metadataToWrite,
  type PluginMetadata,
  type PluginOptions,
  type RuleOptions,
  type TimerOptions,
} from './plugin-metadata.js';
import type { CronPattern } from './schedule.js';

/** What a command may answer: a text is the reply; nothing, or what `ctx.say` gave, is none. */
// biome-ignore lint/suspicious/noConfusingVoidType: a method without a return statement returns void to the type checker.
export type Reply = string | undefined | void | readonly SentMessage[];

type CommandHandler = (context: CommandContext<never>, values: never) => Reply | Promise<Reply>;

/** Names, in the compiler's error, what a usage string gives to a handler that takes something else. */
export interface ArgumentsDoNotFit<Usage extends string, Given> {
  readonly usage: Usage;
  readonly 'the usage gives the handler': Given;
}

/** Nothing more to ask of a handler that fits its usage string; of any other, what it cannot have. */
type Fit<Usage extends string, Handler extends CommandHandler> =
  Parameters<Handler> extends readonly [unknown?]
    ? unknown
    : [ArgumentsOf<Usage>, NamesIn<Parameters<Handler>[1]>] extends [
          Parameters<Handler>[1],
          keyof ArgumentsOf<Usage>,
        ]
      ? unknown
      : ArgumentsDoNotFit<Usage, ArgumentsOf<Usage>>;

/** The arguments a handler names: an optional one that the usage does not have would always be missing. */
type NamesIn<Values> = string extends keyof Values ? never : keyof NonNullable<Values>;

/**
 * Makes a class a plugin. Its constructor parameters are injected: `Random`, `Clock`, `Logger`, `Sender`, `Store`,
 * `Http`, `Kick`.
 * `onLoad()` runs once before anything else, `onUnload()` last; both may be async.
 *
 * @example
 * @Plugin({ name: 'dice', options: z.object({ sides: z.number().int().min(2).default(6) }) })
 * export default class Dice {}
 */
export function Plugin<Schema extends z.ZodType<object>>(options: PluginOptions<Schema>) {
  if (!hasName(options)) {
    throw new KickbotError('plugin.invalid', "A plugin needs a name: write @Plugin({ name: '…' }).");
  }
  return (pluginClass: PluginClass): void => {
    metadataToWrite(pluginClass).plugin = options;
    injectable()(pluginClass);
  };
}

/**
 * Makes a method a chat command. The usage string names it and types its arguments: `<name:kind>` is required,
 * `[name:kind]` optional, `[name:kind=default]` optional with a default, `[...name]` the rest of the line; kinds are
 * string (when left out), int, number, boolean, user, duration, url, command, choices such as `on|off`, and those
 * the plugin brings with `@ArgumentKind`. A returned text is the reply.
 *
 * @example
 * @Command('roll [sides:int]', { aliases: ['dice'], cooldown: { user: '5s' } })
 * roll(ctx: CommandContext, { sides = 6 }: { sides?: number }) {
 *   return `${ctx.sender.username} rolled ${this.random.int(1, sides)}`;
 * }
 */
export function Command<const Usage extends string>(usage: Usage, options: CommandOptions = {}) {
  return <Handler extends CommandHandler>(
    prototype: object,
    method: string,
    _descriptor: TypedPropertyDescriptor<Handler> & Fit<Usage, Handler>,
  ): void => {
    metadataOf(prototype, method, `@Command('${usage}')`).commands.push({ method, usage, options });
  };
}

/**
 * Makes a method read a kind of argument for the plugin's commands. It is given a word and answers with its value, or
 * nothing when the word does not fit; the description completes "must be …" in the chat. What `ArgumentKinds` says of
 * that name is the value's type.
 *
 * @example
 * declare module 'kickbot' {
 *   interface ArgumentKinds {
 *     song: Song;
 *   }
 * }
 *
 * @ArgumentKind('song', 'a song of the list')
 * song(word: string): Song | undefined {
 *   return this.songs.get(word);
 * }
 */
export function ArgumentKind<const Name extends Exclude<keyof ArgumentKinds, keyof BuiltInKinds>>(
  name: Name,
  description: string,
) {
  return <Handler extends (word: string, context: CommandContext<never>) => KindValue<ArgumentKinds[Name]>>(
    prototype: object,
    method: string,
    _descriptor: TypedPropertyDescriptor<Handler>,
  ): void => {
    const { argumentKinds } = metadataOf(prototype, method, `@ArgumentKind('${name}')`);
    argumentKinds.push({ method, name, description });
  };
}

type KindValue<Value> = Value | undefined | Promise<Value | undefined>;

/**
 * Makes a method a moderation rule. It sees every message that is not the bot's own, before commands and
 * listeners do; what `remove`, `timeout` or `ban` gives is its verdict, nothing lets the message pass.
 *
 * @example
 * @Rule()
 * noShouting({ message }: RuleContext) {
 *   return /^[A-Z !]{20,}$/.test(message.content) ? remove('shouting') : undefined;
 * }
 */
export function Rule(options: RuleOptions = {}) {
  return <
    Handler extends (context: RuleContext<never>) => Verdict | undefined | Promise<Verdict | undefined>,
  >(
    prototype: object,
    method: string,
    _descriptor: TypedPropertyDescriptor<Handler>,
  ): void => {
    metadataOf(prototype, method, '@Rule()').rules.push({ method, name: options.name ?? method });
  };
}

/**
 * Calls a method for each event of that name.
 *
 * @example
 * @On('channel.hosted')
 * async welcome({ host }: KickEventNamed<'channel.hosted'>, ctx: EventContext) {
 *   await ctx.say(`Welcome, viewers of ${host.username}!`);
 * }
 */
export function On<const Type extends KickEventType>(event: Type) {
  return <Handler extends (event: KickEventNamed<Type>, context: EventContext<never>) => unknown>(
    prototype: object,
    method: string,
    _descriptor: TypedPropertyDescriptor<Handler>,
  ): void => {
    metadataOf(prototype, method, `@On('${event}')`).listeners.push({ method, event });
  };
}

/**
 * Calls a method again and again in each of the bot's channels: after each `'10m'`, or when a cron pattern says. A
 * returned text is said there. Channels are spread out: over the duration, or over the minute of a pattern. While it
 * runs in a channel it is not called there again.
 *
 * @example
 * @Every('30m', { when: 'live' })
 * tip() {
 *   return 'Try !roll.';
 * }
 *
 * @Every('0 20 * * FRI', { timeZone: 'Europe/Berlin' })
 * async weekend(ctx: EventContext) {
 *   await ctx.say('Have a good weekend!');
 * }
 */
export function Every(schedule: Duration | CronPattern, options: TimerOptions = {}) {
  return <Handler extends (context: EventContext<never>) => Reply | Promise<Reply>>(
    prototype: object,
    method: string,
    _descriptor: TypedPropertyDescriptor<Handler>,
  ): void => {
    metadataOf(prototype, method, `@Every('${schedule}')`).timers.push({ method, schedule, options });
  };
}

/** Plugins run without a type checker, and a class above which the call is forgotten has a name as well. */
function hasName(options: unknown): boolean {
  return (
    typeof options === 'object' &&
    options !== null &&
    'name' in options &&
    typeof options.name === 'string' &&
    options.name !== ''
  );
}

/** The metadata of the class whose method is decorated. Throws where a decorator stands on anything else. */
function metadataOf(prototype: object, method: string, decorator: string): PluginMetadata {
  if (typeof prototype === 'function' || !(method in prototype)) {
    throw new KickbotError(
      'plugin.invalid',
      `${decorator} stands above ${method}, which is static or a field: make it a method, ${method}() { … }.`,
    );
  }
  return metadataToWrite(prototype.constructor);
}
