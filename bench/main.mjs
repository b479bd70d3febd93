// `npm run bench`: how fast kickbot is; docs/benchmarks.md explains each line. Ends with 1 where something was
// miscounted, never for being slow.
import { channels } from './frames/channels.mjs';
import { throughput } from './frames/throughput.mjs';
import { measure } from './processes.mjs';
import { printMachine, printRow, printSection } from './report.mjs';
import { startUp } from './start-up.mjs';

const grouped = (value) => Math.round(value).toLocaleString('en-US');
/** Three digits of it. */
const perSecondOf = (value) => `${grouped(Number(value.toPrecision(3)))}/s`;
const micro = (value) => `${value.toFixed(2)} µs`;
const milli = (value) => `${value.toFixed(2)} ms`;
const second = (value) => `${value.toFixed(2)} s`;
const ratio = (value) => value.toFixed(2);
const kibibytes = (value) => `${(value / 1024).toFixed(1)} KiB`;

/** What is measured at a steady rate. */
const latencies = {
  ws: 'floor: ws, JSON.parse twice',
  pusher: 'kickbot, pusher',
  centrifugo: 'kickbot, centrifugo',
  webhook: 'kickbot, webhook',
  all: 'kickbot, all three, the first',
};

async function frames() {
  const { meanFrameBytes, flood, pace, perSecond, overPusher, p50, p99, mistakes } = await throughput();
  printSection(
    `Messages for each second of a core's time (frames of ${meanFrameBytes} bytes, ${flood.rounds} rounds of ${flood.messages}, of ${flood.webhooks} with webhooks)`,
  );
  printRow('floor: ws, JSON.parse twice', perSecond.ws, perSecondOf);
  printRow('floor: pusher-js as it comes, empty handler', perSecond['pusher-bundled'], perSecondOf);
  printRow('floor: pusher-js over ws, empty handler', perSecond['pusher-over-ws'], perSecondOf);
  printRow('kickbot, pusher', perSecond.pusher, perSecondOf);
  printRow('kickbot, pusher / pusher-js over ws', overPusher, ratio, { atLeast: 0.6 });
  printRow('kickbot, centrifugo', perSecond.centrifugo, perSecondOf);
  printRow('kickbot, webhook', perSecond.webhook, perSecondOf);
  printRow('kickbot, all three, each message by each', perSecond.all, perSecondOf);
  printSection(
    `Latency: written by Kick, until the handler has it (${pace.perSecond} a second, ${pace.rounds} rounds of ${pace.messages})`,
  );
  for (const [name, label] of Object.entries(latencies)) {
    printRow(`${label}, p50`, p50[name], milli);
    printRow(`${label}, p99`, p99[name], milli);
  }
  return mistakes;
}

async function costByChannels() {
  const { flood, costs, overOne, mistakes } = await channels();
  printSection(`Cost of a frame by the number of channels (${flood.rounds} rounds of ${flood.messages})`);
  for (const { channels: count, cost } of costs) printRow(`${grouped(count)} joined`, cost, micro);
  for (const { channels: count, ratio: growth } of overOne) {
    printRow(`${grouped(count)} / 1`, growth, ratio, { atMost: 1.3 });
  }
  return mistakes;
}

async function dispatch() {
  const { cases, growth, rounds, perRound, mistakes } = await measure('dispatch.mjs');
  printSection(`Dispatch alone: event in, reply handed over (${rounds} rounds of ${perRound})`);
  const limits = { hit: 10, miss: 2 };
  for (const { commands, kind, p50 } of cases) {
    printRow(`${kind} p50, ${commands} command${commands === 1 ? '' : 's'}`, p50, micro, {
      atMost: limits[kind],
    });
  }
  for (const kind of ['hit', 'miss']) {
    printRow(`cost of a ${kind}, 500 commands / 1`, growth[kind], ratio, { atMost: 1.5 });
  }
  return mistakes;
}

async function replies() {
  const { rounds, perRound, p50, p99 } = await measure('reply-latency.mjs');
  printSection(`Reply latency: frame in, request out (${rounds} rounds of ${perRound}, one at a time)`);
  printRow('floor: Bottleneck alone, p50', p50.limiters, milli);
  printRow('kickbot, p50', p50.reply, milli);
  printRow('above the floor, p50', p50.above, milli, { atMost: 1 });
  printRow('floor: Bottleneck alone, p99', p99.limiters, milli);
  printRow('kickbot, p99', p99.reply, milli);
  printRow('above the floor, p99', p99.reply - p99.limiters, milli, { atMost: 1 });
  return [];
}

async function heap() {
  const bots = [];
  for (const channels of [20, 10_000]) {
    const options = { arguments: [String(channels)], execArgv: ['--expose-gc'] };
    bots.push(await measure('idle-channels.mjs', options));
  }
  const [few, many] = bots;
  const channels = many.channels - few.channels;
  printSection('Heap, a bot in 10,000 channels beside one in 20');
  printRow('for each idle channel', (many.heapUsed - few.heapUsed) / channels, kibibytes);
  printRow('resident memory for each', (many.rss - few.rss) / channels, kibibytes);
  return [];
}

async function parts() {
  const { rounds, perRound, payload, decode, rules, mistakes } = await measure('parts.mjs');
  printSection(`Parts of the way, hot (${rounds} rounds of ${perRound})`);
  printRow('JSON.parse of the payload, nothing else', payload, micro);
  printRow('decode: that and the event made from it', decode, micro);
  printRow('12 rules on a clean message', rules, micro);
  return mistakes;
}

async function webhooks() {
  const { rounds, perRound, perSecond: rate, slowSockets, ...measured } = await measure('webhooks.mjs');
  const { answers, signatures, mistakes } = measured;
  printSection(
    `Webhooks: ${rate} a second, ${slowSockets} slow connections open (${rounds} rounds of ${perRound})`,
  );
  printRow('request due, answer read, p50', answers.p50, milli);
  printRow('request due, answer read, p99', answers.p99, milli, { atMost: 50 });
  printRow('signatures checked, the key read each time', signatures.parsed, perSecondOf);
  printRow('signatures checked, the key kept', signatures.kept, perSecondOf, { atLeast: 24_000 });
  return mistakes;
}

async function start() {
  const { rounds, help, sandbox } = await startUp();
  printSection(`Whole processes, from their start (${rounds} rounds)`);
  printRow('kickbot --help', help, second);
  printRow('kickbot start --sandbox, until it is ready', sandbox, second);
  return [];
}

printMachine();
const mistakes = [];
const runs = [frames, costByChannels, dispatch, replies, heap, parts, webhooks, start];
for (const run of runs) mistakes.push(...(await run()));
for (const mistake of mistakes) console.error(`WRONG: ${mistake}`);
process.exitCode = mistakes.length === 0 ? 0 : 1;
