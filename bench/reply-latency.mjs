// Reply latency: from a frame's arrival to the departure of the request that answers it. The bot is whole: its feed
// over a real socket, its sender with the log in SQLite, its HTTP client. Beside it, in turns, an empty job through
// a Bottleneck limiter with the sender's options.
import { subscribe } from 'node:diagnostics_channel';
import Bottleneck from 'bottleneck';
import WebSocket from 'ws';
import { reportOn } from './processes.mjs';
import { median, quantile, summary } from './statistics.mjs';
import { startBotAndKick } from './whole-bot.mjs';

const rounds = 5;
const perRound = 160;
const warmUps = 50;
/** Messages before the first that is measured: a bot that just started answers more slowly. */
const chatted = 4_000;
const corpus = { count: 50_000, channels: 21, commands: 500, commandEvery: 50 };
/** More than are sent: no message waits for its turn, and what is left is what sending costs. */
const sender = { limit: 1_000, windowSeconds: 30 };
/** The account's limiter, as in `src/core/chat/sending/`. */
const limiter = new Bottleneck({ reservoir: sender.limit, minTime: Number.NEGATIVE_INFINITY });

/** When the last frame arrived, when the last request left, and what to do when it is answered. */
let arrivedAt = 0;
let leftAt = 0;
let answered = () => {};
const { emit } = WebSocket.prototype;
WebSocket.prototype.emit = function (name, ...values) {
  if (name === 'message') arrivedAt = performance.now();
  return emit.call(this, name, ...values);
};
const isReply = ({ path }) => path === '/public/v1/chat';
subscribe('undici:client:sendHeaders', ({ request }) => {
  if (isReply(request)) leftAt = performance.now();
});
subscribe('undici:request:trailers', ({ request }) => {
  if (isReply(request)) answered();
});

/** Milliseconds from a frame to the request; resolves when that has been answered. */
async function replyLatency(bot, index) {
  const done = new Promise((resolve) => {
    answered = resolve;
  });
  await bot.ask('send', { index });
  await done;
  return leftAt - arrivedAt;
}

/** Milliseconds from handing over a job to its start. */
async function limiterLatency() {
  const startedAt = performance.now();
  let latency = 0;
  await limiter.schedule(async () => {
    latency = performance.now() - startedAt;
  });
  return latency;
}

await reportOn(async () => {
  const bot = await startBotAndKick({ corpus, sender });
  try {
    await bot.ask('flood', { count: chatted });
    await bot.ask('hear', { count: chatted / corpus.commandEvery });
    const times = { reply: [], limiters: [] };
    for (let index = 0; index < warmUps + rounds * perRound; index++) {
      const reply = await replyLatency(bot, chatted + (index + 1) * corpus.commandEvery - 1);
      const alone = await limiterLatency();
      if (index < warmUps) continue;
      times.reply.push(reply);
      times.limiters.push(alone);
    }
    const medians = (values) =>
      Array.from({ length: rounds }, (_, round) =>
        median(values.slice(round * perRound, (round + 1) * perRound)),
      );
    const [reply, alone] = [medians(times.reply), medians(times.limiters)];
    return {
      rounds,
      perRound,
      p50: {
        reply: summary(reply),
        limiters: summary(alone),
        above: summary(reply.map((time, round) => time - alone[round])),
      },
      p99: { reply: quantile(times.reply, 0.99), limiters: quantile(times.limiters, 0.99) },
    };
  } finally {
    await bot.stop();
  }
});
