/** The slow ones take so long to be found and mended. */
const slowMs = 45_000;
/** At most this part of its slot a fault lasts. */
const share = 0.4;

/** Deals the faults one by one, in an order that chance decides; each comes once before any comes again. */
export class FaultDeck {
  #faults;
  #slotMs;
  #random;
  #left = [];

  /** @param slotMs The time for each; where that is little, the slow ones are left out. */
  constructor({ faults, slotMs, random }) {
    this.#faults = faults.filter(({ isSlow }) => !isSlow || slotMs >= slowMs);
    this.#slotMs = slotMs;
    this.#random = random;
  }

  /** Begins the next fault; `over` is called at its end. */
  begin(over) {
    if (this.#left.length === 0) this.#left = shuffled(this.#faults, this.#random);
    const { title, hits, seconds, begin, end, ...kind } = this.#left.pop();
    const [shortest, longest] = seconds;
    const lastsMs = Math.min((shortest + this.#random() * (longest - shortest)) * 1000, share * this.#slotMs);
    const startedAt = Date.now();
    begin();
    setTimeout(() => {
      end?.();
      over();
    }, lastsMs);
    return { title, hits, lastsMs, startedAt, ...kind };
  }
}

function shuffled(list, random) {
  const cards = [...list];
  for (let last = cards.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [cards[last], cards[other]] = [cards[other], cards[last]];
  }
  return cards;
}
