import { AsyncLocalStorage } from 'node:async_hooks';

/** A plugin whose code runs, and who is told of an error in it that nobody caught. */
export interface Culprit {
  blame(error: unknown): void;
}

const running = new AsyncLocalStorage<Culprit | undefined>();

/**
 * Calls `run` so that whatever it sets off - what it awaits, its timers, promises it forgets - is the culprit's.
 * Costs some 20 ns.
 */
export function runAs<Arguments extends unknown[], Result>(
  culprit: Culprit,
  run: (...values: Arguments) => Result,
  ...values: Arguments
): Result {
  return running.run(culprit, run, ...values);
}

/** Calls `run` as kickbot's own code, so that its mistakes are not a plugin's that happened to need it first. */
export function runAsKickbot<Result>(run: () => Result): Result {
  return running.run(undefined, run);
}

/**
 * For handlers of `uncaughtException` and `unhandledRejection`, which run where the error came from: whether a plugin
 * lost it. If so it has been logged and counted, and the process is none the worse for it.
 */
export function blamePlugin(error: unknown): boolean {
  const culprit = running.getStore();
  culprit?.blame(error);
  return culprit !== undefined;
}
