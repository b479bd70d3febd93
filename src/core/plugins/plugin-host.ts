import 'reflect-metadata';
import { CommandRouter } from '../commands/command-router.js';
import { CooldownMemory } from '../commands/cooldown-memory.js';
import type { PluginConfig } from '../config/schema.js';
import type { Scope } from '../config/scopes.js';
import { RuleEngine } from '../moderation/rule-engine.js';
import { KickbotError, messageOf } from '../primitives/error.js';
import { Conversations } from './conversations.js';
import { DisposerLedger } from './disposer-ledger.js';
import { EventListeners } from './event-listeners.js';
import { type Entered, Invoker } from './invoker.js';
import {
  isMethod,
  type LoadedCommand,
  type LoadedListener,
  loadCommand,
  loadListener,
  loadRule,
  type PluginInstance,
} from './loaded-plugin.js';
import { loadKinds } from './own-kinds.js';
import { describeIsolated, entryOf } from './plugin-entry.js';
import { type FoundPlugin, PluginMaker, type PluginMakerOptions } from './plugin-maker.js';
import type { PluginMetadata, PluginOptions } from './plugin-metadata.js';
import { readPlugin } from './plugin-source.js';
import { Registrations } from './registrations.js';
import { checkRequired, checkScopes, inOrder, MissingScopeError, requiredBy } from './requirements.js';
import { loadTimer, Timers } from './timers.js';

type RawOptions = Readonly<Record<string, unknown>>;

/** A channel, with the options plugins have there alone. */
export interface PluginChannel {
  readonly slug: string;
  readonly plugins?: Readonly<Record<string, RawOptions>> | undefined;
}

export interface PluginHostOptions extends PluginMakerOptions {
  readonly channels?: readonly PluginChannel[];
  /** Where long cooldowns outlive the plugins. */
  readonly cooldowns?: CooldownMemory;
  /** How long one handler may take; 5 s when left out. */
  readonly deadlineMs?: number;
  readonly onFailure?: (handler: Entered, error: unknown) => void;
  /** Why a scope cannot be used, with what to do about it; undefined when it can. Without this all can. */
  readonly scopeProblem?: (scope: Scope) => string | undefined;
}

/** Stopping the whole bot takes at most 10 s, so one plugin gets little of it. */
const deadlineMsOf = { onLoad: 10_000, onUnload: 2_000 } as const;

/** How long what an old plugin is at may take before it is unloaded. */
const handoverMs = 5_000;

interface LoadedPlugin extends FoundPlugin {
  readonly ledger: DisposerLedger;
  plugin?: PluginInstance;
  /** Until `onLoad` is over there is nothing of it. */
  registrations?: Registrations;
}

/** Loads and unloads plugins and holds what they brought. A plugin is loaded completely or not at all. */
export class PluginHost {
  readonly commands = new CommandRouter<LoadedCommand>();
  readonly rules = new RuleEngine();
  readonly listeners = new EventListeners<LoadedListener>();
  readonly timers: Timers;
  readonly conversations: Conversations;
  readonly invoker: Invoker;
  readonly #loaded = new Map<string, LoadedPlugin>();
  /** Plugins that are off because a scope was not granted. */
  readonly #off = new Set<string>();
  readonly #maker: PluginMaker;
  readonly #cooldowns: CooldownMemory;
  #channels: readonly PluginChannel[];

  constructor(private readonly options: PluginHostOptions) {
    const { clock, logger } = options.services;
    this.#cooldowns = options.cooldowns ?? new CooldownMemory();
    this.#channels = options.channels ?? [];
    this.invoker = new Invoker({
      clock,
      logger,
      ...(options.deadlineMs !== undefined && { deadlineMs: options.deadlineMs }),
      ...(options.onFailure && { onFailure: options.onFailure }),
      onTooManyStrays: (plugin) => void this.unload(plugin),
    });
    this.#maker = new PluginMaker(options, this.invoker);
    this.timers = new Timers(clock, this.invoker);
    this.conversations = new Conversations(clock, this.invoker);
  }

