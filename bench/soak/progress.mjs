const minuteMs = 60_000;

/** What is told meanwhile: a line for each fault, and how things stand, on a terminal always in the last line. */
export class Progress {
  #startedAt = Date.now();
  #tellAt = 0;

  constructor({ lastsMs, ledger, resources, states }) {
    Object.assign(this, { lastsMs, ledger, resources, states, isTerminal: process.stdout.isTTY });
  }

  begin() {
    this.#startedAt = Date.now();
    this.#tellAt = this.#startedAt + minuteMs;
  }

  /** Called often; says something each second on a terminal, elsewhere each minute. */
  show() {
    const now = Date.now();
    if (now < this.#tellAt || this.resources.last === undefined) return;
    this.#tellAt = now + (this.isTerminal ? 1_000 : minuteMs);
    const { rss, handles } = this.resources.last;
    const line = `${this.#time()}  ${this.ledger.outstanding} under way, ${Math.round(rss / 2 ** 20)} MiB, ${handles} handles`;
    if (this.isTerminal) process.stdout.write(`\r\x1b[K${line} of ${clock(this.lastsMs)}`);
    else console.log(line);
  }

  /** A fault is over, and those it took down are ready again after so many milliseconds. */
  fault({ title, lastsMs }, times) {
    const length = lastsMs > 0 ? ` for ${seconds(lastsMs)}` : '';
    const end =
      times.length > 0 ? `ready again ${times.map(seconds).join(' and ')} later` : 'no transport went down';
    this.#line(`${this.#time()}  ${title}${length}: ${end}`);
  }

  end() {
    if (this.isTerminal) this.#line(this.#time());
  }

  #line(text) {
    console.log(this.isTerminal ? `\r\x1b[K${text}` : text);
  }

  #time() {
    return clock(Date.now() - this.#startedAt);
  }
}

const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

/** Minutes and seconds. */
export function clock(ms) {
  const all = Math.floor(ms / 1000);
  return `${Math.floor(all / 60)}:${String(all % 60).padStart(2, '0')}`;
}
