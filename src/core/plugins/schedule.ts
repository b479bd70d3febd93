import { Cron } from 'croner';
import type { Clock } from '../primitives/clock.js';
import { type Duration, parseDuration } from '../primitives/duration.js';

/** Minute, hour, day of the month, month, day of the week: `'0 20 * * FRI'`. */
export type CronPattern = `${string} ${string} ${string} ${string} ${string}`;

const minuteMs = 60_000;
const shortestMs = 1_000;

/** When a timer is due in a channel, in the milliseconds of the clock it goes by. */
export interface Schedule {
  now(clock: Clock): number;
  /**
   * The first time after `now`, and after `due`, when it last was. Channels differ by `share`, from 0 to 1, of the
   * time they are spread over; the one with 0 is not moved.
   */
  next(now: number, share: number, due?: number): number;
}

/**
 * The schedule of `@Every`: a duration, or a cron pattern in a time zone. Throws an `Error` with a sentence that says
 * what to write instead.
 */
export function scheduleOf(when: Duration | CronPattern, timeZone?: string): Schedule {
  if (typeof when === 'string' && when.trim().includes(' ')) return new CronSchedule(when, timeZone);
  const intervalMs = typeof when === 'number' ? when : parseDuration(when);
  if (intervalMs === undefined) throw new RangeError('this is neither a time nor a cron pattern');
  if (!(intervalMs >= shortestMs && intervalMs < Number.POSITIVE_INFINITY)) {
    throw new RangeError('the shortest time is 1s');
  }
  return new Interval(intervalMs);
}

/** Channels are spread over the whole of it, and each has its turn within the first. */
class Interval implements Schedule {
  constructor(private readonly intervalMs: number) {}

  now(clock: Clock): number {
    return clock.monotonic();
  }

  next(now: number, share: number, due?: number): number {
    const { intervalMs } = this;
    if (due === undefined) return now + intervalMs * (1 - share);
    // What was missed while everything stood still is not made up for.
    return due + intervalMs * (Math.floor((now - due) / intervalMs) + 1);
  }
}

/** Channels are spread over the minute. */
class CronSchedule implements Schedule {
  readonly #cron: Cron;

  constructor(pattern: string, timeZone: string | undefined) {
    this.#cron = new Cron(pattern.trim(), {
      mode: '5-part',
      paused: true,
      ...(timeZone !== undefined && { timezone: timeZone }),
    });
    if (this.#cron.nextRun(new Date(0)) === null) throw new RangeError('there is no such time');
  }

  now(clock: Clock): number {
    return clock.now();
  }

  next(now: number, share: number): number {
    const laterMs = share * minuteMs;
    const time = this.#cron.nextRun(new Date(now - laterMs));
    return time === null ? Number.POSITIVE_INFINITY : time.getTime() + laterMs;
  }
}
