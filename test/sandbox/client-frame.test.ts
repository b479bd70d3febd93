import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readClientFrame } from '../../src/sandbox/feed/client-frame.js';

it('reads any text as a frame or as nothing, and never throws', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      expect(readClientFrame(text)).toBeUndefined();
    }),
  );
});

it('reads a subscription whether its data is an object or text', () => {
  fc.assert(
    fc.property(fc.string(), fc.boolean(), (channel, asText) => {
      const data = { channel, auth: '' };
      const text = JSON.stringify({ event: 'pusher:subscribe', data: asText ? JSON.stringify(data) : data });
      expect(readClientFrame(text)).toEqual({ event: 'pusher:subscribe', channel });
    }),
  );
});
