import { WebSocket } from 'ws';

/** A bare socket whose text frames `read` takes apart: what it receives waits in a queue. */
export class SocketClient<Received> {
  readonly socket: WebSocket;
  /** The close code. */
  readonly closed: Promise<number>;
  closeReason = '';
  readonly #queue: Received[] = [];
  #waiting: ((received: Received) => void) | undefined;

  constructor(url: string, read: (text: string) => Received[]) {
    this.socket = new WebSocket(url);
    this.socket.on('error', () => undefined);
    this.closed = new Promise((resolve) =>
      this.socket.on('close', (code, reason) => {
        this.closeReason = String(reason);
        resolve(code);
      }),
    );
    this.socket.on('message', (text) => {
      this.#queue.push(...read(String(text)));
      const received = this.#waiting && this.#queue.shift();
      if (received === undefined) return;
      this.#waiting?.(received);
      this.#waiting = undefined;
    });
  }

  async opened(): Promise<void> {
    await new Promise((resolve) => this.socket.once('open', resolve));
  }

  next(): Promise<Received> {
    const received = this.#queue.shift();
    return received === undefined
      ? new Promise((resolve) => (this.#waiting = resolve))
      : Promise.resolve(received);
  }

  send(frame: object): void {
    this.socket.send(JSON.stringify(frame));
  }
}
