import { setMaxListeners } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';

/** The longest a timer can wait, 24.8 days. Node takes anything longer for 1 ms. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Waits in real time, or until `signal` aborts; as good as for ever with `Infinity`. Keeps no process alive. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  // Any number of requests may wait for one signal.
  if (signal) setMaxListeners(0, signal);
  // Rejects where the signal aborts.
  await wait(Math.min(ms, LONGEST_TIMER_MS), undefined, { ref: false, ...(signal && { signal }) }).catch(
    () => undefined,
  );
}
