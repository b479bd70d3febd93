import { type DependencyContainer, container as rootContainer } from 'tsyringe';
import type { PluginClass } from '../config/schema.js';
import { KickbotError } from '../primitives/error.js';
import type { Logger } from '../telemetry/logger.js';
import type { Hearing } from './conversations.js';
import type { DisposerLedger } from './disposer-ledger.js';
import type { Invoker } from './invoker.js';
import { type KickFor, PluginKick } from './kick.js';
import type { PluginInstance } from './loaded-plugin.js';
import { constructPlugin, createPluginContainer, made, type PluginServices } from './plugin-container.js';
import { isolate } from './plugin-entry.js';
import type { PluginMetadata, PluginOptions } from './plugin-metadata.js';
import { ResolvedOptions } from './plugin-options.js';
import { PluginSender } from './plugin-sender.js';
import { type Exporting, shareServices } from './requirements.js';
import { Store } from './store.js';
import type { StoreTransactions } from './store-transactions.js';

/** What a plugin in a worker has there. */
const standIns: Pick<PluginInstance, 'options' | 'make'> = {
  options: new ResolvedOptions({ name: 'in a worker' }, {}, new Map()),
  make: (wanted) => {
    throw new KickbotError('plugin.not_isolated', `${wanted.name} cannot be made outside of its worker.`);
  },
};

export interface PluginMakerOptions {
  readonly services: Omit<PluginServices, 'store' | 'kick'> & {
    readonly stores: StoreTransactions;
    readonly kickFor: KickFor;
  };
  /** Where relative paths and package names of plugins are looked up: the configuration's folder. */
  readonly directory: string;
  /** What plugins can be given beyond `services`. */
  readonly container?: DependencyContainer;
  /** What a worker runs for a plugin in isolation; kickbot's own file unless told. */
  readonly workerFile?: URL;
}

type RawOptions = Readonly<Record<string, unknown>>;

/** What an entry of the configuration came to. */
export interface FoundPlugin {
  readonly name: string;
  readonly source: PluginClass | string;
  readonly origin: string;
  /** None of a plugin in a worker. */
  readonly pluginClass: PluginClass | undefined;
  readonly metadata: PluginMetadata & { readonly plugin: PluginOptions };
  readonly given: RawOptions;
  readonly channelOptions: ReadonlyMap<string, RawOptions>;
}

/** What the host has for a plugin that is made. */
export interface PluginParts {
  readonly ledger: DisposerLedger;
  readonly hearing: Hearing;
  /** Whose services it may require. */
  readonly others: Iterable<Exporting>;
}

/** Makes plugins, each with what its constructor asks for: in this thread, or in a worker. */
export class PluginMaker {
  readonly #container: DependencyContainer;

  constructor(
    private readonly options: PluginMakerOptions,
    private readonly invoker: Invoker,
  ) {
    this.#container = options.container ?? rootContainer;
  }

  /** How a worker is started. */
  get isolation() {
    const { services, directory, workerFile } = this.options;
    return { directory, clock: services.clock, ...(workerFile && { file: workerFile }) };
  }

  /** Throws what the constructor throws, and what the options are wrong in. What it sets up is in the ledger. */
  async make(found: FoundPlugin, { ledger, hearing, others }: PluginParts): Promise<PluginInstance> {
    const { name, pluginClass, metadata, given, channelOptions } = found;
    if (pluginClass === undefined) return this.#isolate(found, ledger, hearing);
    const options = new ResolvedOptions(metadata.plugin, given, channelOptions);
    const { services } = this.options;
    const { logger, sender } = this.#outlets(name, ledger);
    const store = new Store(name, services.stores);
    const kick = new PluginKick(name, metadata.plugin.scopes ?? [], services.kickFor);
    const container = createPluginContainer(this.#container, { ...services, logger, sender, store, kick });
    shareServices(found, container, others);
    ledger.add(() => container.dispose());
    return {
      name,
      options,
      sender,
      hearing,
      instance: this.invoker.enter({ plugin: name, name: 'its constructor' }, () =>
        constructPlugin(container, pluginClass, name),
      ),
      make: (wanted) =>
        this.invoker.enter({ plugin: name, name: `the constructor of ${wanted.name}` }, () =>
          made(container, wanted, `${name}, ${wanted.name}`),
        ),
    };
  }

  async #isolate(found: FoundPlugin, ledger: DisposerLedger, hearing: Hearing): Promise<PluginInstance> {
    const { name, source, given, channelOptions } = found;
    const isolated = await isolate(source, this.isolation);
    ledger.add(() => isolated.stop());
    const { logger, sender } = this.#outlets(name, ledger);
    const instance = await isolated.load({
      options: given,
      byChannel: channelOptions,
      sender,
      logger,
      onStray: (handler, error) => this.invoker.strayed({ plugin: name, name: handler }, error),
    });
    return { name, instance, sender, hearing, ...standIns };
  }

  /** What the plugin speaks through. */
  #outlets(name: string, ledger: DisposerLedger): { logger: Logger; sender: PluginSender } {
    const { services } = this.options;
    const logger = services.logger.named(name);
    const sender = new PluginSender(name, services.sender, services.clock, logger);
    ledger.add(() => sender.close());
    return { logger, sender };
  }
}
