// What the parts of a message's way cost by themselves.
import { decodeRealtimeFrame } from '../dist/core/events/realtime-decoder.js';
import { PluginHost } from '../dist/core/plugins/plugin-host.js';
import { SystemClock } from '../dist/core/primitives/clock.js';
import { SystemRandom } from '../dist/core/primitives/random.js';
import { SilentLogger } from '../dist/core/telemetry/logger.js';
import { channelNumber, chatFrames } from './kick/chat.mjs';
import { reportOn } from './processes.mjs';
import { median, summary } from './statistics.mjs';

const rounds = 15;
const perRound = 20_000;
const perTurn = 100;

/** Microseconds for each thing in each round: an average over a turn, the median of the turns. */
function timed(things, run) {
  const costs = [];
  for (let round = -3; round < rounds; round++) {
    const averages = [];
    for (let start = 0; start < things.length; start += perTurn) {
      const startedAt = performance.now();
      for (let index = start; index < start + perTurn; index++) run(things[index]);
      averages.push(((performance.now() - startedAt) * 1000) / perTurn);
    }
    if (round >= 0) costs.push(median(averages));
  }
  return summary(costs);
}

await reportOn(async () => {
  const services = { logger: new SilentLogger(), clock: new SystemClock(), random: new SystemRandom() };
  const host = new PluginHost({ services, directory: import.meta.dirname });
  await host.load('./plugins/rules.ts');

  const channel = channelNumber(0);
  const frames = Array.from(chatFrames({ count: perRound, channels: 1 }), (text) => JSON.parse(text));
  const payloads = frames.map(({ data }) => data);
  const events = frames.map((frame) => decodeRealtimeFrame(frame, channel, 0));
  let removed = 0;
  const report = {
    rounds,
    perRound,
    payload: timed(payloads, (payload) => JSON.parse(payload)),
    decode: timed(frames, (frame) => decodeRealtimeFrame(frame, channel, 0)),
    rules: timed(events, (event) => {
      if (host.invoker.inARow(() => host.rules.judge(event)) !== undefined) removed++;
    }),
  };
  const mistakes = removed === 0 ? [] : [`${removed} of the rules' verdicts on clean messages`];
  return { ...report, mistakes };
});
