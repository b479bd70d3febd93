/** Wall clock in milliseconds. */
interface Span {
  readonly from: number;
  readonly to: number;
}

const keptGaps = 20;
/** Kick's clock and this machine's differ, and Kick gives whole seconds. */
const skewMs = 10_000;

/** Of what time the realtime transports cannot have missed what happened in a channel. */
export class Coverage {
  #since = Infinity;
  #gaps: readonly Span[] = [];

  /** Until when gaps were told; undefined before the first. */
  get toldUntil(): number | undefined {
    return this.#gaps.at(-1)?.to;
  }

  /** One of them receives the channel from now on. */
  begin(now: number): void {
    if (this.#since === Infinity) this.#since = now;
  }

  /** Later than those before. */
  addGap(gap: Span): void {
    if (this.#gaps.length === keptGaps) this.#since = Math.max(this.#since, this.#gaps[0]?.to ?? -Infinity);
    this.#gaps = [...this.#gaps, gap].slice(-keptGaps);
  }

  has(at: number): boolean {
    const isIn = ({ from, to }: Span) => from - skewMs <= at && at <= to + skewMs;
    return at >= this.#since && !this.#gaps.some(isIn);
  }
}
