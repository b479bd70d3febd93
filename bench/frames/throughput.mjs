// Frames per second of a core: the bot beside the floors it stands on, in turns, each in a process of its own.
import { start } from '../processes.mjs';
import { summary } from '../statistics.mjs';

// More messages than the inbox remembers, so that each round can send all of them again.
const corpus = { count: 60_000, channels: 21, commands: 500, commandEvery: 100, removedEvery: 1_000 };
const perRound = 2 * corpus.count;
const warmUps = 2;
const rounds = 7;
const receivers = ['ws', 'pusher-bundled', 'pusher-over-ws', 'kickbot'];

/** Rounds of each receiver, of its ratio to pusher-js over `ws`, and what was miscounted. */
export async function throughput() {
  const kick = start('kick/stub-kick.mjs', { arguments: [JSON.stringify(corpus)] });
  const running = new Map();
  try {
    const { meanFrameBytes, ...address } = await kick.ask('address');
    for (const name of receivers) {
      const receiver = start('frames/receiver.mjs', { arguments: [`./${name}.mjs`] });
      running.set(name, receiver);
      await receiver.ask('open', { ...corpus, ...address, client: name });
    }
    const round = async (name) => {
      const receiver = running.get(name);
      await receiver.ask('begin');
      const [framesPerSecond] = await Promise.all([
        receiver.ask('end', { count: perRound }),
        kick.ask('flood', { client: name, count: perRound }),
      ]);
      return framesPerSecond;
    };
    const results = Object.fromEntries(receivers.map((name) => [name, []]));
    for (let turn = -warmUps; turn < rounds; turn++) {
      for (const name of receivers) {
        const result = await round(name);
        if (turn >= 0) results[name].push(result);
      }
    }
    const mistakes = [];
    for (const [name, receiver] of running) {
      const found = await receiver.ask('mistakes', { total: (warmUps + rounds) * perRound });
      mistakes.push(...found.map((mistake) => `${name}: ${mistake}`));
    }
    return {
      meanFrameBytes,
      rounds,
      perRound,
      overPusher: summary(results.kickbot.map((speed, turn) => speed / results['pusher-over-ws'][turn])),
      receivers: receivers.map((name) => ({ name, framesPerSecond: summary(results[name]) })),
      mistakes,
    };
  } finally {
    await Promise.all([kick, ...running.values()].map((process) => process.stop()));
  }
}
