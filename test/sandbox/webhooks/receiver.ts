import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedWebhook {
  /** As they were written on the wire. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The client's port: which connection it came by. */
  readonly port: number | undefined;
}

/** An app's webhook URL: keeps what it is sent, and answers with `statuses` one after another, then 200. */
export async function openReceiver() {
  const received: ReceivedWebhook[] = [];
  const statuses: number[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const headers: Record<string, string> = {};
    for (let index = 0; index < request.rawHeaders.length; index += 2) {
      headers[request.rawHeaders[index] ?? ''] = request.rawHeaders[index + 1] ?? '';
    }
    received.push({ headers, body: Buffer.concat(chunks).toString(), port: request.socket.remotePort });
    response.writeHead(statuses.shift() ?? 200).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/kick`,
    received,
    statuses,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
