/** So long a transport must stay ready to count as ready again. */
const settledMs = 2_000;
/** A fault that a transport has not noticed by then leaves it alone. */
const noticedMs = 2_000;
/** Nothing takes so long that comes back at all. */
const givenUpMs = 120_000;

/** The states each transport of the bot was in, and since when. */
export class TransportStates {
  #changes = new Map();

  changed({ name, state, at }) {
    const changes = this.#changes.get(name) ?? [];
    this.#changes.set(name, changes);
    changes.push({ isReady: state === 'ready', at });
  }

  get names() {
    return [...this.#changes.keys()];
  }

  get areReady() {
    return this.names.every((name) => this.#changes.get(name).at(-1).isReady);
  }

  /**
   * What a fault did to a transport: undefined while that cannot be told, `{ ms: undefined }` when it never left
   * `ready`, else how long after the fault's end it was ready again.
   */
  recovery(name, { startedAt, endedAt, noticedWithinMs = noticedMs }, now) {
    const changes = this.#changes.get(name).filter(({ at }) => at >= startedAt);
    if (changes.length === 0) return now < endedAt + noticedWithinMs ? undefined : { ms: undefined };
    const last = changes.at(-1);
    if (!last.isReady) return now < endedAt + givenUpMs ? undefined : { ms: Number.POSITIVE_INFINITY };
    if (now < Math.max(last.at, endedAt) + settledMs) return undefined;
    return { ms: Math.max(0, last.at - endedAt) };
  }
}
