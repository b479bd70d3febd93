import { Worker } from 'node:worker_threads';
import type { Cancel, Clock } from '../../primitives/clock.js';
import { KickbotError, messageOf } from '../../primitives/error.js';
import {
  type Described,
  errorOf,
  type Failure,
  type FromWorker,
  fromWorkerSchema,
  type ToWorker,
  type WorkerData,
} from './protocol.js';

export interface ThreadOptions extends WorkerData {
  readonly clock: Clock;
  /** What a worker runs. */
  readonly file: URL;
}

/** Of a worker's heap; past it Node ends the worker. Buffers are not in it. */
const resourceLimits = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 };
const startDeadlineMs = 10_000;
const pingMs = 400;
/** After so many pings without an answer a worker is ended: 1.6 s. */
const pingsUnanswered = 4;
const callsAtMost = 1_000;

interface Pending {
  readonly name: string;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** What else a worker says. */
export type Told = Exclude<FromWorker, { type: 'described' | 'failed' | 'returned' | 'threw' | 'pong' }>;

type Request = Extract<ToWorker, { type: 'load' | 'call' }>;
type WithoutId<Message> = Message extends unknown ? Omit<Message, 'id'> : never;

/** One worker thread with a plugin in it, from its start to its end. */
export class PluginThread {
  /** Says why it ended. Never rejects. */
  readonly ended: Promise<string>;
  /** Told of what is no answer. */
  tell: (told: Told) => void = () => {};
  readonly #worker: Worker;
  readonly #clock: Clock;
  readonly #pending = new Map<number, Pending>();
  readonly #described: Promise<Described>;
  #requests = 0;
  #unanswered = 0;
  #cancelPing: Cancel | undefined;
  #isEnded = false;
  #why = '';

  constructor({ clock, file, source, directory }: ThreadOptions) {
    this.#clock = clock;
    this.#worker = new Worker(file, {
      workerData: { source, directory } satisfies WorkerData,
      // Nothing of the bot's: its environment and its command line may hold secrets.
      env: {},
      argv: [],
      execArgv: [],
      resourceLimits,
    });
    const described = new Promise<Described>((resolve, reject) => {
      this.#worker.on('message', (message: unknown) => {
        const read = fromWorkerSchema.safeParse(message);
        if (!read.success) return this.#misspoke();
        if (read.data.type === 'described') return resolve(read.data);
        if (read.data.type === 'failed') return reject(errorOf(read.data.failure));
        return this.#heard(read.data);
      });
    });
    this.#described = described;
    described.catch(() => undefined);
    this.#worker.on('error', (error) => {
      this.#why ||=
        'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
          ? `it used more than ${resourceLimits.maxOldGenerationSizeMb} MB`
          : messageOf(error);
    });
    this.ended = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        const [oldest] = this.#pending.values();
        this.#close();
        const during = oldest === undefined ? '' : ` (in ${oldest.name})`;
        resolve((this.#why || `it ended itself with exit code ${code}`) + during);
      });
    });
  }

  /** What the plugin is. Throws what importing it throws, and `plugin.deadline` when it takes longer than 10 s. */
  describe(): Promise<Described> {
    return this.#inTime(this.#described);
  }

  /** Makes the plugin and waits for its `onLoad`; from then on it has to answer. Throws what they throw. */
  async load(message: WithoutId<Extract<ToWorker, { type: 'load' }>>): Promise<void> {
    await this.#inTime(this.#request(message, 'onLoad').answer);
    if (this.#isEnded) throw endedBecause(await this.ended);
    this.#ping();
  }

  /** Has a method called. The answer rejects with what it threw; undefined where the worker ended meanwhile. */
  call(message: WithoutId<Extract<ToWorker, { type: 'call' }>>): {
    readonly answer: Promise<unknown>;
    abandon(failure: Failure): void;
  } {
    if (this.#pending.size >= callsAtMost) {
      throw new KickbotError(
        'plugin.worker_busy',
        `${callsAtMost} calls wait for the plugin's worker already.`,
      );
    }
    const { id, answer } = this.#request(message, message.name);
    const abandon = (failure: Failure) => {
      this.#pending.delete(id);
      this.post({ type: 'abandon', id, failure });
    };
    return { answer, abandon };
  }

  post(message: ToWorker): void {
    if (!this.#isEnded) this.#worker.postMessage(message);
  }

  async end(why: string): Promise<void> {
    this.#why ||= why;
    this.#cancelPing?.();
    await this.#worker.terminate();
  }

  #request(message: WithoutId<Request>, name: string): { id: number; answer: Promise<unknown> } {
    const id = ++this.#requests;
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#pending.set(id, { name, resolve, reject });
      this.post({ ...message, id });
    });
    return { id, answer };
  }

  #heard(message: Exclude<FromWorker, { type: 'described' | 'failed' }>): void {
    if (message.type === 'pong') {
      this.#unanswered = 0;
    } else if (message.type === 'returned' || message.type === 'threw') {
      const pending = this.#pending.get(message.id);
      this.#pending.delete(message.id);
      if (message.type === 'returned') pending?.resolve(message.value);
      else pending?.reject(errorOf(message.failure));
    } else {
      this.tell(message);
    }
  }

  #misspoke(): void {
    const failure = { name: 'Error', message: 'It told kickbot something that is no message of a worker.' };
    this.tell({ type: 'stray', name: 'its worker', failure });
  }

  /** A bot that was held up itself pings late, and waits for as many answers as ever. */
  #ping(): void {
    if (this.#isEnded) return;
    if (this.#unanswered >= pingsUnanswered) {
      void this.end(`it did not answer for ${(pingMs * pingsUnanswered) / 1000} s`);
      return;
    }
    this.#unanswered++;
    this.post({ type: 'ping' });
    this.#cancelPing = this.#clock.schedule(pingMs, () => this.#ping());
  }

  async #inTime<Value>(wanted: Promise<Value>): Promise<Value> {
    let cancel = () => {};
    const late = new Promise<never>((_, reject) => {
      cancel = this.#clock.schedule(startDeadlineMs, () =>
        reject(new KickbotError('plugin.deadline', `it did not end within ${startDeadlineMs / 1000} s.`)),
      );
    });
    const gone = this.ended.then((why): never => {
      throw endedBecause(why);
    });
    try {
      return await Promise.race([wanted, late, gone]);
    } finally {
      gone.catch(() => undefined);
      cancel();
    }
  }

  #close(): void {
    this.#isEnded = true;
    this.#cancelPing?.();
    for (const { resolve } of this.#pending.values()) resolve(undefined);
    this.#pending.clear();
  }
}

function endedBecause(why: string): KickbotError {
  return new KickbotError('plugin.worker_ended', `its worker ended: ${why}.`);
}
