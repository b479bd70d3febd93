// Stands for Kick in a process of its own, so that the process that is measured has its core to itself: a chat
// feed that sends frames as fast as they are taken, and an API that says yes.
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { serve } from '../processes.mjs';
import { Tally } from '../tally.mjs';
import { chatFrames } from './chat.mjs';

/** So many frames go into one write. */
const framesPerWrite = 100;
const answers = {
  'GET /public/v1/users': { data: [{ user_id: 1, name: 'Kickbot', email: '', profile_picture: '' }] },
  'POST /public/v1/chat': {
    data: { is_sent: true, message_id: '11111111-1111-4111-8111-111111111111' },
    message: 'OK',
  },
};

const texts = [...chatFrames(JSON.parse(process.argv[2] ?? '{}'))];
const frames = texts.map(frameOf);
const writes = writesOf(frames);
/** The channel that each is for. */
const channels = texts.map((text) => JSON.parse(text).channel);

let next = 0;
/** What the bot said. */
const messages = new Tally();
/** Who is connected, by the app key they named: their sockets, and which of them takes a channel. */
const clients = new Map();
const api = createServer((request, response) => {
  request.resume().on('end', () => {
    const answer = answers[`${request.method} ${request.url}`];
    if (request.method === 'POST') messages.add();
    response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ?? { message: 'Not Found' }));
  });
});
const sockets = new WebSocketServer({ noServer: true });
api.on('upgrade', (request, stream, head) => {
  sockets.handleUpgrade(request, stream, head, (socket) => {
    const key = request.url.split(/[/?]/)[2];
    const client = clients.get(key) ?? { streams: new Set(), byChannel: new Map() };
    clients.set(key, client);
    client.streams.add(stream);
    socket.on('close', () => client.streams.delete(stream));
    const greeting = JSON.stringify({ socket_id: '1.1', activity_timeout: 120 });
    socket.send(JSON.stringify({ event: 'pusher:connection_established', data: greeting }));
    socket.on('message', (text) => answer(client, { socket, stream }, JSON.parse(String(text))));
  });
});
api.listen(0, '127.0.0.1');

serve({
  async address() {
    if (!api.listening) await new Promise((resolve) => api.once('listening', resolve));
    const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    return { host: '127.0.0.1', port: api.address().port, meanFrameBytes: Math.round(bytes / texts.length) };
  },
  /** Sends the next `count` frames, a multiple of those in a write; after the last comes the first. */
  async flood({ client, count }) {
    const { streams, byChannel } = clients.get(client);
    if (streams.size > 1) {
      for (let sent = 0; sent < count; sent++, next++) {
        byChannel.get(channels[next % texts.length]).stream.write(frames[next % texts.length]);
      }
      return;
    }
    const [stream] = streams;
    for (let sent = 0; sent < count; sent += framesPerWrite) {
      if (stream.write(writes[next++ % writes.length])) continue;
      await new Promise((resolve) => stream.once('drain', resolve));
    }
  },
  /** Resolves when the bot has said so many more things. */
  async hear({ count }) {
    await messages.expect(count);
  },
  send({ client, index }) {
    const at = index % texts.length;
    clients.get(client).byChannel.get(channels[at]).socket.send(texts[at]);
  },
});

function answer({ byChannel }, connection, { event, data }) {
  const { socket } = connection;
  if (event === 'pusher:ping') socket.send('{"event":"pusher:pong","data":"{}"}');
  if (event !== 'pusher:subscribe') return;
  const { channel } = data;
  byChannel.set(channel, connection);
  socket.send(JSON.stringify({ event: 'pusher_internal:subscription_succeeded', channel, data: '{}' }));
}

/** A WebSocket frame (RFC 6455, section 5.2) ready to be written. */
function frameOf(text) {
  const payload = Buffer.from(text);
  const header = Buffer.from([0x81, 126, payload.length >> 8, payload.length & 255]);
  return Buffer.concat([header, payload]);
}

function writesOf(frames) {
  const writes = [];
  for (let from = 0; from < frames.length; from += framesPerWrite) {
    writes.push(Buffer.concat(frames.slice(from, from + framesPerWrite)));
  }
  return writes;
}
