import { type OutgoingMessage, Sender, type SentMessage } from '../../chat/sender.js';
import { Logger, type LogLevel } from '../../telemetry/logger.js';
import { errorOf, type Failure, type FromWorker } from './protocol.js';

export type Post = (message: FromWorker) => void;

/** Has the bot log. What cannot cross of the fields is logged as text. */
export class PostingLogger extends Logger {
  constructor(private readonly post: Post) {
    super();
  }

  error(message: string, fields?: Record<string, unknown>): void {
    this.#post('error', message, fields);
  }

  warn(message: string, fields?: Record<string, unknown>): void {
    this.#post('warn', message, fields);
  }

  info(message: string, fields?: Record<string, unknown>): void {
    this.#post('info', message, fields);
  }

  debug(message: string, fields?: Record<string, unknown>): void {
    this.#post('debug', message, fields);
  }

  isLevelEnabled(): boolean {
    // The bot knows, and leaves out what is not wanted.
    return true;
  }

  named(name: string): Logger {
    return new PostingLogger((line) =>
      this.post(line.type === 'log' ? { ...line, message: `${name}: ${line.message}` } : line),
    );
  }

  #post(level: LogLevel, message: string, fields: Record<string, unknown> = {}): void {
    const crossing = Object.entries(fields).map(([key, value]) => [key, asItCrosses(value)] as const);
    this.post({ type: 'log', level, message: String(message), fields: Object.fromEntries(crossing) });
  }
}

function asItCrosses(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch {
    return typeof value === 'function' ? 'a function' : String(value);
  }
}

interface Waiting {
  resolve(value: readonly SentMessage[]): void;
  reject(error: Error): void;
}

/** Has the bot send. */
export class PostingSender extends Sender {
  readonly #waiting = new Map<number, Waiting>();
  #sent = 0;

  constructor(private readonly post: Post) {
    super();
  }

  send({ channel, content, replyTo, priority }: OutgoingMessage): Promise<readonly SentMessage[]> {
    const sent = new Promise<readonly SentMessage[]>((resolve, reject) => {
      const id = ++this.#sent;
      this.#waiting.set(id, { resolve, reject });
      const message = { channel, content, ...(replyTo && { replyTo }), ...(priority && { priority }) };
      this.post({ type: 'send', id, message });
    });
    // Its failure has been logged where it happened, and nobody has to wait for it.
    sent.catch(() => undefined);
    return sent;
  }

  sent(id: number, value: readonly SentMessage[]): void {
    this.#take(id)?.resolve(value);
  }

  notSent(id: number, failure: Failure): void {
    this.#take(id)?.reject(errorOf(failure));
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }
}
