import type { Channel } from '../../events/kick-event.js';
import type { RealtimeFrame } from '../../events/realtime-frame.js';
import type { Cancel, Clock } from '../../primitives/clock.js';
import { KickbotError, messageOf } from '../../primitives/error.js';
import type { Random } from '../../primitives/random.js';
import type { Logger } from '../../telemetry/logger.js';
import type { ChatTransport, TransportCounts, TransportListener, TransportState } from '../transport.js';
import { Backoff } from './backoff.js';
import { FeedSocket } from './feed-socket.js';
import { Liveness } from './liveness.js';
import { Outage } from './outage.js';
import {
  borrowPusher,
  connect,
  forgetSubscriptions,
  hasSubscription,
  type PusherAddress,
  type PusherClient,
  returnPusher,
} from './pusher-library.js';
import { Subscriptions } from './subscriptions.js';

const handshakeDeadlineMs = 10_000;
/** A connection that lasted this long ends the series of failures. */
const stableMs = 60_000;
const sweepMs = 1_000;

export interface PusherTransportOptions extends PusherAddress {
  clock: Clock;
  random: Random;
  logger: Logger;
}

/**
 * Kick's chat over Pusher. pusher-js does the protocol: greeting, subscribing, subscribing again after each
 * greeting, answering pings. Everything that decides whether and when to connect is here, because pusher-js stops
 * for ever after some close codes, hammers the server after others and waits for ever for some answers.
 */
export class PusherTransport implements ChatTransport {
  readonly name = 'pusher';
  readonly #address: PusherAddress;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #backoff: Backoff;
  readonly #liveness: Liveness;
  readonly #outage: Outage;
  readonly #subscriptions: Subscriptions;
  #state: TransportState = { name: 'idle' };
  #listener: TransportListener | undefined;
  #pusher: PusherClient | undefined;
  #socket: FeedSocket | undefined;
  /** Monotonic milliseconds of the greeting; undefined while not connected. */
  #connectedAt: number | undefined;
  /** The handshake's deadline or the end of the back-off. */
  #cancelTimer: Cancel | undefined;
  #cancelSweep: Cancel | undefined;
  readonly #counts = { losses: 0, malformed: 0, frames: 0 };
  #listenerFailed = false;

