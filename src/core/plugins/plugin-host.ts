import 'reflect-metadata';
import type { DependencyContainer } from 'tsyringe';
import { container as rootContainer } from 'tsyringe';
import { CommandRouter } from '../commands/command-router.js';
import { CooldownMemory } from '../commands/cooldown-memory.js';
import type { PluginClass, PluginConfig } from '../config/schema.js';
import { allScopes, isScope, type Scope } from '../config/scopes.js';
import { RuleEngine } from '../moderation/rule-engine.js';
import { KickbotError, messageOf } from '../primitives/error.js';
import { Activity } from './activity.js';
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
import { constructPlugin, createPluginContainer, made, type PluginServices } from './plugin-container.js';
import { type PluginMetadata, type PluginOptions, readMetadata } from './plugin-metadata.js';
import { ResolvedOptions } from './plugin-options.js';
import { PluginSender } from './plugin-sender.js';
import { resolvePlugin } from './plugin-source.js';
import { Store } from './store.js';
import type { StoreTransactions } from './store-transactions.js';
import { loadTimer, Timers } from './timers.js';

type RawOptions = Readonly<Record<string, unknown>>;

export interface PluginHostOptions {
  readonly services: Omit<PluginServices, 'store'> & { readonly stores: StoreTransactions };
  /** Where relative paths and package names of plugins are looked up: the configuration's folder. */
  readonly directory: string;
  /** Channels, with the options plugins have there alone. */
  readonly channels?: readonly {
    readonly slug: string;
    readonly plugins?: Readonly<Record<string, RawOptions>> | undefined;
  }[];
  /** What plugins can be given beyond `services`. */
  readonly container?: DependencyContainer;
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

class MissingScopeError extends KickbotError {
  constructor(
    readonly plugin: string,
    problem: string,
  ) {
    super('plugin.scope_missing', `Plugin ${plugin} is off: ${problem}`);
  }
}

/** Loads and unloads plugins and holds what they brought. A plugin is loaded completely or not at all. */
export class PluginHost {
  readonly commands = new CommandRouter<LoadedCommand>();
  readonly rules = new RuleEngine();
  readonly listeners = new EventListeners<LoadedListener>();
  readonly timers: Timers;
  readonly invoker: Invoker;
  /** What the plugins are at. */
  readonly activity = new Activity();
  readonly #ledgers = new Map<string, DisposerLedger>();
  /** Plugins that are off because a scope was not granted. */
  readonly #off = new Set<string>();
  readonly #container: DependencyContainer;
  readonly #cooldowns: CooldownMemory;

  constructor(private readonly options: PluginHostOptions) {
    const { clock, logger } = options.services;
    this.#container = options.container ?? rootContainer.createChildContainer();
    this.#cooldowns = options.cooldowns ?? new CooldownMemory();
    this.invoker = new Invoker({
      clock,
      logger,
      ...(options.deadlineMs !== undefined && { deadlineMs: options.deadlineMs }),
      ...(options.onFailure && { onFailure: options.onFailure }),
      onTooManyStrays: (plugin) => void this.unload(plugin),
    });
    this.timers = new Timers({ clock, invoker: this.invoker, activity: this.activity });
  }