  /** The names of the plugins that are loaded, in the order of loading. */
  get loaded(): readonly string[] {
    return [...this.#loaded.keys()];
  }

  /**
   * Loads plugins, those that others require before these. Throws the first `KickbotError` and then has loaded none of them; throws
   * `plugin.options_invalid` when a channel has options for a plugin that is not among those loaded. A plugin that
   * lacks a scope is left out, and a warning says which.
   */
  async loadAll(plugins: readonly PluginConfig[]): Promise<void> {
    const names: string[] = [];
    try {
      const found: FoundPlugin[] = [];
      for (const plugin of plugins) found.push(await this.find(plugin));
      for (const plugin of inOrder(found)) {
        try {
          names.push(await this.loadFound(plugin));
        } catch (error) {
          if (!(error instanceof MissingScopeError)) throw error;
          this.#off.add(error.plugin);
          this.options.services.logger.warn(error.message);
        }
      }
      this.order(found.map(({ name }) => name));
      this.checkChannelOptions();
    } catch (error) {
      for (const name of names.reverse()) await this.unload(name);
      throw error;
    }
  }

  /**
   * Loads one plugin and returns its name. Throws a `KickbotError` whose sentence names the plugin and what to
   * change, `plugin.scope_missing` among them; nothing of the plugin is left then.
   */
  async load(plugin: PluginConfig): Promise<string> {
    return this.loadFound(await this.find(plugin));
  }

  /** As `load`, of what `find` found. */
  async loadFound(found: FoundPlugin): Promise<string> {
    const { name } = found;
    if (this.#loaded.has(name)) throw nameTaken(found);
    const fresh = this.#begin(found);
    this.#loaded.set(name, fresh);
    this.invoker.trust(name);
    try {
      const registrations = await this.#start(fresh, fresh);
      registrations.enter();
    } catch (error) {
      this.#loaded.delete(name);
      await fresh.ledger.undo();
      throw error;
    }
    return name;
  }

  /**
   * Loads a plugin in place of the loaded one called `name`, whose messages it takes over between two of them. Only
   * then, and once what the old one is at has ended or 5 s have passed, that is unloaded.
   *
   * Throws what `load` throws; the old one goes on then as if nothing had happened.
   */
  async replace(name: string, plugin: FoundPlugin): Promise<void> {
    const old = this.#loaded.get(name);
    if (old === undefined) throw new KickbotError('plugin.not_loaded', `No plugin called ${name} is loaded.`);
    if (plugin.name !== name && this.#loaded.has(plugin.name)) throw nameTaken(plugin);
    const fresh = this.#begin(plugin);
    try {
      const registrations = await this.#start(fresh, old);
      old.registrations?.leave();
      try {
        registrations.enter();
      } catch (error) {
        old.registrations?.enter();
        throw error;
      }
    } catch (error) {
      await fresh.ledger.undo();
      throw error;
    }
    this.#put(fresh, old);
    this.invoker.trust(fresh.name);
    await this.#handedOver();
    await old.ledger.undo();
  }

  /** Undoes all that a plugin set up, after those that require it. Does nothing when no plugin has that name. */
  async unload(name: string): Promise<void> {
    for (const dependent of [...this.#loaded.values()].filter((plugin) =>
      requiredBy(plugin).includes(name),
    )) {
      this.options.services.logger.warn(
        `Plugin ${dependent.name} is unloaded with ${name}, which it requires.`,
      );
      await this.unload(dependent.name);
    }
    const loaded = this.#loaded.get(name);
    this.#loaded.delete(name);
    await loaded?.ledger.undo();
  }

  /** Unloads every plugin, the last one first. */
  async unloadAll(): Promise<void> {
    for (const { name } of inOrder([...this.#loaded.values()]).toReversed()) await this.unload(name);
  }

  /** The loaded plugin called that, and the configuration it was loaded with. */
  get(name: string): FoundPlugin | undefined {
    return this.#loaded.get(name);
  }

  /** What plugins that are loaded from now on have for options in channels. */
  set channels(channels: readonly PluginChannel[]) {
    this.#channels = channels;
  }

  /** Has plugins come in the order of these names where the order matters. */
  order(names: readonly string[]): void {
    const inOrder = names.flatMap((name) => this.#loaded.get(name) ?? []);
    for (const loaded of inOrder) {
      this.#loaded.delete(loaded.name);
      this.#loaded.set(loaded.name, loaded);
    }
    this.rules.order(this.loaded);
    this.listeners.order(({ plugin }) => this.loaded.indexOf(plugin.name));
  }

  /** Imports what an entry of the configuration means. Throws a `KickbotError` as `load` does. */
  async find(plugin: PluginConfig): Promise<FoundPlugin> {
    const entry = entryOf(plugin);
    const { source, options: given } = entry;
    const { origin, metadata, pluginClass } = entry.isIsolated
      ? await describeIsolated(entry, this.#maker.isolation)
      : await readPlugin(source, this.options.directory);
    const channelOptions = this.#channelOptions(metadata.plugin);
    return { name: metadata.plugin.name, source, origin, pluginClass, metadata, given, channelOptions };
  }

  #begin(found: FoundPlugin): LoadedPlugin {
    checkScopes(found, this.options.scopeProblem);
    checkRequired(found, { loaded: this.#loaded, off: this.#off });
    return { ...found, ledger: new DisposerLedger(found.name, this.options.services.logger) };
  }

  /** Makes a plugin, up to where nothing but messages is missing. */
  async #start(fresh: LoadedPlugin, expected: LoadedPlugin): Promise<Registrations> {
    const { name, metadata, ledger } = fresh;
    const plugin = await this.#maker.make(fresh, {
      ledger,
      hearing: this.conversations.of(name),
      others: this.#loaded.values(),
    });
    fresh.plugin = plugin;
    const registrations = this.#registrationsOf(plugin, metadata);
    fresh.registrations = registrations;
    await this.#runHook(plugin, 'onLoad');
    // Meanwhile it, or the one it replaces, may have been given up.
    if (this.#loaded.get(expected.name) !== expected) {
      throw new KickbotError('plugin.load_failed', `Plugin ${fresh.name} was given up while it was loaded.`);
    }
    ledger.add(() => this.#runHook(plugin, 'onUnload'));
    ledger.add(() => plugin.hearing.end());
    ledger.add(() => registrations.leave());
    return registrations;
  }

  /** In the place of the old one. */
  #put(fresh: LoadedPlugin, old: LoadedPlugin): void {
    const names = this.loaded.map((name) => (name === old.name ? fresh.name : name));
    this.#loaded.delete(old.name);
    this.#loaded.set(fresh.name, fresh);
    this.order(names);
  }

  /** Resolves when nothing that plugins began before is under way, or there was time enough for it. */
  async #handedOver(): Promise<void> {
    let cancel = () => {};
    const late = new Promise<void>((resolve) => {
      cancel = this.options.services.clock.schedule(handoverMs, resolve);
    });
    await Promise.race([this.invoker.activity.idle(), late]);
    cancel();
  }

  #registrationsOf(plugin: PluginInstance, metadata: PluginMetadata): Registrations {
    const { clock } = this.options.services;
    const cooldowns = this.#cooldowns;
    const kinds = loadKinds(plugin, metadata.argumentKinds);
    const parts = { clock, cooldowns, kinds };
    const commands = metadata.commands.map((command) => loadCommand(plugin, command, parts));
    const rules = metadata.rules.map((rule) => loadRule(plugin, rule, this.invoker));
    const listeners = metadata.listeners.map((listener) => ({
      event: listener.event,
      listener: loadListener(plugin, listener),
    }));
    const timers = metadata.timers.map((timer) => loadTimer(plugin, timer));
    const host = this;
    return new Registrations(function* () {
      for (const command of commands) yield host.commands.add(command);
      for (const rule of rules) yield host.rules.add(rule);
      for (const timer of timers) yield host.timers.add(timer);
      for (const { event, listener } of listeners) yield host.listeners.add(event, listener);
    });
  }

  async #runHook({ name, instance }: PluginInstance, hook: keyof typeof deadlineMsOf): Promise<void> {
    const method: unknown = Reflect.get(instance, hook);
    if (!isMethod(method)) return;
    try {
      const handler = { plugin: name, name: hook, run: () => method.call(instance) };
      await this.invoker.demand(handler, deadlineMsOf[hook]);
    } catch (cause) {
      throw new KickbotError('plugin.load_failed', `Plugin ${name} failed in ${hook}: ${messageOf(cause)}`, {
        cause,
      });
    }
  }

  #channelOptions({ name }: PluginOptions): Map<string, RawOptions> {
    const found = new Map<string, RawOptions>();
    for (const { slug, plugins } of this.#channels) {
      const own = plugins && Object.hasOwn(plugins, name) ? plugins[name] : undefined;
      if (own) found.set(slug, own);
    }
    return found;
  }

  /** Throws `plugin.options_invalid`. */
  checkChannelOptions(): void {
    for (const { slug, plugins = {} } of this.#channels) {
      const unknown = Object.keys(plugins).find((name) => !this.#loaded.has(name) && !this.#off.has(name));
      if (unknown === undefined) continue;
      throw new KickbotError(
        'plugin.options_invalid',
        `Channel ${slug} has options for plugin ${unknown}, which is not loaded: correct the name, or add it to plugins. Loaded: ${this.loaded.join(', ') || 'none'}.`,
      );
    }
  }
}

function nameTaken({ name, origin }: FoundPlugin): KickbotError {
  return new KickbotError(
    'plugin.name_taken',
    `${origin} is called ${name}, and a plugin of that name is loaded already: remove one of them from plugins, or rename it.`,
  );
}
