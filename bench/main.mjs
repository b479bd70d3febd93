// `npm run bench`: how fast kickbot is; docs/benchmarks.md explains each line. Ends with 1 where something was
// miscounted, never for being slow.
import { throughput } from './frames/throughput.mjs';
import { measure } from './processes.mjs';
import { printMachine, printRow, printSection } from './report.mjs';
import { startUp } from './start-up.mjs';

const perSecond = (value) => `${Math.round(value / 1000)},000/s`;
const micro = (value) => `${value.toFixed(2)} µs`;
const milli = (value) => `${value.toFixed(2)} ms`;
const second = (value) => `${value.toFixed(2)} s`;
const ratio = (value) => value.toFixed(2);
const kibibytes = (value) => `${(value / 1024).toFixed(1)} KiB`;

async function frames() {
  const { meanFrameBytes, rounds, perRound, receivers, overPusher, mistakes } = await throughput();
  printSection(
    `Frames for each second of a core's time (${meanFrameBytes} bytes, ${rounds} rounds of ${perRound})`,
  );
  const names = {
    ws: 'floor: ws, JSON.parse twice',
    'pusher-bundled': 'floor: pusher-js as it comes, empty handler',
    'pusher-over-ws': 'floor: pusher-js over ws, empty handler',
    kickbot: 'kickbot: 12 rules, 500 commands, 1 % answered',
  };
  for (const { name, framesPerSecond } of receivers) printRow(names[name], framesPerSecond, perSecond);
  printRow('kickbot / pusher-js over ws', overPusher, ratio, { atLeast: 0.6 });
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
  printRow('signatures checked, the key read each time', signatures.parsed, perSecond);
  printRow('signatures checked, the key kept', signatures.kept, perSecond, { atLeast: 24_000 });
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
for (const run of [frames, dispatch, replies, heap, parts, webhooks, start]) mistakes.push(...(await run()));
for (const mistake of mistakes) console.error(`WRONG: ${mistake}`);
process.exitCode = mistakes.length === 0 ? 0 : 1;
