// The heap of a bot in so many channels, `idle-channels.mjs <channels>`, after each of them had its share of messages
// and replies and fell silent. The difference between two such bots is what the channels cost.
import { reportOn } from './processes.mjs';
import { startBotAndKick } from './whole-bot.mjs';

const messages = 10_000;
const perTurn = 400;
const commandEvery = 50;
const channels = Number(process.argv[2]);

await reportOn(async () => {
  const bot = await startBotAndKick({
    corpus: { count: messages, channels, commands: 500, commandEvery },
    sender: { limit: 1_000, windowSeconds: 1 },
  });
  try {
    for (let sent = 0; sent < messages; sent += perTurn) {
      await bot.ask('flood', { count: perTurn });
      await bot.ask('hear', { count: perTurn / commandEvery });
    }
    // Until the window has all its tokens back.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    for (let time = 0; time < 4; time++) {
      globalThis.gc();
      await new Promise(setImmediate);
    }
    const { heapUsed, external, rss } = process.memoryUsage();
    return { channels, heapUsed, external, rss };
  } finally {
    await bot.stop();
  }
});
