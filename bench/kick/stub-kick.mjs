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
const writes = writesOf(texts);

let next = 0;
/** What the bot said. */
const messages = new Tally();
/** Who is connected, by the app key they named. */
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
    clients.set(request.url.split(/[/?]/)[2], { stream, socket });
    const greeting = JSON.stringify({ socket_id: '1.1', activity_timeout: 120 });
    socket.send(JSON.stringify({ event: 'pusher:connection_established', data: greeting }));
    socket.on('message', (text) => answer(socket, JSON.parse(String(text))));
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
    const { stream } = clients.get(client);
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
    clients.get(client).socket.send(texts[index % texts.length]);
  },
});

function answer(socket, { event, data }) {
  if (event === 'pusher:ping') socket.send('{"event":"pusher:pong","data":"{}"}');
  if (event !== 'pusher:subscribe') return;
  const { channel } = data;
  socket.send(JSON.stringify({ event: 'pusher_internal:subscription_succeeded', channel, data: '{}' }));
}

/** WebSocket frames (RFC 6455, section 5.2) ready to be written, several at a time. */
function writesOf(texts) {
  const frames = texts.map((text) => {
    const payload = Buffer.from(text);
    const header = Buffer.from([0x81, 126, payload.length >> 8, payload.length & 255]);
    return Buffer.concat([header, payload]);
  });
  const writes = [];
  while (frames.length > 0) writes.push(Buffer.concat(frames.splice(0, framesPerWrite)));
  return writes;
}
