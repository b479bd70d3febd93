// pusher-js over `ws`, as the core uses it: faster than over the socket that is bundled with it.
import Pusher from 'pusher-js';
import WebSocket from 'ws';
import { open as openPusher } from './pusher-bundled.mjs';

class Socket {
  #socket;

  constructor(url) {
    this.#socket = new WebSocket(url, { perMessageDeflate: false });
    this.#socket.on('open', () => this.onopen?.());
    this.#socket.on('message', (data) => this.onmessage?.({ data: data.toString() }));
    this.#socket.on('close', () => this.onclose?.());
    this.#socket.on('error', (error) => this.onerror?.(error));
  }

  send(text) {
    this.#socket.send(text);
  }

  close() {
    this.#socket.close();
  }
}

export function open(feed) {
  Pusher.Runtime.createWebSocket = (url) => new Socket(url);
  return openPusher(feed);
}
