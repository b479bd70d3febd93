import type { Sandbox } from 'kickbot/sandbox';
import { SocketClient } from './socket-client.js';

interface Received {
  id?: number;
  connect?: { ttl: number };
  push?: { channel: string; pub: { data: { event: string; data: string } } };
}

/** A token as the broker gives it out. */
export async function realtimeToken(sandbox: Sandbox): Promise<string> {
  const reply = await fetch(`${sandbox.endpoints.realtime}/api/v1/realtime/auth/connection`, {
    method: 'POST',
    body: JSON.stringify({ client_id: '3f0c9a52-6d5e-4c1e-9f07-3c1d5f1b7a10' }),
  });
  const { data } = (await reply.json()) as { data: { token: string } };
  return data.token;
}

/** A bare Centrifugo client: what it receives waits in a queue. */
export class CentrifugoClient extends SocketClient<Received> {
  #id = 1;

  constructor(sandbox: Sandbox) {
    super(`${sandbox.url.replace('http', 'ws')}/connection/websocket`, (text) =>
      text.split('\n').map((line) => JSON.parse(line) as Received),
    );
  }

  static async open(sandbox: Sandbox): Promise<CentrifugoClient> {
    const client = new CentrifugoClient(sandbox);
    await client.opened();
    return client;
  }

  /** Connected, with the reply read. */
  static async ready(sandbox: Sandbox): Promise<CentrifugoClient> {
    const client = await CentrifugoClient.open(sandbox);
    await client.command({ connect: { token: await realtimeToken(sandbox), name: 'js' } });
    return client;
  }

  /** Sends a command with the next id, and returns what comes then. */
  command(command: object): Promise<Received> {
    this.send({ id: this.#id, ...command });
    this.#id += 1;
    return this.next();
  }
}
