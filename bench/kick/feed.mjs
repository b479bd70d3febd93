import { WebSocketServer } from 'ws';
import { chatFrames, ownId } from './chat.mjs';

/** So many frames go into one write. */
const framesPerWrite = 100;

/** Pusher, version 7. The frames of a chat are written in its protocol already. */
const pusher = {
  greeting: JSON.stringify({
    event: 'pusher:connection_established',
    data: JSON.stringify({ socket_id: '1.1', activity_timeout: 120 }),
  }),
  frame: (text) => text,
  asks: ({ event, data }) => (event === 'pusher:subscribe' ? data.channel : undefined),
  answer({ event, data }) {
    if (event === 'pusher:ping') return { event: 'pusher:pong', data: '{}' };
    if (event !== 'pusher:subscribe') return undefined;
    return { event: 'pusher_internal:subscription_succeeded', channel: data.channel, data: '{}' };
  },
};

/** Centrifugo's JSON protocol, version 2. */
const centrifugo = {
  greeting: undefined,
  frame(text) {
    const { channel, event, data } = JSON.parse(text);
    return JSON.stringify({ push: { channel, pub: { data: { event, data } } } });
  },
  asks: ({ subscribe }) => subscribe?.channel,
  answer({ id, connect }) {
    if (id === undefined) return undefined;
    return connect ? { id, connect: { client: 'bench', version: '6.0.0' } } : { id, subscribe: {} };
  },
};

const protocols = { pusher, centrifugo };

/** One chat, ready to be written, as all who hear the same chat over the same protocol share it. */
const ready = new Map();

function framesOf(protocol, corpus) {
  const key = JSON.stringify([protocol, corpus]);
  if (!ready.has(key))
    ready.set(
      key,
      Array.from(chatFrames(corpus), (text) => frameOf(protocol, text)),
    );
  return ready.get(key);
}

/** A WebSocket frame (RFC 6455, section 5.2), and where in it the id is. */
function frameOf(protocol, text) {
  const { channel, data } = JSON.parse(text);
  const payload = Buffer.from(protocols[protocol].frame(text));
  const header = Buffer.from([0x81, 126, payload.length >> 8, payload.length & 255]);
  const bytes = Buffer.concat([header, payload]);
  return { channel, bytes, idAt: bytes.indexOf(JSON.parse(data).id) };
}

/** A realtime server to one client: its connections, and who wants what on which of them. */
export class Feed {
  #sockets = new WebSocketServer({ noServer: true });
  #streams = new Map();
  #protocol;
  #frames;

  constructor(protocol, corpus) {
    this.#protocol = protocols[protocol];
    this.#frames = framesOf(protocol, corpus);
  }

  get meanFrameBytes() {
    return this.#frames.reduce((sum, { bytes }) => sum + bytes.length, 0) / this.#frames.length;
  }

  accept(request, stream, head) {
    const { greeting, asks, answer } = this.#protocol;
    this.#sockets.handleUpgrade(request, stream, head, (socket) => {
      if (greeting !== undefined) socket.send(greeting);
      socket.on('message', (text) => {
        const asked = JSON.parse(String(text));
        this.#streams.set(asks(asked), stream);
        const answered = answer(asked);
        if (answered !== undefined) socket.send(JSON.stringify(answered));
      });
    });
  }

  /** Writes the messages of these numbers, as fast as they are taken; after the last of the chat comes the first. */
  async send(first, count) {
    const batches = new Map();
    for (let number = first; number < first + count; number++) {
      const { channel, bytes, idAt } = this.#frames[number % this.#frames.length];
      bytes.write(ownId(number), idAt, 'latin1');
      const stream = this.#streams.get(channel);
      const batch = batches.get(stream) ?? [];
      batches.set(stream, batch);
      batch.push(bytes);
      if (batch.length === framesPerWrite) await write(stream, batch.splice(0));
    }
    for (const [stream, batch] of batches) if (batch.length > 0) await write(stream, batch);
  }
}

function write(stream, frames) {
  if (stream.write(Buffer.concat(frames))) return undefined;
  return new Promise((resolve) => stream.once('drain', resolve));
}