  constructor({ clock, random, logger, ...address }: PusherTransportOptions) {
    this.#address = address;
    this.#clock = clock;
    this.#logger = logger;
    this.#backoff = new Backoff(random);
    this.#outage = new Outage(clock, logger);
    this.#subscriptions = new Subscriptions(random);
    this.#liveness = new Liveness(clock, {
      heard: () => this.#takeHeard(),
      probe: () => void this.#pusher?.send_event('pusher:ping', {}),
      dead: () => this.#lost('nothing was heard for 40 s'),
    });
  }

  get state(): TransportState {
    return this.#state;
  }

  get counts(): TransportCounts {
    return { ...this.#counts };
  }

  /** Throws `chat.already_started` while it is running. */
  start(listener: TransportListener): void {
    if (this.#pusher !== undefined) {
      throw new KickbotError('chat.already_started', 'This transport runs already; stop it first.');
    }
    this.#listener = listener;
    this.#pusher = borrowPusher(this.#address);
    for (const name of this.#subscriptions.names()) this.#pusher.subscribe(name);
    this.#connect();
  }

  /** Rejects with `channel.ids_clash` or, when it is left or stopped before, `channel.parted`. */
  join(channel: Channel): Promise<void> {
    const earlier = this.#subscriptions.joined(channel);
    if (earlier !== undefined) return earlier;
    try {
      const { joined, names } = this.#subscriptions.add(channel, this.#clock.monotonic());
      for (const name of names) this.#pusher?.subscribe(name);
      this.#showProgress();
      return joined;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  part(channel: Channel): void {
    for (const name of this.#subscriptions.remove(channel)) this.#pusher?.unsubscribe(name);
    this.#showProgress();
  }

  receivedSince(channel: Channel): number | undefined {
    return this.#connectedAt === undefined ? undefined : this.#subscriptions.confirmedAt(channel);
  }

  renew(channel: Channel): void {
    if (this.#connectedAt === undefined) return;
    const names = this.#subscriptions.renew(channel, this.#clock.monotonic());
    for (const name of names) this.#subscribeAgain(name);
    this.#showProgress();
  }

  async stop(): Promise<void> {
    const pusher = this.#pusher;
    const socket = this.#socket;
    this.#listener = undefined;
    this.#subscriptions.removeAll();
    this.#disconnect();
    this.#pusher = undefined;
    if (pusher !== undefined) returnPusher(this.#address, pusher);
    this.#state = { name: 'idle' };
    await socket?.gone;
  }

  #connect(): void {
    const pusher = this.#pusher;
    if (pusher === undefined) return;
    this.#cancelTimer = this.#clock.schedule(handshakeDeadlineMs, () =>
      this.#lost(`no greeting within ${handshakeDeadlineMs / 1000} s`),
    );
    let failure: unknown;
    connect(pusher, (url) => {
      try {
        this.#socket = this.#openSocket(url, pusher);
        return this.#socket;
      } catch (cause) {
        failure = cause;
        throw cause;
      }
    });
    if (failure === undefined) this.#setState({ name: 'connecting' });
    else this.#lost(messageOf(failure));
  }

  #openSocket(url: string, pusher: PusherClient): FeedSocket {
    return new FeedSocket(url, {
      established: () => this.#established(),
      acknowledged: (name) => this.#acknowledged(name),
      frame: (frame) => this.#deliver(frame),
      complained: (complaint) => this.#logger.debug("Kick's chat feed complained.", { complaint }),
      malformed: () => this.#countMalformed(),
      closed: (reason, code) => this.#lost(reason, code),
      hasSubscription: (name) => hasSubscription(pusher, name),
    });
  }

  #established(): void {
    const now = this.#clock.monotonic();
    this.#cancelTimer?.();
    this.#connectedAt = now;
    this.#subscriptions.restart(now);
    this.#liveness.start();
    this.#outage.connected();
    this.#showProgress();
  }

  #acknowledged(name: string): void {
    const recovered = this.#subscriptions.confirm(name, this.#clock.now());
    if (recovered !== undefined) {
      this.#logger.info(`Kick's chat feed has confirmed all subscriptions of ${recovered.slug} now.`);
    }
    this.#showProgress();
  }

  #deliver(frame: RealtimeFrame): void {
    const channel = this.#subscriptions.channelOf(frame.channel);
    if (channel === undefined) return;
    this.#counts.frames++;
    try {
      this.#listener?.frame(frame, channel);
    } catch (error) {
      // A defect of ours, and here it could happen for each frame.
      if (!this.#listenerFailed) this.#logger.error('Handling a frame of the chat feed failed.', { error });
      this.#listenerFailed = true;
    }
  }

  #countMalformed(): void {
    this.#counts.malformed++;
    if (this.#counts.malformed === 1) {
      this.#logger.warn("Kick's chat feed sent a frame that is no event; such frames are left out.");
    }
  }

  #lost(reason: string, code?: number): void {
    const isRefusal = code !== undefined && code >= 4000 && code < 4100;
    if (this.#connectedAt !== undefined && this.#clock.monotonic() - this.#connectedAt >= stableMs) {
      this.#backoff.reset();
    }
    this.#counts.losses++;
    this.#disconnect();
    this.#outage.lost(reason, code);
    const retryInMs = this.#backoff.next(isRefusal);
    this.#cancelTimer = this.#clock.schedule(retryInMs, () => this.#connect());
    this.#setState({ name: 'backing off', retryInMs, reason });
  }

  #disconnect(): void {
    this.#cancelTimer?.();
    this.#cancelSweep?.();
    this.#cancelSweep = undefined;
    this.#liveness.stop();
    this.#outage.disconnected();
    this.#connectedAt = undefined;
    this.#socket?.close();
    this.#socket = undefined;
    if (this.#pusher === undefined) return;
    this.#pusher.disconnect();
    forgetSubscriptions(this.#pusher, (name) => this.#subscriptions.channelOf(name) !== undefined);
  }

  #takeHeard(): boolean {
    const socket = this.#socket;
    if (socket === undefined) return false;
    const { heard } = socket;
    socket.heard = false;
    return heard;
  }

  #showProgress(): void {
    if (this.#connectedAt === undefined) return;
    if (this.#subscriptions.isComplete) {
      this.#cancelSweep?.();
      this.#cancelSweep = undefined;
    } else {
      this.#cancelSweep ??= this.#clock.schedule(sweepMs, () => this.#sweep());
    }
    this.#setState(this.#subscriptions.state);
  }

  #sweep(): void {
    this.#cancelSweep = undefined;
    const { again, degraded } = this.#subscriptions.overdue(this.#clock.monotonic());
    for (const name of again) this.#subscribeAgain(name);
    for (const { slug } of degraded) {
      this.#logger.warn(
        `Kick's chat feed does not confirm all subscriptions of ${slug}; some of its events may be missing. They are tried again each minute.`,
      );
    }
    this.#showProgress();
  }

  #subscribeAgain(channel: string): void {
    // pusher-js waits for ever for its own. Whether the first was lost or only its answer, this is right.
    this.#pusher?.send_event('pusher:unsubscribe', { channel });
    this.#pusher?.send_event('pusher:subscribe', { auth: '', channel });
  }

  #setState(state: TransportState): void {
    const isSame = state.name === 'ready' && this.#state.name === 'ready';
    this.#state = state;
    if (isSame) return;
    try {
      this.#listener?.state(state);
    } catch (error) {
      this.#logger.error("Handling the chat feed's state failed.", { error });
    }
  }
}
