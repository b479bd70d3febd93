import { onTestFinished, vi } from 'vitest';
import { CentrifugoFeed } from '../../../../src/core/chat/centrifugo/centrifugo-feed.js';
import type { FeedListener, Loss } from '../../../../src/core/chat/realtime/feed.js';
import type { RealtimeFrame } from '../../../../src/core/events/realtime-frame.js';
import { Secret } from '../../../../src/core/primitives/secret.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { FakeCentrifugo } from './fake-centrifugo.js';

/** Writes down what a feed tells. */
export class RecordingListener implements FeedListener {
  readonly told: unknown[][] = [];
  readonly frames: RealtimeFrame[] = [];
  readonly losses: Loss[] = [];
  malformedFrames = 0;

  established = () => void this.told.push(['established']);
  acknowledged = (channel: string) => void this.told.push(['acknowledged', channel]);
  refused = (channel: string, reason: string) => void this.told.push(['refused', channel, reason]);
  complained = (complaint: string) => void this.told.push(['complained', complaint]);
  frame = (frame: RealtimeFrame) => void this.frames.push(frame);
  malformed = () => void this.malformedFrames++;
  closed = (loss: Loss) => void this.losses.push(loss);
}

/** A feed and the server it talks to over a real socket. The clock stands until a test advances it. */
export async function setUp(prepare: (server: FakeCentrifugo) => void = () => undefined) {
  const server = await FakeCentrifugo.listen();
  prepare(server);
  const clock = new FakeClock();
  const listener = new RecordingListener();
  const freshToken = vi.fn(() => Promise.resolve(new Secret('second-token')));
  const feed = new CentrifugoFeed(
    { url: server.url, token: new Secret('first-token'), freshToken, clock },
    listener,
  );
  onTestFinished(async () => {
    feed.close();
    await feed.gone;
    await server.close();
  });
  /** Sends a text, and waits until it has been read. */
  const say = async (text: string) => {
    const before = listener.frames.length;
    server.socket.send(text);
    server.socket.send('{"push":{"channel":"mark","pub":{"data":{"event":"mark"}}}}');
    await vi.waitFor(() => {
      if (listener.frames.length === before || listener.frames.at(-1)?.event !== 'mark')
        throw new Error('not yet');
    });
    listener.frames.pop();
  };
  const established = () => vi.waitUntil(() => listener.told.length > 0, { interval: 2 });
  const lost = async () => {
    await vi.waitUntil(() => listener.losses.length > 0, { interval: 2 });
    return listener.losses[0];
  };
  return { server, clock, listener, feed, freshToken, say, established, lost };
}
