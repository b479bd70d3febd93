/** Ends a scheduled call. Calling it twice, or after the call happened, does nothing. */
export type Cancel = () => void;

/**
 * Time, injected so that a test can hold it still. Everything in the core that needs the time or a timer asks
 * this class; plugins may inject it too.
 */
export abstract class Clock {
  /** Wall clock, milliseconds since 1970. Use it for what is stored or shown. */
  abstract now(): number;
  /** Milliseconds that never step back, from an arbitrary start. Use it for durations and deadlines. */
  abstract monotonic(): number;
  /** Calls `run` once after `delayMs`. The timer does not keep the process alive. */
  abstract schedule(delayMs: number, run: () => void): Cancel;

  /** Waits `delayMs`; rejects with the signal's reason when it aborts first. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const abort = () => {
        cancel();
        reject(signal?.reason);
      };
      const cancel = this.schedule(delayMs, () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      });
      signal?.addEventListener('abort', abort, { once: true });
    });
  }
}

/** 24.8 days. `setTimeout` runs what is further off at once. */
const longestTimeoutMs = 2 ** 31 - 1;

/** The machine's own clock. */
export class SystemClock extends Clock {
  now(): number {
    return Date.now();
  }

  monotonic(): number {
    return performance.now();
  }

  schedule(delayMs: number, run: () => void): Cancel {
    if (delayMs > longestTimeoutMs) {
      let cancel = this.schedule(longestTimeoutMs, () => {
        cancel = this.schedule(delayMs - longestTimeoutMs, run);
      });
      return () => cancel();
    }
    const timer = setTimeout(run, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  }
}
