/** What a worker thread runs: one plugin, called over the port and speaking over it. */
import 'reflect-metadata';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { type DependencyContainer, container as rootContainer } from 'tsyringe';
import { Sender } from '../../chat/sender.js';
import { Roles } from '../../events/role.js';
import { Clock, SystemClock } from '../../primitives/clock.js';
import { KickbotError } from '../../primitives/error.js';
import { Random, SystemRandom } from '../../primitives/random.js';
import { Logger } from '../../telemetry/logger.js';
import { blamePlugin, runAs } from '../attribution.js';
import { CommandContext, EventContext, type HandlerContext, RuleContext } from '../contexts.js';
import { isMethod } from '../loaded-plugin.js';
import { constructPlugin, token } from '../plugin-container.js';
import type { PluginMetadata, PluginOptions } from '../plugin-metadata.js';
import { ResolvedOptions } from '../plugin-options.js';
import { readPlugin } from '../plugin-source.js';
import {
  type Call,
  type Described,
  errorOf,
  type FromWorker,
  failureOf,
  type ToWorker,
  workerDataSchema,
} from './protocol.js';
import { PostingLogger, PostingSender } from './worker-services.js';

const given: ReadonlySet<unknown> = new Set([Logger, Sender, Clock, Random]);

/** A plugin's container in which what only the bot's own process has is refused by name. */
async function createContainer(plugin: string, logger: Logger, sender: Sender): Promise<DependencyContainer> {
  const container = rootContainer
    .createChildContainer()
    .registerInstance(token(Logger), logger)
    .registerInstance(token(Sender), sender)
    .registerInstance(token(Clock), new SystemClock())
    .registerInstance(token(Random), new SystemRandom());
  for (const [name, value] of Object.entries(await import('kickbot'))) {
    if (typeof value !== 'function' || given.has(value)) continue;
    const refuse = () => {
      throw notIsolated(plugin, `asks for ${name}`);
    };
    // To tsyringe a token is any function; whether this one is a class does not matter, for nobody will make one.
    container.register(token(value as unknown as abstract new () => unknown), { useFactory: refuse });
  }
  return container;
}

function notIsolated(plugin: string, what: string): KickbotError {
  return new KickbotError(
    'plugin.not_isolated',
    `Plugin ${plugin} ${what}, which there is not in a worker: take isolation: 'worker' away from it in plugins.`,
  );
}

const known: ReadonlySet<string> = new Set(['commands', 'rules', 'timers', 'listeners']);

/** Throws `plugin.not_isolated` where the plugin needs what cannot cross. */
function describe(metadata: PluginMetadata & { plugin: PluginOptions }): Described {
  const { plugin, commands, rules, timers, listeners } = metadata;
  for (const [part, entries] of Object.entries(metadata)) {
    if (known.has(part) || !Array.isArray(entries) || entries.length === 0) continue;
    throw notIsolated(plugin.name, `has ${part.replace(/(?=[A-Z])/g, ' ').toLowerCase()} of its own`);
  }
  if (plugin.exports?.length || plugin.requires?.length) {
    throw notIsolated(plugin.name, 'shares services with other plugins');
  }
  for (const { usage, options } of commands) {
    if ([options.allow].flat().some((allowed) => typeof allowed === 'function')) {
      throw notIsolated(plugin.name, `has a guard for '${usage}'`);
    }
  }
  return {
    type: 'described',
    name: plugin.name,
    scopes: [...(plugin.scopes ?? [])],
    commands: [...commands],
    rules: [...rules],
    timers: [...timers],
    listeners: [...listeners],
  };
}

/** The plugin once it is made. */
interface Loaded {
  readonly instance: object;
  readonly options: ResolvedOptions;
}

