import { type Duration, durationMs } from '../primitives/duration.js';

/** What a rule thinks should happen to a message. Made by `remove`, `timeout` and `ban`. */
export type Verdict =
  | { readonly action: 'remove'; readonly reason: string }
  | { readonly action: 'timeout'; readonly reason: string; readonly seconds: number }
  | { readonly action: 'ban'; readonly reason: string };

const maximumSeconds = 7 * 24 * 60 * 60;

/** The message goes; its author may chat on. */
export function remove(reason: string): Verdict {
  return { action: 'remove', reason };
}

/**
 * The message goes, and its author cannot chat for a while. Kick counts in minutes and rounds up. Throws a
 * `RangeError` for more than seven days, Kick's longest.
 */
export function timeout(duration: Duration, reason: string): Verdict {
  const seconds = durationMs(duration) / 1000;
  if (seconds <= 0 || seconds > maximumSeconds) {
    throw new RangeError(`A timeout lasts up to seven days, not ${duration}. Use ban() for longer.`);
  }
  return { action: 'timeout', reason, seconds };
}

/** The message goes, and its author cannot chat here again. */
export function ban(reason: string): Verdict {
  return { action: 'ban', reason };
}

const actions: ReadonlySet<unknown> = new Set<Verdict['action']>(['remove', 'timeout', 'ban']);

/** Whether a rule, perhaps one written without types, answered with a verdict. */
export function isVerdict(value: unknown): value is Verdict {
  if (typeof value !== 'object' || value === null) return false;
  const { action, reason, seconds }: { action?: unknown; reason?: unknown; seconds?: unknown } = value;
  return (
    actions.has(action) &&
    typeof reason === 'string' &&
    (action !== 'timeout' || (typeof seconds === 'number' && seconds > 0))
  );
}
