import { chatter, numbers, pickerOf } from '../kick/chat.mjs';

const tickMs = 25;
/** 12 in 30 s: with what is tried again, under what an account may say. */
const commandEveryMs = 2_500;

/** Says things in the channels, so many a second. Each message has its number in its text. */
export class Load {
  #timer;
  #number = 0;
  #commands = 0;
  #batches = [];

  constructor({ world, channels, users, rate, seed }) {
    const random = numbers(seed);
    Object.assign(this, { world, channels, users, rate, pick: pickerOf(random), says: chatter(random) });
  }

  start() {
    const startedAt = performance.now();
    this.#timer = setInterval(() => this.#tick(performance.now() - startedAt), tickMs);
  }

  stop() {
    clearInterval(this.#timer);
  }

  /** What was said since the last call. */
  take() {
    return this.#batches.splice(0);
  }

  #tick(elapsedMs) {
    const batch = {
      from: this.#number,
      to: Math.floor((elapsedMs * this.rate) / 1000),
      at: Date.now(),
      commands: [],
    };
    if (batch.to === batch.from) return;
    for (; this.#number < batch.to; this.#number++) {
      const isCommand = elapsedMs >= (this.#commands + 1) * commandEveryMs;
      if (isCommand) batch.commands.push(this.#number);
      if (isCommand) this.#commands += 1;
      this.world.say({
        channel: this.pick(this.channels),
        user: this.pick(this.users),
        content: isCommand ? `!echo ${this.#number}` : `#${this.#number} ${this.says()}`,
      });
    }
    // Handed over when it was said: a batch of which a part is lost must not hide the rest.
    this.#batches.push(batch);
  }
}