  /** The names of the plugins that are loaded, in the order of loading. */
  get loaded(): readonly string[] {
    return [...this.#ledgers.keys()];
  }

  /**
   * Loads plugins in order. Throws the first `KickbotError` and then has loaded none of them; throws
   * `plugin.options_invalid` when a channel has options for a plugin that is not among those loaded. A plugin that
   * lacks a scope is left out, and a warning says which.
   */
  async loadAll(plugins: readonly PluginConfig[]): Promise<void> {
    const names: string[] = [];
    try {
      for (const plugin of plugins) {
        try {
          names.push(await this.load(plugin));
        } catch (error) {
          if (!(error instanceof MissingScopeError)) throw error;
          this.#off.add(error.plugin);
          this.options.services.logger.warn(error.message);
        }
      }
      this.#checkChannelOptions();
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
    const [source, given] = Array.isArray(plugin) ? plugin : ([plugin, {}] as const);
    const { pluginClass, origin } = await resolvePlugin(source, this.options.directory);
    const metadata = readMetadata(pluginClass);
    if (!metadata) {
      throw new KickbotError(
        'plugin.not_decorated',
        `${origin} is not a plugin: write @Plugin({ name: '…' }) above the class ${pluginClass.name}.`,
      );
    }
    const { name } = metadata.plugin;
    if (this.#ledgers.has(name)) {
      throw new KickbotError(
        'plugin.name_taken',
        `${origin} is called ${name}, and a plugin of that name is loaded already: remove one of them from plugins, or rename it.`,
      );
    }
    this.#checkScopes(metadata.plugin);
    const ledger = new DisposerLedger(name, this.options.services.logger);
    this.#ledgers.set(name, ledger);
    this.invoker.trust(name);
    try {
      const options = new ResolvedOptions(metadata.plugin, given, this.#channelOptions(metadata.plugin));
      const instance = this.#construct(name, pluginClass, options, ledger);
      await this.#start(instance, metadata, ledger);
    } catch (error) {
      this.#ledgers.delete(name);
      await ledger.undo();
      throw error;
    }
    return name;
  }

  /** Undoes all that a plugin set up. Does nothing when no plugin has that name. */
  async unload(name: string): Promise<void> {
    const ledger = this.#ledgers.get(name);
    this.#ledgers.delete(name);
    await ledger?.undo();
  }

  /** Unloads every plugin, the last one first. */
  async unloadAll(): Promise<void> {
    for (const name of [...this.#ledgers.keys()].reverse()) await this.unload(name);
  }

  #construct(
    name: string,
    pluginClass: PluginClass,
    options: ResolvedOptions,
    ledger: DisposerLedger,
  ): PluginInstance {
    const { services } = this.options;
    const logger = services.logger.named(name);
    const sender = new PluginSender(name, services.sender, services.clock, logger);
    ledger.add(() => sender.close());
    const store = new Store(name, services.stores);
    const container = createPluginContainer(this.#container, { ...services, logger, sender, store });
    ledger.add(() => container.dispose());
    return {
      name,
      options,
      sender,
      instance: this.invoker.enter({ plugin: name, name: 'its constructor' }, () =>
        constructPlugin(container, pluginClass, name),
      ),
      make: (wanted) =>
        this.invoker.enter({ plugin: name, name: `the constructor of ${wanted.name}` }, () =>
          made(container, wanted, `${name}, ${wanted.name}`),
        ),
    };
  }

  async #start(plugin: PluginInstance, metadata: PluginMetadata, ledger: DisposerLedger): Promise<void> {
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

    await this.#runHook(plugin, 'onLoad');
    if (this.#ledgers.get(plugin.name) !== ledger) {
      throw new KickbotError('plugin.load_failed', `Plugin ${plugin.name} was given up while it was loaded.`);
    }
    ledger.add(() => this.#runHook(plugin, 'onUnload'));
    for (const command of commands) ledger.add(this.commands.add(command));
    for (const rule of rules) ledger.add(this.rules.add(rule));
    for (const timer of timers) ledger.add(this.timers.add(timer));
    for (const { event, listener } of listeners) ledger.add(this.listeners.add(event, listener));
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

  #checkScopes({ name, scopes = [] }: PluginOptions): void {
    for (const scope of scopes) {
      if (!isScope(scope)) {
        throw new KickbotError(
          'plugin.invalid',
          `Plugin ${name}: Kick has no scope '${scope}'. Its scopes are ${allScopes.join(', ')}.`,
        );
      }
      const problem = this.options.scopeProblem?.(scope);
      if (problem !== undefined) throw new MissingScopeError(name, problem);
    }
  }

  #channelOptions({ name }: PluginOptions): Map<string, RawOptions> {
    const found = new Map<string, RawOptions>();
    for (const { slug, plugins } of this.options.channels ?? []) {
      const own = plugins && Object.hasOwn(plugins, name) ? plugins[name] : undefined;
      if (own) found.set(slug, own);
    }
    return found;
  }

  #checkChannelOptions(): void {
    for (const { slug, plugins = {} } of this.options.channels ?? []) {
      const unknown = Object.keys(plugins).find((name) => !this.#ledgers.has(name) && !this.#off.has(name));
      if (unknown === undefined) continue;
      throw new KickbotError(
        'plugin.options_invalid',
        `Channel ${slug} has options for plugin ${unknown}, which is not loaded: correct the name, or add it to plugins. Loaded: ${this.loaded.join(', ') || 'none'}.`,
      );
    }
  }
}
