// What a frame costs a bot in one channel, and in many.
import { summary } from '../statistics.mjs';
import { inTurns, withReceivers } from './receivers.mjs';

const counts = [1, 100, 1_000, 10_000];
const flood = { rounds: 7, warmUps: 2, messages: 40_000 };
// No commands: while one is answered its channel waits, and in a single channel that would be everybody.
const corpus = { count: flood.messages, commands: 500, removedEvery: 1_000 };

/** Microseconds for a frame by the number of channels, and how many times as much that is as with one. */
export function channels() {
  const wanted = counts.map((channels) => {
    return {
      name: `${channels} channels`,
      file: 'kickbot',
      over: ['pusher'],
      corpus: { ...corpus, channels },
    };
  });
  return withReceivers(wanted, async (running) => {
    const speeds = await inTurns([...running.keys()], flood, (name) =>
      running.get(name).flood(flood.messages),
    );
    const [one, ...others] = Object.values(speeds);
    return {
      flood,
      costs: counts.map((channels, index) => {
        return { channels, cost: summary([one, ...others][index].map((speed) => 1e6 / speed)) };
      }),
      overOne: counts.slice(1).map((channels, index) => {
        return { channels, ratio: summary(others[index].map((speed, turn) => one[turn] / speed)) };
      }),
    };
  });
}
