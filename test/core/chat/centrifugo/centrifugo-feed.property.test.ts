import * as fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { setUp } from './setup.js';

const name = fc.string({ unit: 'binary', maxLength: 20 });
const publication = fc.record({
  channel: name,
  event: name,
  data: fc.oneof(name, fc.jsonValue({ maxDepth: 2 })),
});
/** Whatever is no frame of the protocol, or might be one. None of these ends the connection or is an event. */
const noise = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.json(),
  fc
    .record({ id: fc.integer(), error: fc.jsonValue(), refresh: fc.jsonValue() })
    .map((reply) => JSON.stringify(reply)),
  fc
    .record({
      channel: fc.jsonValue(),
      pub: fc.jsonValue(),
      unsubscribe: fc.jsonValue(),
      join: fc.jsonValue(),
    })
    .map((push) => JSON.stringify({ push })),
);

it('D57 every well-formed publication arrives, in order, whatever is sent between them', async () => {
  const { server, listener, feed, established } = await setUp();
  await established();
  feed.subscribe('chatrooms.101.v2');
  await vi.waitFor(() => expect(listener.told).toHaveLength(2));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(publication, noise, fc.boolean()), { minLength: 1, maxLength: 20 }),
      async (steps) => {
        listener.frames.length = 0;
        for (const [{ channel, ...data }, text, isTogether] of steps) {
          const good = JSON.stringify({ push: { channel, pub: { data } } });
          if (isTogether) server.socket.send(`${text}\n${good}`);
          else {
            server.socket.send(text);
            server.socket.send(good);
          }
        }
        const sent = JSON.parse(JSON.stringify(steps.map(([frame]) => frame)));
        await vi.waitUntil(() => listener.frames.length >= sent.length, { interval: 1, timeout: 5_000 });
        expect(listener.frames).toEqual(sent);
      },
    ),
    { numRuns: 300 },
  );
  expect(listener.losses).toEqual([]);
});
