// The bot by each of its transports beside the floors it stands on, in turns: messages for each second of a core's
// time, and how long a message takes to its handler.
import { quantile, summary } from '../statistics.mjs';
import { inTurns, withReceivers } from './receivers.mjs';

// Each of the 500 commands comes.
const corpus = { count: 60_000, channels: 21, commands: 500, commandEvery: 100, removedEvery: 1_000 };
const flood = { rounds: 7, warmUps: 2, messages: 60_000, webhooks: 400 };
/** Rounds with webhooks are short; it takes some thousand of them until all of their way is compiled. */
const longWarmUp = 4;
const pace = { rounds: 4, warmUps: 0, messages: 200, perSecond: 200 };
/** A signature takes a millisecond to make, and each of them can be sent once. */
const webhooks =
  (flood.rounds + flood.warmUps * longWarmUp) * flood.webhooks + (pace.rounds + pace.warmUps) * pace.messages;

const receivers = [
  { name: 'ws', over: ['pusher'] },
  { name: 'pusher-bundled', over: ['pusher'] },
  { name: 'pusher-over-ws', over: ['pusher'] },
  { name: 'pusher', over: ['pusher'] },
  { name: 'centrifugo', over: ['centrifugo'] },
  { name: 'webhook', over: ['webhook'] },
  { name: 'all', over: ['pusher', 'centrifugo', 'webhook'] },
];
const paced = ['ws', 'pusher', 'centrifugo', 'webhook', 'all'];

function wanted({ name, over }) {
  const isBot = paced.includes(name) && name !== 'ws';
  return { name, over, file: isBot ? 'kickbot' : name, corpus, webhooks };
}

/** Rounds of each receiver, of the bot's ratio to pusher-js over `ws`, latencies, and what was miscounted. */
export function throughput() {
  return withReceivers(receivers.map(wanted), async (running) => {
    const speeds = await inTurns([...running.keys()], flood, (name, isWarmUp) => {
      const { over } = receivers.find((receiver) => receiver.name === name);
      const webhooks = isWarmUp ? longWarmUp * flood.webhooks : flood.webhooks;
      return running.get(name).flood(over.includes('webhook') ? webhooks : flood.messages);
    });
    const latencies = await inTurns(paced, pace, (name) =>
      running.get(name).pace(pace.messages, pace.perSecond),
    );
    return {
      flood,
      pace,
      meanFrameBytes: running.get('pusher').meanFrameBytes,
      perSecond: mapped(speeds, summary),
      overPusher: summary(speeds.pusher.map((speed, turn) => speed / speeds['pusher-over-ws'][turn])),
      p50: mapped(latencies, (rounds) => summary(rounds.map((times) => quantile(times, 0.5)))),
      p99: mapped(latencies, (rounds) => quantile(rounds.flat(), 0.99)),
    };
  });
}

function mapped(results, map) {
  return Object.fromEntries(Object.entries(results).map(([name, values]) => [name, map(values)]));
}
