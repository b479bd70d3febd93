import { clock } from './progress.mjs';

/** A message that was handled later than this after it was said came late. */
export const lateMs = 5_000;
const sameSpanMs = 2_000;

/**
 * What was said in chat, by number from 0, and what became of it. A message's number is in its text. Times are
 * milliseconds since 1970, by the clock both processes share.
 */
export class Ledger {
  #saidAt = [];
  #handledAt = [];
  /** When it was handled once more, by number. */
  #again = new Map();
  /** Replies to the commands that were said. */
  #replies = new Map();
  #handled = 0;

  /** The next messages were said, the first of them with this number. */
  said({ from, to, at, commands }) {
    for (let number = from; number < to; number++) this.#saidAt.push(at);
    for (const number of commands) this.#replies.set(number, this.#replies.get(number) ?? 0);
  }

  /** May be told before it is told that the message was said. */
  handled(number, at) {
    if (this.#handledAt[number] !== undefined) {
      this.#again.set(number, at);
      return;
    }
    this.#handledAt[number] = at;
    this.#handled += 1;
  }

  replied(number) {
    this.#replies.set(number, (this.#replies.get(number) ?? 0) + 1);
  }

  /** Said and not handled yet, as far as it was told. */
  get outstanding() {
    return Math.max(0, this.#saidAt.length - this.#handled);
  }

  get totals() {
    const replies = [...this.#replies.values()];
    const latencies = this.#saidAt.flatMap((at, number) =>
      this.#handledAt[number] === undefined ? [] : [this.#handledAt[number] - at],
    );
    return {
      said: this.#saidAt.length,
      commands: replies.length,
      lost: this.outstanding,
      doubled: this.#again.size,
      late: latencies.filter((latency) => latency > lateMs).length,
      unanswered: replies.filter((count) => count === 0).length,
      answeredTwice: replies.filter((count) => count > 1).length,
      latencies,
    };
  }

  /** When messages were lost or doubled, in words: one line for each span, from the start on. */
  mistakes(startedAt) {
    const lost = this.#saidAt.filter((_, number) => this.#handledAt[number] === undefined);
    const doubled = [...this.#again.keys()].map((number) => this.#saidAt[number]).sort((a, b) => a - b);
    const later = Math.max(0, ...[...this.#again].map(([number, at]) => at - this.#saidAt[number]));
    return [
      ...spansOf(lost).map((span) => `${told(span, startedAt)} lost`),
      ...spansOf(doubled).map((span) => `${told(span, startedAt)} handled again`),
      ...(later > 0 ? [`the last of them ${Math.round(later / 1000)} s after it was said`] : []),
    ];
  }
}

/** Times that lie close together, as `{ from, to, count }`. */
function spansOf(times) {
  const spans = [];
  for (const at of times) {
    const span = spans.at(-1);
    if (span !== undefined && at - span.to < sameSpanMs)
      Object.assign(span, { to: at, count: span.count + 1 });
    else spans.push({ from: at, to: at, count: 1 });
  }
  return spans;
}

function told({ from, to, count }, startedAt) {
  return `${count} said from ${clock(from - startedAt)} to ${clock(to - startedAt)}`;
}
