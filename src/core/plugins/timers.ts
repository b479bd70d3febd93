import type { Channel } from '../events/kick-event.js';
import type { Cancel, Clock } from '../primitives/clock.js';
import { KickbotError, messageOf } from '../primitives/error.js';
import { EventContext } from './contexts.js';
import type { Handler, Invoker } from './invoker.js';
import { checkedWhen, handlerOf, type PluginInstance } from './loaded-plugin.js';
import type { PluginMetadata, TimerOptions } from './plugin-metadata.js';
import { type Schedule, scheduleOf } from './schedule.js';

export interface LoadedTimer {
  readonly plugin: PluginInstance;
  readonly handler: Handler;
  readonly schedule: Schedule;
  readonly when: TimerOptions['when'];
}

/** Throws `plugin.invalid` with a sentence that names plugin and timer. */
export function loadTimer(
  plugin: PluginInstance,
  { method, schedule, options: { when, timeZone } }: PluginMetadata['timers'][number],
): LoadedTimer {
  try {
    return {
      plugin,
      handler: handlerOf(plugin, method, `timer ${method}`),
      schedule: scheduleOf(schedule, timeZone),
      when: checkedWhen(when),
    };
  } catch (cause) {
    throw new KickbotError(
      'plugin.invalid',
      `Plugin ${plugin.name}, @Every('${schedule}') above ${method}: ${messageOf(cause).replace(/\.$/, '')}. Write a time such as '10m', or a cron pattern such as '0 20 * * FRI'.`,
      { cause },
    );
  }
}

interface Joined {
  readonly channel: Channel;
  readonly isLive: (channel: Channel) => boolean;
  /** Where it stands among the channels that a time is spread over, from 0 to 1. */
  readonly share: number;
}

/** Multiples of it, less the whole numbers, lie evenly between 0 and 1 however many there are. */
const goldenRatio = (Math.sqrt(5) - 1) / 2;
/** A clock that is set, or a machine that slept, is noticed within that. */
const longestWaitMs = 60_000;

/** Calls plugins' timers in each channel. Channels are spread out, so that many of them are not due at one moment. */
export class Timers {
  readonly #joined: Joined[] = [];
  /** What ends each timer, in each channel. */
  readonly #timers = new Map<LoadedTimer, Cancel[]>();

  constructor(
    private readonly clock: Clock,
    private readonly invoker: Invoker,
  ) {}

  /** The function returned takes the timer away again. */
  add(timer: LoadedTimer): () => void {
    this.#timers.set(
      timer,
      this.#joined.map((joined) => this.#begin(timer, joined)),
    );
    return () => {
      for (const cancel of this.#timers.get(timer) ?? []) cancel();
      this.#timers.delete(timer);
    };
  }

  /** Timers are called in this channel from now on. */
  join(channel: Channel, isLive: (channel: Channel) => boolean): void {
    const joined = { channel, isLive, share: (this.#joined.length * goldenRatio) % 1 };
    this.#joined.push(joined);
    for (const [timer, cancels] of this.#timers) cancels.push(this.#begin(timer, joined));
  }

  /** Timers are not called any more in this channel. */
  part(channel: Channel): void {
    const index = this.#joined.findIndex((joined) => joined.channel.channelId === channel.channelId);
    if (index < 0) return;
    this.#joined.splice(index, 1);
    for (const cancels of this.#timers.values()) for (const cancel of cancels.splice(index, 1)) cancel();
  }

  /** Calls no timer any more. */
  stop(): void {
    for (const cancel of [...this.#timers.values()].flat()) cancel();
    this.#timers.clear();
    this.#joined.length = 0;
  }

  #begin(timer: LoadedTimer, joined: Joined): Cancel {
    const { clock } = this;
    const { schedule } = timer;
    let isRunning = false;
    let cancel: Cancel = () => {};
    const waitFor = (due: number): void => {
      cancel = clock.schedule(Math.min(due - schedule.now(clock), longestWaitMs), () => {
        const now = schedule.now(clock);
        if (now < due) return waitFor(due);
        waitFor(schedule.next(now, joined.share, due));
        if (isRunning) return;
        const run = this.#run(timer, joined);
        if (run === undefined) return;
        isRunning = true;
        run.finally(() => {
          isRunning = false;
        });
      });
    };
    waitFor(schedule.next(schedule.now(clock), joined.share));
    return () => cancel();
  }

  /** A promise while the handler takes its time. It never rejects. */
  #run({ plugin, handler, when }: LoadedTimer, { channel, isLive }: Joined): Promise<void> | undefined {
    if (when !== undefined && isLive(channel) !== (when === 'live')) return undefined;
    const { invoker } = this;
    const context = new EventContext(
      channel,
      plugin.options.for(channel.slug),
      plugin.sender,
      undefined,
      'timer',
      plugin.hearing,
    );
    const say = (text: unknown) => {
      if (typeof text === 'string' && text !== '') invoker.activity.track(context.say(text));
    };
    const answer = invoker.invoke(handler, context, context);
    if (!(answer instanceof Promise)) {
      say(answer);
      return undefined;
    }
    const run = answer.then(say);
    invoker.activity.track(run);
    return run;
  }
}
