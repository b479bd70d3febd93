// The floor under everything: a frame is JSON with JSON in a text, and somebody has to read both.
import { once } from 'node:events';
import WebSocket from 'ws';

export async function open({ host, port, client, arrived }) {
  const socket = new WebSocket(`ws://${host}:${port}/app/${client}`, { perMessageDeflate: false });
  await once(socket, 'message');
  socket.on('message', (data) => {
    const frame = JSON.parse(data.toString());
    const message = JSON.parse(frame.data);
    if (message.sender) arrived();
  });
  return {};
}
