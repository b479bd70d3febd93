import type { Hono } from 'hono';
import type { Channel } from '../../events/kick-event.js';
import type { Cancel, Clock } from '../../primitives/clock.js';
import { KickbotError, messageOf } from '../../primitives/error.js';
import { type UserId, userId } from '../../primitives/ids.js';
import type { HttpEnvironment } from '../../server/http-listener.js';
import type { Database } from '../../storage/schema.js';
import type { Logger } from '../../telemetry/logger.js';
import type { ChatTransport, TransportCounts, TransportListener, TransportState } from '../transport.js';
import { DeliveryReceiver } from './delivery-receiver.js';
import { DeliveryStore, type LeftDelivery } from './delivery-store.js';
import { SigningKeys } from './signing-keys.js';
import type { SubscriptionAccess } from './subscription-access.js';
import { SubscriptionReconciler } from './subscription-reconciler.js';
import { noWebhooks, type WebhookCounts, webhookRoutes } from './webhook-routes.js';

/** How often the store forgets what is old, and failed writes and fetches are tried again. */
const maintainMs = 5 * 60_000;

export interface WebhookTransportOptions {
  readonly database: Database;
  /** Kick's event subscriptions, and with whose token. */
  readonly access: SubscriptionAccess;
  /** Where the key is that webhooks are signed with; needs no token. */
  readonly publicKey: { get(): Promise<string> };
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Kick's chat by webhooks: Kick posts each event to `{publicUrl}/webhooks/kick`, and this keeps Kick subscribed.
 *
 * A delivery is stored before Kick is told that it arrived, and each is handed on once, however often Kick sends
 * it, within the 25 hours its id is known. One whose handlers have not begun when the process ends is handed on
 * after the next start. One whose handlers have begun is not handed on again, whether or not they came to an end:
 * `Delivery.settled` is written as soon as the database is free, so only where the process dies in that very moment
 * is it handed on again, and not more often than after two starts.
 *
 * The database survives a crash of the process; a power cut may take the last deliveries with it.
 */
export class WebhookTransport implements ChatTransport {
  readonly name = 'webhook';
  readonly #options: WebhookTransportOptions;
  readonly #keys: SigningKeys;
  readonly #store: DeliveryStore;
  readonly #receiver: DeliveryReceiver;
  readonly #reconciler: SubscriptionReconciler;
  readonly #outcomes = { ...noWebhooks };
  readonly #routes: Hono<HttpEnvironment>;
  #listener: TransportListener | undefined;
  #listenerFailed = false;
  #losses = 0;
  #cancelMaintenance: Cancel | undefined;
  /** What earlier processes left, by owner of the channel; resolved when the transport starts. */
  #left: Promise<ReadonlyMap<UserId, LeftDelivery[]>> | undefined;

