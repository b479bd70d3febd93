import type { UserId } from '../../primitives/ids.js';
import type { Delivery } from './delivery.js';

/** Messages that wait, of all channels and of one. */
const maximumWaiting = 1_000;
const maximumWaitingPerChannel = 50;

interface ChannelLine {
  /** By importance, then by age. */
  readonly deliveries: Delivery[];
  underWay: Delivery | undefined;
}

/**
 * The messages of one account, and which of them goes next: the most important one; of equals, none of the plugin
 * that went last while another plugin waits, so that no plugin has more than half of the turns; of those, the one
 * whose channel waits longest for its turn.
 *
 * A channel has one message under way at a time. One that is tried again, or has parts left, keeps its place.
 */
export class WaitingLine {
  /** In the order of their turns. A channel is here while it has something to say: ten thousand quiet ones cost nothing. */
  readonly #channels = new Map<UserId, ChannelLine>();
  #size = 0;
  #lastPlugin: string | undefined;

  /** How many wait and are not under way. */
  get size(): number {
    return this.#size;
  }

  *[Symbol.iterator](): Generator<Delivery> {
    for (const { deliveries } of this.#channels.values()) yield* deliveries;
  }

  /** Returns who has to give way when too many wait, which may be the newcomer. */
  add(delivery: Delivery): Delivery | undefined {
    const line = this.#channels.get(delivery.channel) ?? { deliveries: [], underWay: undefined };
    this.#channels.set(delivery.channel, line);
    const place = line.deliveries.findIndex(({ rank }) => rank > delivery.rank);
    line.deliveries.splice(place < 0 ? line.deliveries.length : place, 0, delivery);
    this.#size++;
    const waiting = line.deliveries.length - (line.underWay === undefined ? 0 : 1);
    if (waiting > maximumWaitingPerChannel) return leastImportant(line);
    return this.#size > maximumWaiting ? this.#leastImportant(line) : undefined;
  }

  /** Whose turn it is; nobody's while all channels have something under way. */
  next(): Delivery | undefined {
    let first: Delivery | undefined;
    let firstKey = Number.POSITIVE_INFINITY;
    for (const { deliveries, underWay } of this.#channels.values()) {
      if (underWay !== undefined) continue;
      const delivery = this.#firstOf(deliveries);
      if (delivery === undefined || delivery.paused) continue;
      const key = delivery.rank * 2 + (delivery.message.plugin === this.#lastPlugin ? 1 : 0);
      if (key >= firstKey) continue;
      first = delivery;
      firstKey = key;
    }
    return first;
  }

  /** Like `next`; it is under way from now on, and its channel goes to the end of the line. */
  take(): Delivery | undefined {
    const delivery = this.next();
    if (delivery === undefined) return undefined;
    const line = this.#channels.get(delivery.channel);
    if (line === undefined) return undefined;
    line.underWay = delivery;
    moveAhead(line, delivery);
    this.#size--;
    this.#lastPlugin = delivery.message.plugin;
    this.#channels.delete(delivery.channel);
    this.#channels.set(delivery.channel, line);
    return delivery;
  }

  /** It is not under way any more, and waits again unless it is over. */
  release(delivery: Delivery): void {
    const line = this.#channels.get(delivery.channel);
    if (line?.underWay !== delivery) return;
    line.underWay = undefined;
    this.#size++;
  }

  remove(delivery: Delivery): void {
    this.release(delivery);
    const line = this.#channels.get(delivery.channel);
    const place = line?.deliveries.indexOf(delivery) ?? -1;
    if (line === undefined || place < 0) return;
    line.deliveries.splice(place, 1);
    this.#size--;
    if (line.deliveries.length === 0) this.#channels.delete(delivery.channel);
  }

  #firstOf(deliveries: readonly Delivery[]): Delivery | undefined {
    const [first] = deliveries;
    if (first === undefined || first.begun || first.message.plugin !== this.#lastPlugin) return first;
    const another = deliveries.find(({ message }) => message.plugin !== this.#lastPlugin);
    return another?.rank === first.rank ? another : first;
  }

  /** Of all channels; the newcomer's own before others that are as important. */
  #leastImportant(newcomers: ChannelLine): Delivery | undefined {
    let least = leastImportant(newcomers);
    for (const line of this.#channels.values()) {
      const other = leastImportant(line);
      if (other !== undefined && other.rank > (least?.rank ?? -1)) least = other;
    }
    return least;
  }
}

/** Before those of its channel that are as important, where it stays until it is over. */
function moveAhead({ deliveries }: ChannelLine, delivery: Delivery): void {
  delivery.begun = true;
  deliveries.splice(deliveries.indexOf(delivery), 1);
  const place = deliveries.findIndex(({ rank }) => rank >= delivery.rank);
  deliveries.splice(place < 0 ? deliveries.length : place, 0, delivery);
}

/** The youngest of the least important. */
function leastImportant({ deliveries, underWay }: ChannelLine): Delivery | undefined {
  return deliveries.findLast((delivery) => delivery !== underWay);
}
