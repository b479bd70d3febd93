// The bot of the soak, in a process of its own: what is said of memory and handles is the bot's alone.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createBot, Logger, Secret } from 'kickbot';
import { serve } from '../processes.mjs';
import { echoPlugin } from './plugin.mjs';

const stateEveryMs = 20;
const sampleEveryMs = 1_000;
/** Garbage comes and goes by tens of MiB: what is held shows only where it has just been collected. */
const collectEveryMs = 15_000;

/** Counts warnings, keeps errors. */
class CountingLogger extends Logger {
  warnings = 0;
  errors = [];

  error(message, { error } = {}) {
    this.errors.push(error === undefined ? message : `${message} ${error.stack ?? error}`);
  }
  warn() {
    this.warnings += 1;
  }
  info() {}
  debug() {}
  isLevelEnabled(level) {
    return level === 'error' || level === 'warn';
  }
  named() {
    return this;
  }
}

const handled = [];
const changes = [];
const samples = [];
const held = [];
const states = new Map();
const logger = new CountingLogger();
/** It measures the time from one tick to the next, which is never less than this. */
const tickMs = 10;
const loopDelay = monitorEventLoopDelay({ resolution: tickMs });
let bot;

function readStates() {
  for (const { name, state } of bot.transports) {
    if (states.get(name) === state.name) continue;
    states.set(name, state.name);
    changes.push({ name, state: state.name, at: Date.now() });
  }
}

function sample() {
  const { rss } = process.memoryUsage();
  const handles = process.getActiveResourcesInfo().length;
  samples.push({ at: Date.now(), rss, handles, loopDelayMs: loopDelay.percentile(99) / 1e6 - tickMs });
  loopDelay.reset();
}

function collect() {
  globalThis.gc();
  const { rss, heapUsed } = process.memoryUsage();
  held.push({ at: Date.now(), rss, heapUsed });
}

serve({
  async start({ config, directory, tokens }) {
    bot = createBot(
      { ...config, plugins: [echoPlugin((number) => handled.push([number, Date.now()]))] },
      { directory, logger, secretKey: new Secret(Buffer.alloc(32, 7).toString('base64')) },
    );
    await bot.accounts.setUserToken({ accountId: 'soak', type: 'bot', ...tokens });
    await bot.start();
    setInterval(readStates, stateEveryMs);
    setInterval(sample, sampleEveryMs);
    setInterval(collect, collectEveryMs);
    loopDelay.enable();
    return process.versions.node;
  },
  /** What happened since the last question. */
  report() {
    return {
      handled: handled.splice(0),
      changes: changes.splice(0),
      samples: samples.splice(0),
      held: held.splice(0),
      warnings: logger.warnings,
      errors: logger.errors.splice(0),
    };
  },
  stop: () => bot.stop(),
});
