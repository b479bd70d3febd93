import { onTestFinished, vi } from 'vitest';
import { pusherSource } from '../../../../src/core/chat/pusher/pusher-feed.js';
import type { PusherAddress } from '../../../../src/core/chat/pusher/pusher-library.js';
import { RealtimeTransport } from '../../../../src/core/chat/realtime/realtime-transport.js';
import type { MissedSpan, TransportState } from '../../../../src/core/chat/transport.js';
import type { Channel } from '../../../../src/core/events/kick-event.js';
import type { RealtimeFrame } from '../../../../src/core/events/realtime-frame.js';
import { channelId, chatroomId, userId } from '../../../../src/core/primitives/ids.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { FixedRandom } from '../../../support/fixed-random.js';
import { RecordingLogger } from '../../../support/recording-logger.js';
import { FakePusher } from './fake-pusher.js';

export const channelNumbered = (number: number): Channel => ({
  slug: `channel-${number}`,
  broadcasterUserId: userId(number),
  channelId: channelId(number),
  chatroomId: chatroomId(number + 100),
});
export const one = channelNumbered(1);
export const two = channelNumbered(2);
/** The feed's channel for chat in `one`. */
export const chatOfOne = 'chatrooms.101.v2';

/**
 * A transport and the server it talks to over a real socket. The clock stands until a test advances it. All channels
 * count as live.
 */
export async function setUp(address: Partial<PusherAddress> = {}) {
  const server = await FakePusher.listen();
  const clock = new FakeClock();
  const logger = new RecordingLogger();
  const transport = new RealtimeTransport({
    name: 'pusher',
    source: pusherSource({
      key: 'app-key',
      cluster: 'us2',
      host: '127.0.0.1',
      port: server.port,
      tls: false,
      ...address,
    }),
    clock,
    random: new FixedRandom(0.5),
    logger,
    isLive: () => true,
  });
  const states: TransportState[] = [];
  const missed: MissedSpan[] = [];
  const frames: { frame: RealtimeFrame; channel: Channel }[] = [];
  const listener = {
    frame: (frame: RealtimeFrame, channel: Channel) => void frames.push({ frame, channel }),
    state: (state: TransportState) => void states.push(state),
    missed: (span: MissedSpan) => void missed.push(span),
  };
  onTestFinished(async () => {
    await transport.stop();
    await server.close();
  });

  const isIn = (name: TransportState['name']) =>
    until(() => transport.state.name === name, `the state '${name}', not '${transport.state.name}'`);
  /** Lets the back-off pass, and not a moment more. */
  const nextAttempt = async () => {
    await isIn('backing off');
    const { state } = transport;
    // A socket a second.
    if (state.name === 'backing off') clock.advance(Math.max(state.retryInMs, 1_000));
  };
  const comesBack = async () => {
    await nextAttempt();
    await isIn('ready');
  };
  /** Starts it with `one` to join, without waiting for anything. */
  const start = () => {
    transport.start(listener);
    transport.join(one).catch(() => undefined);
  };
  const ready = async (...channels: Channel[]) => {
    transport.start(listener);
    await Promise.all(channels.map((channel) => transport.join(channel)));
    await isIn('ready');
  };
  return {
    server,
    clock,
    logger,
    transport,
    states,
    frames,
    missed,
    listener,
    isIn,
    nextAttempt,
    comesBack,
    start,
    ready,
  };
}

/** Waits for what a real socket brings about. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  await vi.waitUntil(condition, { timeout: 5_000, interval: 2 }).catch(() => {
    throw new Error(`Waited in vain for ${what}.`);
  });
}
