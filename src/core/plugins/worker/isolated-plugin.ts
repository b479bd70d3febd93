import type { Sender } from '../../chat/sender.js';
import { isScope } from '../../config/scopes.js';
import type { KickEvent } from '../../events/kick-event.js';
import type { Cancel, Clock } from '../../primitives/clock.js';
import { KickbotError, messageOf } from '../../primitives/error.js';
import type { Logger } from '../../telemetry/logger.js';
import { CommandContext, HandlerContext, RuleContext } from '../contexts.js';
import { metadataToWrite, type PluginMetadata, type PluginOptions } from '../plugin-metadata.js';
import { PluginThread, type ThreadOptions, type Told } from './plugin-thread.js';
import { type Call, type Described, errorOf, failureOf } from './protocol.js';

const firstPauseMs = 1_000;
const longestPauseMs = 60_000;

export interface IsolatedPluginOptions extends Omit<ThreadOptions, 'file'> {
  /** What a worker runs, where it is not kickbot's own file. */
  readonly file?: URL;
}

type RawOptions = Readonly<Record<string, unknown>>;

/** What the plugin speaks through, and what it is configured with. */
export interface Surroundings {
  readonly options: RawOptions;
  readonly byChannel: ReadonlyMap<string, RawOptions>;
  readonly sender: Sender;
  readonly logger: Logger;
  /** Told of an error that no call of the plugin ended with. */
  readonly onStray: (name: string, error: Error) => void;
}

/** A plugin in a worker thread of its own, which is started again when it ends. */
export class IsolatedPlugin {
  readonly metadata: PluginMetadata & { plugin: PluginOptions };
  readonly #threadOptions: ThreadOptions;
  readonly #clock: Clock;
  #thread: PluginThread;
  /** While it does not run. */
  #isDown = false;
  #isStopped = false;
  #cancelRestart: Cancel | undefined;
  #pauseMs = firstPauseMs;
  #startedAt: number;

  private constructor(options: ThreadOptions, thread: PluginThread, described: Described) {
    this.#threadOptions = options;
    this.#clock = options.clock;
    this.#thread = thread;
    this.#startedAt = this.#clock.monotonic();
    const { name, scopes, commands, rules, timers, listeners } = described;
    this.metadata = {
      ...metadataToWrite(class {}),
      plugin: { name, scopes: scopes.filter(isScope) },
      commands,
      rules,
      timers,
      listeners,
    };
  }

  /** Imports the plugin in a worker. Throws what that throws; nothing is left of it then. */
  static async start({ file = ownFile, ...rest }: IsolatedPluginOptions): Promise<IsolatedPlugin> {
    const options = { ...rest, file };
    const thread = new PluginThread(options);
    try {
      return new IsolatedPlugin(options, thread, await thread.describe());
    } catch (cause) {
      await thread.end('it could not be imported');
      throw named(`The plugin ${rest.source}`, cause);
    }
  }

