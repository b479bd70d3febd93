import type { Sender } from '../chat/sender.js';
import type { RoutedCommand } from '../commands/command-router.js';
import { Cooldown } from '../commands/cooldown.js';
import type { CooldownMemory } from '../commands/cooldown-memory.js';
import { foldCase } from '../commands/fold-case.js';
import { Usage } from '../commands/usage.js';
import { isKickEventType } from '../events/event-types.js';
import type { ChatMessageSent } from '../events/kick-event.js';
import type { RoleNeeded } from '../events/role.js';
import type { Rule } from '../moderation/rule-engine.js';
import { isVerdict, type Verdict } from '../moderation/verdict.js';
import type { Clock } from '../primitives/clock.js';
import { durationMs } from '../primitives/duration.js';
import { KickbotError, messageOf } from '../primitives/error.js';
import type { CommandLookups, OwnKinds } from './command-lookups.js';
import { type CommandContext, RuleContext } from './contexts.js';
import type { Hearing } from './conversations.js';
import { type Handler, type Invoker, isThenable } from './invoker.js';
import {
  type Guard,
  type GuardClass,
  isGuardClass,
  listOf,
  permissionOf,
  rolesNeeded,
} from './permission.js';
import type { CommandOptions, PluginMetadata } from './plugin-metadata.js';
import type { ResolvedOptions } from './plugin-options.js';

/** A plugin's instance and what its handlers are called with. */
export interface PluginInstance {
  readonly name: string;
  readonly instance: object;
  readonly options: ResolvedOptions;
  readonly sender: Sender;
  readonly hearing: Hearing;
  /** Makes one of the plugin's own classes, with what its constructor asks for. */
  readonly make: <Made extends object>(wanted: new (...parameters: never[]) => Made) => Made;
}

export interface LoadedListener {
  readonly plugin: PluginInstance;
  readonly handler: Handler;
}

export interface LoadedCommand extends RoutedCommand, Pick<PluginInstance, 'options' | 'sender' | 'hearing'> {
  readonly handler: Handler;
  readonly usage: Usage<CommandLookups>;
  /** Any of them will do, and so does any of the guards. */
  readonly roles: readonly RoleNeeded[];
  readonly guards: readonly Handler[];
  readonly when: CommandOptions['when'];
  readonly refusal: string | undefined;
  readonly cooldown: Cooldown | undefined;
  /** Whom the cooldown does not concern. */
  readonly exempt: readonly RoleNeeded[];
}

/** What a command is made with, besides its plugin. */
export interface CommandParts {
  readonly clock: Clock;
  readonly cooldowns: CooldownMemory;
  readonly kinds: OwnKinds;
}

/** A method of a plugin as a handler. */
export function handlerOf({ name, instance }: PluginInstance, method: string, label: string): Handler {
  const found: unknown = Reflect.get(instance, method);
  if (!isMethod(found)) {
    throw new KickbotError('plugin.invalid', `Plugin ${name}: ${method} is decorated and is not a method.`);
  }
  return { plugin: name, name: label, run: (first, second) => found.call(instance, first, second) };
}

export function isMethod(value: unknown): value is (this: object, ...values: unknown[]) => unknown {
  return typeof value === 'function';
}

/** Throws `command.usage_invalid` or `plugin.invalid` with a sentence that names plugin and command. */
export function loadCommand(
  plugin: PluginInstance,
  { method, usage: text, options }: PluginMetadata['commands'][number],
  parts: CommandParts,
): LoadedCommand {
  try {
    const { aliases, allow, when, refusal, cooldown } = options;
    const usage = new Usage(text, parts.kinds);
    const { roles, guards } = permissionOf(allow);
    return {
      plugin: plugin.name,
      names: namesOf(usage, aliases),
      handler: answering(handlerOf(plugin, method, `command ${usage.name}`), textOf),
      usage,
      roles,
      guards: guards.map((guard) => guardOf(plugin, guard, `guard of command ${usage.name}`)),
      when: checkedWhen(when),
      refusal,
      cooldown: cooldown && cooldownOf(plugin.name, usage, cooldown, parts),
      exempt: cooldown?.skip === undefined ? [] : rolesNeeded('skip', listOf('skip', cooldown.skip)),
      options: plugin.options,
      sender: plugin.sender,
      hearing: plugin.hearing,
    };
  } catch (cause) {
    throw new KickbotError(
      cause instanceof KickbotError ? cause.code : 'plugin.invalid',
      `Plugin ${plugin.name}, @Command('${text}'): ${messageOf(cause)}`,
      { cause },
    );
  }
}

