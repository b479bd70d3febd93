import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export interface ReceivedRequest {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly form: URLSearchParams;
}

/** A token endpoint that does whatever it is told, as no server should. */
export class HostileServer {
  readonly requests: ReceivedRequest[] = [];
  respond: (response: ServerResponse, request: ReceivedRequest) => void = (response) => response.end();
  readonly #server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const { method, url, headers } = request;
    const received = { method, url, headers, form: new URLSearchParams(Buffer.concat(parts).toString()) };
    this.requests.push(received);
    this.respond(response, received);
  });
  #url = '';

  static async start(): Promise<HostileServer> {
    const hostile = new HostileServer();
    hostile.#server.listen(0, '127.0.0.1');
    await once(hostile.#server, 'listening');
    const address = hostile.#server.address();
    if (address === null || typeof address === 'string') throw new Error('It listens on no port.');
    hostile.#url = `http://127.0.0.1:${address.port}`;
    return hostile;
  }

  get url(): string {
    return this.#url;
  }

  answer(status: number, body: string | object, headers: Record<string, string> = {}): void {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    this.respond = (response) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
    };
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}
