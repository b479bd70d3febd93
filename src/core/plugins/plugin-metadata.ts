import type { z } from 'zod';
import type { Scope } from '../config/scopes.js';
import type { KickEventType } from '../events/kick-event.js';
import type { RoleNeeded } from '../events/role.js';
import type { Duration } from '../primitives/duration.js';
import type { Allowed } from './permission.js';
import type { CronPattern } from './schedule.js';

export interface PluginOptions<Schema extends z.ZodType<object> = z.ZodType<object>> {
  /** Short and unique, `dice`: it stands in configuration, logs and errors. */
  readonly name: string;
  /** What can be configured. A channel may have its own values. */
  readonly options?: Schema;
  /** What it needs beyond chat: a login asks for them, and without them the plugin is not loaded. */
  readonly scopes?: readonly Scope[];
  /** `@injectable()` classes of its own that other plugins may ask for; it and they are given the same one. */
  readonly exports?: readonly ServiceClass[];
  /** The names of the plugins whose exports it asks for. They are loaded first, and unloaded after it. */
  readonly requires?: readonly string[];
}

/** A class that one plugin makes and others are given. */
export type ServiceClass = new (...parameters: never[]) => object;

export interface CommandOptions {
  /** Other names for the command, each a whole one: `qa` or `add quote` for `quote add`. */
  readonly aliases?: readonly string[];
  /**
   * Who may use it: a role and those above, whoever a guard lets, or any of several. Everyone, when left out.
   *
   * @example
   * allow: ['vip', { subscriber: { months: 6 } }, (ctx) => ctx.sender.username === 'ada']
   */
  readonly allow?: Allowed | readonly Allowed[];
  /** Only while the channel streams, or only while it does not, as far as Kick has told the bot. */
  readonly when?: 'live' | 'offline';
  /** What those are told who may not use it, or not now; once in 10 s each. When left out they are told nothing. */
  readonly refusal?: string;
  /**
   * How long it rests after use. It is taken when the command begins, and one of a minute or more outlives a restart
   * of the bot. Used too early, it is refused silently.
   */
  readonly cooldown?: {
    /** For the same person in the same channel. */
    readonly user?: Duration;
    /** For everybody in the same channel. */
    readonly channel?: Duration;
    /** For everybody in all channels. */
    readonly global?: Duration;
    /** Whom it does not concern: a role and those above, or any of several. */
    readonly skip?: RoleNeeded | readonly RoleNeeded[];
  };
}

export interface RuleOptions {
  /** Stands in logs beside the plugin's name; the method's name when left out. */
  readonly name?: string;
}

export interface TimerOptions {
  /** Only while the channel streams, or only while it does not, as far as Kick has told the bot. */
  readonly when?: 'live' | 'offline';
  /** What a cron pattern's hours are those of, `'Europe/Berlin'`; the machine's own zone when left out. */
  readonly timeZone?: string;
}

/** What the decorators of one class wrote down. Read once, when the plugin is loaded. */
export interface PluginMetadata {
  plugin?: PluginOptions;
  readonly commands: { readonly method: string; readonly usage: string; readonly options: CommandOptions }[];
  readonly argumentKinds: { readonly method: string; readonly name: string; readonly description: string }[];
  readonly rules: { readonly method: string; readonly name: string }[];
  readonly listeners: { readonly method: string; readonly event: KickEventType }[];
  readonly timers: {
    readonly method: string;
    readonly schedule: Duration | CronPattern;
    readonly options: TimerOptions;
  }[];
  /** Tells this copy of kickbot from another one. */
  readonly writtenBy: symbol;
}

// Shared by name: a plugin package may have been loaded beside a second copy of kickbot.
const key = Symbol.for('kickbot.plugin');
const thisCopy = Symbol('kickbot');

function ownMetadata(pluginClass: object): PluginMetadata | undefined {
  return Object.hasOwn(pluginClass, key) ? (Reflect.get(pluginClass, key) as PluginMetadata) : undefined;
}

/** The class's own metadata, begun when there is none, for decorators to add to. */
export function metadataToWrite(pluginClass: object): PluginMetadata {
  const existing = ownMetadata(pluginClass);
  if (existing) return existing;
  const value: PluginMetadata = {
    commands: [],
    argumentKinds: [],
    rules: [],
    listeners: [],
    timers: [],
    writtenBy: thisCopy,
  };
  Object.defineProperty(pluginClass, key, { value });
  return value;
}

/** Whether the class, and not only one it extends, has decorators of ours. */
export function isDecorated(pluginClass: object): boolean {
  return ownMetadata(pluginClass) !== undefined;
}

/** Whether the decorators of a class are those of another copy of kickbot. */
export function isForeign(pluginClass: object): boolean {
  const metadata = ownMetadata(pluginClass);
  return metadata !== undefined && metadata.writtenBy !== thisCopy;
}

/** What `@Plugin` and the decorators on its methods, inherited ones first, say; undefined without `@Plugin`. */
export function readMetadata(pluginClass: object): (PluginMetadata & { plugin: PluginOptions }) | undefined {
  const own = ownMetadata(pluginClass);
  if (!own?.plugin) return undefined;
  const lineage: PluginMetadata[] = [];
  for (let at: object | null = pluginClass; at !== null; at = Object.getPrototypeOf(at)) {
    const metadata = ownMetadata(at);
    if (metadata) lineage.unshift(metadata);
  }
  return {
    plugin: own.plugin,
    commands: inherited(lineage.map((metadata) => metadata.commands)),
    argumentKinds: inherited(lineage.map((metadata) => metadata.argumentKinds)),
    rules: inherited(lineage.map((metadata) => metadata.rules)),
    listeners: inherited(lineage.map((metadata) => metadata.listeners)),
    timers: inherited(lineage.map((metadata) => metadata.timers)),
    writtenBy: own.writtenBy,
  };
}

/** A class that decorates an inherited method again replaces what stood above it. */
function inherited<Entry extends { readonly method: string }>(lineage: readonly Entry[][]): Entry[] {
  return lineage.reduce<Entry[]>((above, own) => {
    const again = new Set(own.map(({ method }) => method));
    return [...above.filter(({ method }) => !again.has(method)), ...own];
  }, []);
}
