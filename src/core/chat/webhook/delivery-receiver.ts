import { z } from 'zod';
import type { Channel } from '../../events/kick-event.js';
import type { RealtimeFrame } from '../../events/realtime-frame.js';
import type { Clock } from '../../primitives/clock.js';
import { messageOf } from '../../primitives/error.js';
import { type UserId, userId } from '../../primitives/ids.js';
import type { Logger } from '../../telemetry/logger.js';
import type { Delivery } from '../transport.js';
import { type DeliveryHeaders, knownEvent } from './delivery-headers.js';
import type { DeliveryStore, LeftDelivery, WebhookDelivery } from './delivery-store.js';
import type { SigningKeys } from './signing-keys.js';
import type { WebhookOutcome } from './webhook-routes.js';

/** Kick has been hours late. The store remembers ids for longer than this. */
const acceptedAgeMs = 24 * 3_600_000;
const acceptedSkewMs = 5 * 60_000;
const lateAfterMs = 60_000;
/** So many in a row that are late, or are not any more, make a change worth telling. */
const tellingInARow = 20;
/** How often what may have ended the process is handed on after a start. */
const mostRecalls = 2;
/** Deliveries that may wait for their handlers. */
const mostWaiting = 10_000;

/** Every event names its channel. Whatever else it holds is the decoder's. */
const Body = z.object({ broadcaster: z.object({ user_id: z.number() }) });

export type TakeDelivery = (frame: RealtimeFrame, channel: Channel, delivery: Delivery) => void;

export interface DeliveryReceiverOptions {
  readonly keys: Pick<SigningKeys, 'accept'>;
  readonly store: DeliveryStore;
  /** Whose events are wanted. */
  channelOf(broadcaster: UserId): Channel | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Checks deliveries, stores them and hands them on, each once. */
export class DeliveryReceiver {
  readonly #options: DeliveryReceiverOptions;
  #take: TakeDelivery | undefined;
  #waiting = 0;
  #isFull = false;
  #isStoreFailing = false;
  #isClockOff = false;
  #isLate = false;
  /** How many in a row were late, or not, as `#isLate` has it not. */
  #otherwise = 0;

  constructor(options: DeliveryReceiverOptions) {
    this.#options = options;
  }

  /** Hands everything to `take` from now on; undefined: takes nothing any more. */
  handTo(take: TakeDelivery | undefined): void {
    this.#take = take;
  }

  /** Never rejects. What it calls `accepted` is on the disk; its handlers are called after the answer. */
  async receive(headers: DeliveryHeaders, body: Buffer): Promise<WebhookOutcome> {
    if (this.#take === undefined) return 'unavailable';
    const { messageId, signature, timestamp, sentAt } = headers;
    const signed = Buffer.concat([Buffer.from(`${messageId}.${timestamp}.`), body]);
    if (!(await this.#options.keys.accept(signed, signature))) return 'bad_signature';
    const ageMs = this.#options.clock.now() - sentAt;
    this.#tellOfClock(ageMs < -acceptedSkewMs);
    if (ageMs < -acceptedSkewMs) return 'in_future';
    this.#tellOfLateness(ageMs > lateAfterMs);
    if (ageMs > acceptedAgeMs || sentAt <= this.#options.store.forgottenUntil) return 'too_old';
    const type = knownEvent(headers);
    if (type === undefined) return 'unknown_event';
    const text = body.toString();
    const data = parsed(text);
    const broadcaster = Body.safeParse(data).data?.broadcaster;
    if (broadcaster === undefined) return 'unreadable';
    const broadcasterUserId = userId(broadcaster.user_id);
    const channel = this.#options.channelOf(broadcasterUserId);
    if (channel === undefined) return 'unknown_channel';
    if (this.#fill()) return 'unavailable';
    const delivery = { messageId, type, broadcasterUserId, sentAt, body: text };
    const isNew = await this.#store(delivery);
    if (isNew === undefined) return 'unavailable';
    if (!isNew) return 'repeated';
    this.#waiting++;
    // After the answer, which nobody's handler may delay.
    setImmediate(() => this.#handOn(delivery, data, channel, () => this.#waiting--));
    return 'accepted';
  }

  /**
   * Hands on what an earlier process stored and did not come to; resolves when its handlers begin. Rejects where the
   * database does not work.
   */
  async recall(delivery: LeftDelivery, channel: Channel): Promise<void> {
    const { store, logger } = this.#options;
    if (delivery.recalls >= mostRecalls) {
      logger.error(
        `A webhook (${delivery.type} of ${channel.slug}) is not handled: ${mostRecalls + 1} times the bot came to an end before it had begun with it. See which plugin ends it.`,
        { messageId: delivery.messageId },
      );
      store.settle(delivery.messageId);
      return;
    }
    // Before it is handed on: what ends the process is not to end it at each start.
    if (!(await store.recall(delivery))) return;
    await new Promise<void>((begun) => this.#handOn(delivery, parsed(delivery.body), channel, begun));
  }

  #handOn(delivery: WebhookDelivery, data: unknown, channel: Channel, begun: () => void): void {
    const { type, sentAt, messageId } = delivery;
    const { clock, store } = this.#options;
    let isSettled = false;
    const settled = () => {
      if (isSettled) return;
      isSettled = true;
      begun();
      store.settle(messageId);
    };
    const late = clock.now() - sentAt > lateAfterMs;
    this.#take?.({ channel: channel.slug, event: type, data }, channel, { sentAt, late, settled });
  }

  /** Undefined where it could not be stored. */
  async #store(delivery: WebhookDelivery): Promise<boolean | undefined> {
    const { store, logger } = this.#options;
    try {
      const isNew = await store.add(delivery);
      if (this.#isStoreFailing) logger.info('Webhooks can be stored again.');
      this.#isStoreFailing = false;
      return isNew;
    } catch (error) {
      if (!this.#isStoreFailing) {
        logger.error(
          `Webhooks cannot be stored (${messageOf(error)}); Kick is asked to send them again. Check the disk of storage.url.`,
          { error },
        );
      }
      this.#isStoreFailing = true;
      return undefined;
    }
  }

  /** Whether too many wait already. */
  #fill(): boolean {
    const isFull = this.#waiting >= mostWaiting;
    if (isFull === this.#isFull) return isFull;
    this.#isFull = isFull;
    const { logger } = this.#options;
    if (isFull) {
      logger.warn(
        `${mostWaiting} webhooks wait for their handlers; Kick is asked to send further ones again. Find the plugin that is slow.`,
      );
    } else logger.info('Webhooks are accepted again.');
    return isFull;
  }

  /** Commands are not answered meanwhile, and somebody will ask why. */
  #tellOfLateness(isLate: boolean): void {
    this.#otherwise = isLate === this.#isLate ? 0 : this.#otherwise + 1;
    if (this.#otherwise < tellingInARow) return;
    this.#isLate = isLate;
    this.#otherwise = 0;
    const { logger } = this.#options;
    if (isLate) {
      logger.warn(
        "Webhooks come more than a minute after Kick dated them, so commands in them are not answered: Kick is late, or this machine's clock is ahead.",
      );
    } else logger.info('Webhooks come in time again.');
  }

  #tellOfClock(isOff: boolean): void {
    if (isOff === this.#isClockOff) return;
    this.#isClockOff = isOff;
    const { logger } = this.#options;
    if (isOff) {
      logger.warn(
        'Kick dates its webhooks more than 5 minutes ahead of this machine, so they are not handled: set its clock.',
      );
    } else logger.info("The dates of Kick's webhooks fit this machine's clock again.");
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