function namesOf(usage: Pick<Usage, 'name'>, aliases: CommandOptions['aliases'] = []): string[] {
  const names = [usage.name, ...aliases].map((name) => foldCase(name.trim().replace(/\s+/g, ' ')));
  const wrong = names.findIndex((name) => name === '' || /[<>[\]]/.test(name));
  if (wrong > 0) {
    throw new RangeError(
      `the alias '${aliases[wrong - 1]}' is no name: write one word or several, without arguments`,
    );
  }
  return [...new Set(names)];
}

function guardOf({ name: plugin, make }: PluginInstance, guard: Guard | GuardClass, name: string): Handler {
  const allows = isGuardClass(guard) ? allowsOf(make(guard), guard.name) : guard;
  // A guard is called with what the command's handler is called with.
  return answering({ plugin, name, run: (context) => allows(context as CommandContext<never>) }, yesOrNo);
}

function allowsOf(guard: InstanceType<GuardClass>, name: string): Guard {
  if (!isMethod(guard.allows)) throw new TypeError(`the class ${name} is no guard: it has no method allows`);
  return (context) => guard.allows(context);
}

function yesOrNo(answer: unknown): boolean {
  if (typeof answer === 'boolean') return answer;
  throw new TypeError(`A guard answers with true or false, not with ${describe(answer)}.`);
}

/** Plugins run without a type checker. */
export function checkedWhen(when: CommandOptions['when']): CommandOptions['when'] {
  if (when === undefined || when === 'live' || when === 'offline') return when;
  throw new RangeError(`when is 'live' or 'offline', not ${JSON.stringify(when)}`);
}

function cooldownOf(
  plugin: string,
  { name }: Pick<Usage, 'name'>,
  { user, channel, global }: NonNullable<CommandOptions['cooldown']>,
  { clock, cooldowns }: CommandParts,
): Cooldown {
  const times = {
    ...(user !== undefined && { user: durationMs(user) }),
    ...(channel !== undefined && { channel: durationMs(channel) }),
    ...(global !== undefined && { global: durationMs(global) }),
  };
  return new Cooldown(times, clock, (circle) => cooldowns.of(plugin, name, circle));
}

/** A handler whose answer is checked, for plugins without types may answer anything. */
export function answering(handler: Handler, check: (answer: unknown) => unknown): Handler {
  return {
    ...handler,
    run: (first, second) => {
      const answer = handler.run(first, second);
      return isThenable(answer) ? Promise.resolve(answer).then(check) : check(answer);
    },
  };
}

/** The reply; undefined for nothing, and for what `ctx.say` gave. */
function textOf(answer: unknown): string | undefined {
  if (typeof answer === 'string') return answer;
  if (answer === undefined || answer === null || Array.isArray(answer)) return undefined;
  throw new TypeError(`A command answers with a text or nothing, not with ${describe(answer)}.`);
}

function describe(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

export function loadRule(
  plugin: PluginInstance,
  { method, name }: PluginMetadata['rules'][number],
  invoker: Invoker,
): Rule {
  const handler = answering(handlerOf(plugin, method, `rule ${name}`), verdictOf);
  return {
    plugin: plugin.name,
    name,
    check: (message: ChatMessageSent) => {
      const context = new RuleContext(message, plugin.options.for(message.channel.slug), plugin.sender);
      // The door lets through what `verdictOf` gives, or undefined.
      return invoker.invoke(handler, context, context) as Verdict | undefined | Promise<Verdict | undefined>;
    },
  };
}

/** `null` and `false` let the message pass, as undefined does. */
function verdictOf(answer: unknown): Verdict | undefined {
  if (answer === undefined || answer === null || answer === false) return undefined;
  if (isVerdict(answer)) return answer;
  throw new TypeError('A rule answers with remove(), timeout(), ban() or nothing.');
}

export function loadListener(
  plugin: PluginInstance,
  { method, event }: PluginMetadata['listeners'][number],
): LoadedListener {
  if (!isKickEventType(event)) {
    throw new KickbotError(
      'plugin.invalid',
      `Plugin ${plugin.name}, @On('${event}'): there is no event of that name. docs/plugins.md lists them.`,
    );
  }
  return { plugin, handler: handlerOf(plugin, method, `on ${event}`) };
}
