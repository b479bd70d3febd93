// Dispatch alone: a decoded event in, a reply handed to a sender that only counts. No rules, no sockets.
import { Sender } from 'kickbot';
import { Addressing } from '../dist/core/commands/addressing.js';
import { decodeRealtimeFrame } from '../dist/core/events/realtime-decoder.js';
import { Roles } from '../dist/core/events/role.js';
import { Enforcer } from '../dist/core/moderation/enforcer.js';
import { Dispatcher } from '../dist/core/plugins/dispatcher.js';
import { PluginHost } from '../dist/core/plugins/plugin-host.js';
import { SystemClock } from '../dist/core/primitives/clock.js';
import { SystemRandom } from '../dist/core/primitives/random.js';
import { SilentLogger } from '../dist/core/telemetry/logger.js';
import { channelNumber, chatFrames } from './kick/chat.mjs';
import { commandsPlugin } from './plugins/commands.mjs';
import { reportOn } from './processes.mjs';
import { median, summary } from './statistics.mjs';

const rounds = 15;
const perRound = 10_000;
/** So many are dispatched before what they left behind is waited for. */
const perTurn = 100;

class CountingSender extends Sender {
  sent = 0;

  async send() {
    this.sent++;
    return [];
  }
}

async function dispatcherWith(commands) {
  const sender = new CountingSender();
  const services = {
    logger: new SilentLogger(),
    sender,
    clock: new SystemClock(),
    random: new SystemRandom(),
  };
  const host = new PluginHost({ services, directory: import.meta.dirname });
  await host.loadAll([commandsPlugin(commands)]);
  const ownUserIds = new Set([1]);
  const enforcer = new Enforcer({}, ownUserIds, services.logger);
  return {
    dispatcher: new Dispatcher({
      host,
      enforcer,
      ownUserIds,
      addressing: new Addressing('!'),
      roles: new Roles(),
      isLive: () => false,
      users: { find: () => undefined },
      clock: services.clock,
    }),
    sender,
  };
}

function events(chat) {
  return Array.from(chatFrames({ count: perRound, channels: 1, ...chat }), (text) =>
    decodeRealtimeFrame(JSON.parse(text), channelNumber(0), 0),
  );
}

/** Microseconds of each dispatch, the clock's own time included. */
async function eachTimed(dispatcher, messages) {
  const times = new Float64Array(messages.length);
  for (const [index, message] of messages.entries()) {
    const startedAt = performance.now();
    dispatcher.dispatch(message);
    times[index] = (performance.now() - startedAt) * 1000;
    if (index % perTurn === 0) await dispatcher.idle();
  }
  await dispatcher.idle();
  return times;
}

/** Microseconds for a dispatch and all that follows from it: an average over a turn, the median of the turns. */
async function allTimed(dispatcher, messages) {
  const averages = [];
  for (let start = 0; start < messages.length; start += perTurn) {
    const startedAt = performance.now();
    for (let index = start; index < start + perTurn; index++) dispatcher.dispatch(messages[index]);
    await dispatcher.idle();
    averages.push(((performance.now() - startedAt) * 1000) / perTurn);
  }
  return median(averages);
}

await reportOn(async () => {
  const cases = [];
  for (const commands of [1, 500]) {
    const { dispatcher, sender } = await dispatcherWith(commands);
    const hits = events({ commands, commandEvery: 1 });
    // One message in ten is a command of some other bot.
    const misses = events({ commands: 1, commandEvery: 10 }).map((event) => ({
      ...event,
      content: event.content.replace('!c0', '!play'),
    }));
    cases.push({ commands, kind: 'hit', messages: hits, dispatcher, sender, p50s: [], costs: [] });
    cases.push({ commands, kind: 'miss', messages: misses, dispatcher, sender, p50s: [], costs: [] });
  }
  const mistakes = [];
  for (let round = -3; round < rounds; round++) {
    for (const { commands, kind, messages, dispatcher, sender, p50s, costs } of cases) {
      const before = sender.sent;
      const p50 = median(await eachTimed(dispatcher, messages));
      const cost = await allTimed(dispatcher, messages);
      const wanted = kind === 'hit' ? 2 * perRound : 0;
      if (sender.sent - before !== wanted) {
        mistakes.push(`${kind} with ${commands}: ${sender.sent - before} replies instead of ${wanted}`);
      }
      if (round >= 0) {
        p50s.push(p50);
        costs.push(cost);
      }
    }
  }
  const growth = (kind) => {
    const [one, many] = cases.filter((each) => each.kind === kind);
    return summary(many.costs.map((cost, round) => cost / one.costs[round]));
  };
  return {
    rounds,
    perRound,
    cases: cases.map(({ commands, kind, p50s, costs }) => ({
      commands,
      kind,
      p50: summary(p50s),
      cost: summary(costs),
    })),
    growth: { hit: growth('hit'), miss: growth('miss') },
    mistakes,
  };
});
