// The floor under everything: a frame is JSON with JSON in a text, and somebody has to read both.
import { once } from 'node:events';
import WebSocket from 'ws';
import { channelNumber } from '../kick/chat.mjs';

export async function open({ address, channels, arrived }) {
  const socket = new WebSocket(`ws://${address}/app/bench`, { perMessageDeflate: false });
  await once(socket, 'message');
  for (let number = 0; number < channels; number++) {
    const channel = `chatrooms.${channelNumber(number).chatroomId}.v2`;
    socket.send(JSON.stringify({ event: 'pusher:subscribe', data: { channel } }));
    await once(socket, 'message');
  }
  socket.on('message', (data) => {
    const frame = JSON.parse(data.toString());
    const message = JSON.parse(frame.data);
    if (message.sender) arrived(message.id);
  });
  return {};
}
