import { start } from '../processes.mjs';

/**
 * Starts receivers, each in a process of its own, and the Kick that sends to all of them; stops them after `use`.
 * Resolves with what `use` reports, and what was miscounted.
 *
 * @param wanted For each `{ name, file, corpus, over }`: its file in this folder, what it hears, by which transports;
 *   and `webhooks`, how many it will get at most.
 */
export async function withReceivers(wanted, use) {
  const kick = start('kick/stub-kick.mjs');
  const receivers = new Map();
  try {
    for (const { name, file, corpus, over, webhooks } of wanted) {
      const receiver = start('frames/receiver.mjs', { arguments: [`./${file}.mjs`] });
      const { meanFrameBytes, address } = await kick.ask('open', { client: name, corpus, over, webhooks });
      receivers.set(name, new Receiver(name, receiver, kick, meanFrameBytes));
      const { webhookPort } = await receiver.ask('open', { ...corpus, address, over });
      if (webhookPort !== undefined) await kick.ask('aimAt', { client: name, port: webhookPort });
    }
    const report = await use(receivers);
    const mistakes = [];
    for (const receiver of receivers.values()) mistakes.push(...(await receiver.mistakes()));
    return { ...report, mistakes };
  } finally {
    await Promise.all([kick, ...receivers.values()].map((process) => process.stop()));
  }
}

/** What `measure(name, isWarmUp)` gives for each name in each round, by name; one after the other in each round. */
export async function inTurns(names, { rounds, warmUps }, measure) {
  const results = Object.fromEntries(names.map((name) => [name, []]));
  for (let turn = -warmUps; turn < rounds; turn++) {
    for (const name of names) {
      const result = await measure(name, turn < 0);
      if (turn >= 0) results[name].push(result);
    }
  }
  return results;
}

class Receiver {
  #name;
  #process;
  #kick;

  constructor(name, process, kick, meanFrameBytes) {
    this.#name = name;
    this.#process = process;
    this.#kick = kick;
    this.meanFrameBytes = meanFrameBytes;
  }

  /** Messages for each second of a core's time, of `count` that come as fast as they are taken. */
  async flood(count) {
    await this.#process.ask('begin');
    const [perSecond] = await Promise.all([
      this.#process.ask('end', { count }),
      this.#kick.ask('flood', { client: this.#name, count }),
    ]);
    return perSecond;
  }

  /** Milliseconds from the write of a message to its handler, for each of `count` that come at a steady rate. */
  async pace(count, perSecond) {
    await this.#process.ask('begin', { timed: true });
    const [heardAt, writtenAt] = await Promise.all([
      this.#process.ask('heard', { count }),
      this.#kick.ask('pace', { client: this.#name, count, perSecond }),
    ]);
    const heard = new Map(heardAt);
    return writtenAt.map(([number, at]) => (heard.get(number) - at) / 1_000);
  }

  async mistakes() {
    const mistakes = await this.#process.ask('mistakes');
    return mistakes.map((mistake) => `${this.#name}: ${mistake}`);
  }

  stop() {
    return this.#process.stop();
  }
}