  constructor(options: WebhookTransportOptions) {
    this.#options = options;
    const { database, access, publicKey, clock, logger } = options;
    this.#keys = new SigningKeys({ publicKey, clock, logger });
    this.#store = new DeliveryStore({ database, clock, logger });
    this.#reconciler = new SubscriptionReconciler({
      access,
      clock,
      logger,
      served: () => this.#served(),
      changed: (state) => this.#changed(state),
      missed: (span) => {
        this.#losses++;
        this.#listener?.missed(span);
      },
    });
    this.#receiver = new DeliveryReceiver({
      keys: this.#keys,
      store: this.#store,
      channelOf: (broadcaster) => this.#reconciler.of(broadcaster)?.channel,
      clock,
      logger,
    });
    this.#routes = webhookRoutes(
      (headers, body) => this.#receiver.receive(headers, body),
      (outcome) => {
        this.#outcomes[outcome]++;
      },
    );
  }

  get state(): TransportState {
    return this.#reconciler.state;
  }

  get counts(): TransportCounts {
    const { accepted, unreadable } = this.#outcomes;
    return { losses: this.#losses, malformed: unreadable, frames: accepted };
  }

  /** What became of the requests to the webhook address. */
  get outcomes(): WebhookCounts {
    return { ...this.#outcomes };
  }

  /** `POST /webhooks/kick`, to be mounted on the server. Answers 503 while the transport does not run. */
  routes(): Hono<HttpEnvironment> {
    return this.#routes;
  }

  /** Throws `chat.already_started` while it is running. */
  start(listener: TransportListener): void {
    if (this.#listener !== undefined) {
      throw new KickbotError('chat.already_started', 'This transport runs already; stop it first.');
    }
    this.#listener = listener;
    // Asked first, so that nothing that arrives from now on is among it.
    this.#left = this.#readLeft();
    this.#receiver.handTo((frame, channel, delivery) => {
      this.#reconciler.of(channel.broadcasterUserId)?.heard(frame.event);
      try {
        listener.frame(frame, channel, delivery);
      } catch (error) {
        // A defect of ours, and here it could happen for each delivery.
        if (!this.#listenerFailed) this.#options.logger.error('Handling a webhook failed.', { error });
        this.#listenerFailed = true;
        delivery.settled();
      }
    });
    this.#reconciler.start();
    this.#maintain();
  }

  /** Rejects with `channel.parted` when it is left or stopped before. */
  async join(channel: Channel): Promise<void> {
    const { joined } = this.#reconciler.add(channel);
    void this.#recall(channel);
    await joined;
  }

  part(channel: Channel): void {
    this.#reconciler.remove(channel);
  }

  receivedSince({ broadcasterUserId }: Channel): number | undefined {
    return this.#reconciler.of(broadcasterUserId)?.receivedSince;
  }

  renew(channel: Channel): void {
    this.#reconciler.renew(channel);
  }

  async stop(): Promise<void> {
    this.#listener = undefined;
    this.#receiver.handTo(undefined);
    this.#cancelMaintenance?.();
    this.#reconciler.stop();
    await this.#left;
    await this.#store.write();
  }

  #changed(state: TransportState): void {
    try {
      this.#listener?.state(state);
    } catch (error) {
      this.#options.logger.error("Handling the webhooks' state failed.", { error });
    }
  }

  /** Hands on what an earlier process stored for that channel, one after the other, so that few are under way. */
  async #recall(channel: Channel): Promise<void> {
    const { broadcasterUserId } = channel;
    const deliveries = (await this.#left)?.get(broadcasterUserId) ?? [];
    try {
      while (this.#listener !== undefined && this.#reconciler.of(broadcasterUserId) !== undefined) {
        const delivery = deliveries.shift();
        if (delivery === undefined) return;
        await this.#receiver.recall(delivery, channel);
      }
    } catch (error) {
      this.#options.logger.error(
        `Webhooks that were stored before cannot be handed on (${messageOf(error)}); they wait until the next start.`,
        { error },
      );
    }
  }

  async #readLeft(): Promise<ReadonlyMap<UserId, LeftDelivery[]>> {
    const left = new Map<UserId, LeftDelivery[]>();
    try {
      for (const delivery of await this.#store.unsettled()) {
        const known = left.get(delivery.broadcasterUserId);
        if (known === undefined) left.set(delivery.broadcasterUserId, [delivery]);
        else known.push(delivery);
      }
    } catch (error) {
      this.#options.logger.error(
        `Webhooks that were stored before cannot be read (${messageOf(error)}); they wait until the next start.`,
        { error },
      );
    }
    return left;
  }

  async #served(): Promise<readonly UserId[]> {
    const rows = await this.#options.database.selectFrom('channels').select('broadcaster_user_id').execute();
    return rows.map(({ broadcaster_user_id }) => userId(broadcaster_user_id));
  }

  #maintain(): void {
    const { clock, logger } = this.#options;
    void this.#keys.refresh();
    void this.#store.write();
    this.#store.clean().catch((error: unknown) => {
      logger.debug('Old webhooks could not be forgotten.', { error });
    });
    this.#cancelMaintenance = clock.schedule(maintainMs, () => this.#maintain());
  }
}
