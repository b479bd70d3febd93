import type { Sandbox } from 'kickbot/sandbox';
import { WebSocket } from 'ws';

interface ReceivedFrame {
  event: string;
  channel?: string;
  data?: unknown;
}

/** A bare Pusher client: what it receives waits in a queue. */
export class PusherClient {
  readonly socket: WebSocket;
  /** The close code. */
  readonly closed: Promise<number>;
  readonly #queue: ReceivedFrame[] = [];
  #waiting: ((frame: ReceivedFrame) => void) | undefined;

  constructor(sandbox: Sandbox, path = `/app/${sandbox.pusher.key}?protocol=7&client=test&version=1`) {
    this.socket = new WebSocket(`ws://${sandbox.pusher.host}:${sandbox.pusher.port}${path}`);
    this.socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => this.socket.on('close', resolve));
    this.socket.on('message', (text) => {
      const frame = JSON.parse(String(text)) as ReceivedFrame;
      if (this.#waiting) this.#waiting(frame);
      else this.#queue.push(frame);
      this.#waiting = undefined;
    });
  }

  static async open(sandbox: Sandbox): Promise<PusherClient> {
    const client = new PusherClient(sandbox);
    await new Promise((resolve) => client.socket.once('open', resolve));
    return client;
  }

  /** Connected, with the handshake read. */
  static async ready(sandbox: Sandbox): Promise<PusherClient> {
    const client = await PusherClient.open(sandbox);
    await client.next();
    return client;
  }

  next(): Promise<ReceivedFrame> {
    const frame = this.#queue.shift();
    return frame ? Promise.resolve(frame) : new Promise((resolve) => (this.#waiting = resolve));
  }

  send(frame: object): void {
    this.socket.send(JSON.stringify(frame));
  }

  subscribe(channel: string): void {
    this.send({ event: 'pusher:subscribe', data: { channel, auth: '' } });
  }

  async subscribed(channel: string): Promise<void> {
    this.subscribe(channel);
    await this.next();
  }

  ping(): Promise<ReceivedFrame> {
    this.send({ event: 'pusher:ping', data: {} });
    return this.next();
  }
}
