import type { Sandbox } from 'kickbot/sandbox';
import { SocketClient } from './socket-client.js';

interface ReceivedFrame {
  event: string;
  channel?: string;
  data?: unknown;
}

/** A bare Pusher client: what it receives waits in a queue. */
export class PusherClient extends SocketClient<ReceivedFrame> {
  constructor({ pusher }: Sandbox, path = `/app/${pusher.key}?protocol=7&client=test&version=1`) {
    super(`ws://${pusher.host}:${pusher.port}${path}`, (text) => [JSON.parse(text) as ReceivedFrame]);
  }

  static async open(sandbox: Sandbox): Promise<PusherClient> {
    const client = new PusherClient(sandbox);
    await client.opened();
    return client;
  }

  /** Connected, with the handshake read. */
  static async ready(sandbox: Sandbox): Promise<PusherClient> {
    const client = await PusherClient.open(sandbox);
    await client.next();
    return client;
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