async function run(port: MessagePort): Promise<void> {
  const post = (message: FromWorker) => port.postMessage(message);
  const sender = new PostingSender(post);
  const running = new Map<number, HandlerContext>();
  let loaded: Loaded | undefined;

  process.on('unhandledRejection', (error) => stray(error));
  process.on('uncaughtException', (error) => stray(error));
  const stray = (error: unknown) => {
    if (!blamePlugin(error)) post({ type: 'stray', name: 'its worker', failure: failureOf(error) });
  };
  const enter = (name: string, code: () => unknown) =>
    runAs({ blame: (error) => post({ type: 'stray', name, failure: failureOf(error) }) }, code);

  const answer = async (id: number, name: string, code: () => unknown) => {
    try {
      const value = await enter(name, code);
      // What a listener gives means nothing, and a list is what `ctx.say` gave.
      post({ type: 'returned', id, value: Array.isArray(value) ? undefined : value });
    } catch (error) {
      post({ type: 'threw', id, failure: failureOf(error) });
    } finally {
      running.delete(id);
    }
  };

  const { source, directory } = workerDataSchema.parse(workerData);
  const { pluginClass, metadata } = await readPlugin(source, directory);
  const { name } = metadata.plugin;
  const described = describe(metadata);

  const load = async (message: Extract<ToWorker, { type: 'load' }>) => {
    const options = new ResolvedOptions(metadata.plugin, message.options, message.byChannel);
    const container = await createContainer(name, new PostingLogger(post), sender);
    const instance = enter('its constructor', () => constructPlugin(container, pluginClass, name)) as object;
    const onLoad: unknown = Reflect.get(instance, 'onLoad');
    if (isMethod(onLoad)) await enter('onLoad', () => onLoad.call(instance));
    loaded = { instance, options };
  };

  port.on('message', (message: ToWorker) => {
    switch (message.type) {
      case 'ping':
        return post({ type: 'pong' });
      case 'load':
        return answer(message.id, 'onLoad', () => load(message));
      case 'abandon': {
        const { failure } = message;
        const error = errorOf(failure);
        if (error instanceof KickbotError) running.get(message.id)?.abandon(error);
        return;
      }
      case 'sent':
        return sender.sent(message.id, message.value);
      case 'notSent':
        return sender.notSent(message.id, message.failure);
      case 'call':
        return answer(message.id, message.name, () => call(message.id, message.call));
    }
  });

  const call = (id: number, made: Call): unknown => {
    if (loaded === undefined) return undefined;
    const { instance, options } = loaded;
    const method: unknown = Reflect.get(instance, made.method);
    if (!isMethod(method)) return undefined;
    if (made.kind === 'hook') return method.call(instance);
    const { channel } = made.kind === 'timer' ? made : made.kind === 'listener' ? made.event : made.message;
    const own = options.for(channel.slug);
    if (made.kind === 'timer') {
      const context = new EventContext(channel, own, sender, undefined, 'timer');
      running.set(id, context);
      return method.call(instance, context);
    }
    if (made.kind === 'listener') {
      const { event } = made;
      const context = new EventContext(
        channel,
        own,
        sender,
        'messageId' in event ? event.messageId : undefined,
      );
      running.set(id, context);
      return Promise.resolve(method.call(instance, event, context)).then(() => undefined);
    }
    const context =
      made.kind === 'rule' ? new RuleContext(made.message, own, sender) : commandContext(made, own);
    running.set(id, context);
    return made.kind === 'rule'
      ? method.call(instance, context)
      : method.call(instance, context, made.arguments);
  };

  const commandContext = (made: Extract<Call, { kind: 'command' }>, own: object) => {
    const { message, commandName, rest, isOwner, isRegular } = made;
    const author = [message.sender.id];
    const roles = new Roles({
      owners: isOwner ? author : [],
      regulars: new Map(isRegular ? [[message.channel.slug, author]] : []),
    });
    return new CommandContext(message, own, sender, commandName, rest, roles);
  };

  post(described);
}

if (parentPort !== null) {
  const port = parentPort;
  run(port).catch((error: unknown) => port.postMessage({ type: 'failed', failure: failureOf(error) }));
}
