import type { Channel, ChatMessageSent } from '../events/kick-event.js';
import type { Clock } from '../primitives/clock.js';
import { KickbotError } from '../primitives/error.js';
import type { ChannelId } from '../primitives/ids.js';

/** The context of what is waiting. */
export interface Waiter {
  readonly channel: Channel;
  pause(): void;
  resume(): void;
  abandon(reason: KickbotError): void;
}

/** A message that a plugin waits for. */
export interface Awaited {
  readonly waiter: Waiter;
  readonly withinMs: number;
  readonly matching: (message: ChatMessageSent) => boolean;
}

interface Wait extends Awaited {
  readonly plugin: string;
  /** Wall clock. */
  readonly since: number;
  readonly resolve: (message: ChatMessageSent | undefined) => void;
  readonly reject: (reason: unknown) => void;
}

/** The door into plugin code. */
interface Door {
  enter<Result>(entered: { plugin: string; name: string }, run: () => Result): Result;
}

const mostOfOnePlugin = 1_000;

/** Who waits for a next message. */
export class Conversations {
  readonly #waits = new Map<ChannelId, Set<Wait>>();
  #isOver = false;

  constructor(
    private readonly clock: Clock,
    private readonly door: Door,
  ) {}

  /** A plugin's way to wait. `end` ends all that it waits for, and whatever it would wait for afterwards. */
  of(plugin: string): Hearing {
    const waits = new Set<Wait>();
    let isOver = false;
    return {
      next: (awaited) => {
        if (isOver || this.#isOver) {
          const reason = unloaded(plugin);
          awaited.waiter.abandon(reason);
          return Promise.reject(reason);
        }
        if (waits.size >= mostOfOnePlugin) return Promise.reject(tooMany(plugin));
        return this.#next(plugin, awaited, waits);
      },
      end: () => {
        isOver = true;
        end(waits);
      },
    };
  }

  /** Gives a message to everybody who waits for it. */
  offer(message: ChatMessageSent): void {
    for (const wait of this.#waits.get(message.channel.channelId) ?? []) {
      // What is read afterwards, of a time that was missed, is no answer to what was asked since.
      if ((message.replayed || message.late) && message.createdAt.getTime() < wait.since) continue;
      const { plugin, matching, resolve, reject } = wait;
      try {
        const entered = { plugin, name: 'what waitFor matches' };
        if (this.door.enter(entered, () => matching(message)) === true) resolve(message);
      } catch (error) {
        reject(error);
      }
    }
  }

  /** Ends all conversations, and nobody begins one any more. */
  stop(): void {
    this.#isOver = true;
    for (const waits of this.#waits.values()) end(waits);
  }

  #next(plugin: string, awaited: Awaited, waits: Set<Wait>): Promise<ChatMessageSent | undefined> {
    const { clock } = this;
    const { waiter, withinMs } = awaited;
    const { channelId } = waiter.channel;
    return new Promise((resolve, reject) => {
      const over = () => {
        cancel();
        waits.delete(wait);
        here.delete(wait);
        if (here.size === 0 && this.#waits.get(channelId) === here) this.#waits.delete(channelId);
        waiter.resume();
      };
      const wait: Wait = {
        ...awaited,
        plugin,
        since: clock.now(),
        resolve: (message) => {
          over();
          resolve(message);
        },
        reject: (reason) => {
          over();
          reject(reason);
        },
      };
      const here = this.#waits.get(channelId) ?? new Set();
      this.#waits.set(channelId, here.add(wait));
      waits.add(wait);
      const cancel = clock.schedule(withinMs, () => wait.resolve(undefined));
      waiter.pause();
    });
  }
}

/** One plugin's conversations. */
export interface Hearing {
  /**
   * Resolves with the first message that matches, or with undefined when none came in time. Rejects with what
   * `matching` throws, with `plugin.unloaded`, and with `plugin.too_many_waits`.
   */
  next(awaited: Awaited): Promise<ChatMessageSent | undefined>;
  end(): void;
}

function end(waits: ReadonlySet<Wait>): void {
  for (const { plugin, waiter, reject } of waits) {
    const reason = unloaded(plugin);
    waiter.abandon(reason);
    reject(reason);
  }
}

function unloaded(plugin: string): KickbotError {
  return new KickbotError(
    'plugin.unloaded',
    `Plugin ${plugin} is unloaded and waits for no message any longer.`,
  );
}

function tooMany(plugin: string): KickbotError {
  return new KickbotError(
    'plugin.too_many_waits',
    `Plugin ${plugin} waits for ${mostOfOnePlugin} messages already: wait for less time, or give the command a cooldown.`,
  );
}
