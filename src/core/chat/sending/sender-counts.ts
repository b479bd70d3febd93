import type { MessageNotSentError, NotSentReason } from '../sender.js';

type ByReason = Readonly<Partial<Record<NotSentReason, number>>>;

/** What became of one account's messages since it began to send, and how things stand now. */
export interface SenderCounts {
  readonly sent: number;
  readonly dropped: ByReason;
  readonly failed: ByReason;
  readonly unknown: number;
  /** Messages in the queue. */
  readonly waiting: number;
  /** Requests that count against the limit now; `limit` is lower for a while after Kick complained. */
  readonly window: { readonly used: number; readonly limit: number };
  /** Kick wants the account to be silent for a while. */
  readonly isPaused: boolean;
}

/** Counts results. */
export class Tally {
  #sent = 0;
  #unknown = 0;
  readonly #dropped: Partial<Record<NotSentReason, number>> = {};
  readonly #failed: Partial<Record<NotSentReason, number>> = {};

  get counts(): Pick<SenderCounts, 'sent' | 'dropped' | 'failed' | 'unknown'> {
    return {
      sent: this.#sent,
      dropped: { ...this.#dropped },
      failed: { ...this.#failed },
      unknown: this.#unknown,
    };
  }

  /** Without an error it was sent. */
  add(error: MessageNotSentError | undefined): void {
    if (error === undefined) this.#sent++;
    else if (error.outcome === 'unknown') this.#unknown++;
    else {
      const counts = error.outcome === 'dropped' ? this.#dropped : this.#failed;
      counts[error.reason] = (counts[error.reason] ?? 0) + 1;
    }
  }
}