  /** Makes the plugin in its worker, and what stands for it here: its methods, each a call to the worker. */
  async load(surroundings: Surroundings): Promise<object> {
    try {
      await this.#load(surroundings);
    } catch (cause) {
      throw named(`Plugin ${this.metadata.plugin.name}`, cause);
    }
    const { commands, rules, timers, listeners } = this.metadata;
    const methods = [...commands, ...rules, ...timers, ...listeners].map(({ method }) => [
      method,
      { value: (first: unknown, second: unknown) => this.#call(method, first, second) },
    ]);
    const onUnload = { value: () => this.#post('onUnload', { kind: 'hook', method: 'onUnload' }) };
    return Object.create(null, Object.fromEntries([...methods, ['onUnload', onUnload]]));
  }

  /** Ends its worker for good. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelRestart?.();
    await this.#thread.end('it was unloaded');
  }

  async #load(surroundings: Surroundings): Promise<void> {
    const thread = this.#thread;
    const { options, byChannel } = surroundings;
    thread.tell = (told) => this.#told(thread, told, surroundings);
    await thread.load({ type: 'load', options, byChannel });
    void thread.ended.then((why) => this.#ended(why, surroundings));
  }

  /** Chat goes on meanwhile: nothing of the plugin is called until it runs again. */
  #ended(why: string, surroundings: Surroundings): void {
    if (this.#isStopped) return;
    const { name } = this.metadata.plugin;
    if (this.#clock.monotonic() - this.#startedAt > longestPauseMs) this.#pauseMs = firstPauseMs;
    this.#isDown = true;
    surroundings.logger.error(
      `The worker of plugin ${name} ended: ${why}. It is started again in ${this.#pauseMs / 1000} s.`,
      { plugin: name },
    );
    this.#cancelRestart = this.#clock.schedule(this.#pauseMs, () => void this.#restart(surroundings));
    this.#pauseMs = Math.min(2 * this.#pauseMs, longestPauseMs);
  }

  async #restart(surroundings: Surroundings): Promise<void> {
    const thread = new PluginThread(this.#threadOptions);
    this.#thread = thread;
    this.#startedAt = this.#clock.monotonic();
    const { name } = this.metadata.plugin;
    try {
      await thread.describe();
      await this.#load(surroundings);
      if (this.#isStopped) return;
      this.#isDown = false;
      surroundings.logger.info(`Plugin ${name} runs again.`, { plugin: name });
    } catch (error) {
      await thread.end('it could not be started');
      this.#ended(messageOf(error), surroundings);
    }
  }

  #call(method: string, first: unknown, second: unknown): unknown {
    if (first instanceof CommandContext) {
      const { message, commandName, rest } = first;
      const roles = { isOwner: first.hasRole('owner'), isRegular: first.hasRole('regular') };
      const call = {
        kind: 'command',
        method,
        message,
        commandName,
        rest,
        ...roles,
        arguments: second,
      } as const;
      return this.#post(method, call, first);
    }
    if (first instanceof RuleContext) {
      return this.#post(method, { kind: 'rule', method, message: first.message }, first);
    }
    if (first instanceof HandlerContext) {
      return this.#post(method, { kind: 'timer', method, channel: first.channel }, first);
    }
    const context = second instanceof HandlerContext ? second : undefined;
    // What does not begin with a context begins with an event.
    return this.#post(method, { kind: 'listener', method, event: first as KickEvent }, context);
  }

  #post(method: string, call: Call, context?: HandlerContext): Promise<unknown> | undefined {
    if (this.#isDown) return undefined;
    const { answer, abandon } = this.#thread.call({ type: 'call', name: method, call });
    context?.signal.addEventListener('abort', () => abandon(failureOf(context.signal.reason)), {
      once: true,
    });
    return answer;
  }

  #told(thread: PluginThread, told: Told, { sender, logger, onStray }: Surroundings): void {
    if (told.type === 'log') {
      logger[told.level](told.message, told.fields);
    } else if (told.type === 'stray') {
      onStray(told.name, errorOf(told.failure));
    } else {
      const { id, message } = told;
      const { channel, content, replyTo, priority } = message;
      sender
        .send({ channel, content, ...(replyTo && { replyTo }), ...(priority && { priority }) })
        .then((value) => thread.post({ type: 'sent', id, value }))
        .catch((error: unknown) => thread.post({ type: 'notSent', id, failure: failureOf(error) }));
    }
  }
}

const ownFile = new URL('./plugin-worker.js', import.meta.url);

/** An error's sentence names the plugin already where kickbot made it. */
function named(plugin: string, cause: unknown): KickbotError {
  const isOurs = cause instanceof KickbotError && !/^plugin\.(deadline|worker_ended)$/.test(cause.code);
  if (isOurs) return cause;
  return new KickbotError('plugin.load_failed', `${plugin} cannot be loaded: ${messageOf(cause)}`, { cause });
}
