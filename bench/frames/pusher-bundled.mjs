// pusher-js as it comes, with a handler that does nothing but count.
import Pusher from 'pusher-js';
import { channelNumber } from '../kick/chat.mjs';

export async function open({ address, channels, arrived }) {
  const [wsHost, wsPort] = address.split(':');
  const pusher = new Pusher('bench', {
    cluster: 'bench',
    wsHost,
    wsPort: Number(wsPort),
    forceTLS: false,
    enabledTransports: ['ws'],
  });
  for (let number = 0; number < channels; number++) {
    const channel = pusher.subscribe(`chatrooms.${channelNumber(number).chatroomId}.v2`);
    await new Promise((resolve) => channel.bind('pusher:subscription_succeeded', resolve));
    channel.bind('App\\Events\\ChatMessageEvent', ({ id }) => arrived(id));
  }
  return {};
}
