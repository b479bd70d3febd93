import { LiveChannels } from '../../../src/core/chat/live-channels.js';
import { Reception, type ReceptionOptions } from '../../../src/core/chat/reception.js';
import type {
  ChatTransport,
  Delivery,
  TransportListener,
  TransportName,
  TransportState,
} from '../../../src/core/chat/transport.js';
import type { Channel, KickEvent } from '../../../src/core/events/kick-event.js';
import { channelId, chatroomId, messageId, userId } from '../../../src/core/primitives/ids.js';
import { openDatabase } from '../../../src/core/storage/database.js';
import { FakeClock } from '../../support/fake-clock.js';
import { RecordingLogger } from '../../support/recording-logger.js';

export const channelNumbered = (number: number): Channel => ({
  slug: `channel-${number}`,
  broadcasterUserId: userId(number),
  channelId: channelId(number),
  chatroomId: chatroomId(number),
});
export const channel = channelNumbered(1);

/** A transport that delivers what it is told to. Its frames carry the decoded event as their data. */
export class FakeTransport implements ChatTransport {
  readonly state: TransportState = { name: 'ready' };
  readonly counts = { losses: 0, malformed: 0, frames: 0 };
  readonly renewed: Channel[] = [];
  readonly parted: Channel[] = [];
  /** Since when every channel is received. */
  since: number | undefined;
  #listener: TransportListener | undefined;

  constructor(readonly name: TransportName) {}

  start(listener: TransportListener): void {
    this.#listener = listener;
  }

  async join(): Promise<void> {}

  part(left: Channel): void {
    this.parted.push(left);
  }

  receivedSince(): number | undefined {
    return this.since;
  }

  renew(silent: Channel): void {
    this.renewed.push(silent);
  }

  async stop(): Promise<void> {
    this.#listener = undefined;
  }

  deliver(event: KickEvent | undefined, delivery?: Delivery): void {
    this.counts.frames++;
    this.#listener?.frame({ channel: 'c', event: 'e', data: event }, event?.channel ?? channel, delivery);
  }

  /** It was away from `from` to `to`, and receives since then. */
  missed(from: number, to: number, missing = channel): void {
    this.since = to;
    this.#listener?.missed({ channel: missing, from, to, reason: 'the line was cut' });
  }
}

/** A reception over transports with these names, started, in the channels 1 to 3, and what reached its consumer. */
export async function openReception(
  names: readonly TransportName[],
  options: Partial<ReceptionOptions> & { clock?: FakeClock } = {},
) {
  const clock = options.clock ?? new FakeClock();
  const logger = new RecordingLogger();
  const database = options.database ?? (await openDatabase({ url: 'sqlite::memory:', directory: '.' }));
  const live = new LiveChannels();
  const received: KickEvent[] = [];
  const transports = names.map((name) => new FakeTransport(name));
  const reception = new Reception({
    consume: (event) => void received.push(event),
    live,
    logger,
    ...options,
    clock,
    database,
    transports: transports.map((transport) => ({
      transport,
      decode: ({ data }) => data as KickEvent | undefined,
    })),
  });
  await reception.start();
  for (const number of [1, 2, 3]) await reception.join(channelNumbered(number));
  for (const transport of transports) transport.since = clock.now();
  return { reception, transports, received, clock, logger, live, database };
}

const common = (at: number) => ({ channel, createdAt: new Date(at), raw: undefined });

export const message = (id: string, at = 0, of = channel): KickEvent => ({
  ...common(at),
  channel: of,
  type: 'chat.message.sent',
  messageId: messageId(id),
  content: id,
  sender: { id: userId(7), username: 'ada', badges: [] },
  kind: 'message',
});

export const banned = (username: string, id?: string, at = 0): KickEvent => ({
  ...common(at),
  type: 'moderation.banned',
  user: { username },
  moderator: { username: 'mod' },
  ...(id !== undefined && { id }),
});

export const gifts = (recipients: readonly string[], id?: string): KickEvent => ({
  ...common(0),
  type: 'channel.subscription.gifts',
  recipients: recipients.map((username) => ({ username })),
  total: recipients.length,
  ...(id !== undefined && { id }),
});

export const liveStatus = (isLive: boolean): KickEvent => ({
  ...common(0),
  type: 'livestream.status.updated',
  isLive,
});

/** An event that has no id anywhere, with that payload. */
export const hosted = (raw: unknown): KickEvent => ({
  ...common(0),
  raw,
  type: 'channel.hosted',
  host: { username: 'ada' },
  viewers: 1,
});

/** A webhook that was sent `ageMs` ago, and how often it was settled. */
export function webhookDelivery(clock: FakeClock, ageMs = 0) {
  const delivery = {
    sentAt: clock.now() - ageMs,
    late: ageMs > 60_000,
    times: 0,
    settled: () => void delivery.times++,
  };
  return delivery;
}
