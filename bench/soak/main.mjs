// `npm run soak`: a bot that reads and answers for as long as told while one thing after the other goes wrong;
// docs/soak.md explains it. Ends with 1 where a bar is missed.
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { start } from '../processes.mjs';
import { printMachine } from '../report.mjs';
import { Ledger } from './ledger.mjs';
import { readOptions } from './options.mjs';
import { Progress } from './progress.mjs';
import { Resources } from './resources.mjs';
import { TransportStates } from './transport-states.mjs';
import { printVerdict } from './verdict.mjs';

const minuteMs = 60_000;
const pollMs = 100;
/** Nothing goes wrong in the first and the last seconds. */
const calmMs = 8_000;
/** Copies that come late must have come before anything is counted, and what is missing may come so long. */
const quietMs = { least: 10_000, most: 60_000 };
const transports = ['pusher', 'centrifugo', 'webhook'];

const options = readOptions();
const lastsMs = options.minutes * minuteMs;
const warmUpMs = Math.min(10 * minuteMs, lastsMs / 6);
const slotMs = minuteMs / options.faultsPerMinute;

const ledger = new Ledger();
const states = new TransportStates();
const resources = new Resources();
const progress = new Progress({ lastsMs, ledger, resources, states });
const recoveries = [];
const errors = [];
let unnoticed = 0;
let warnings = 0;
let fault;

const directory = await mkdtemp(join(tmpdir(), 'kickbot-soak-'));
const kick = start('soak/kick.mjs');
const bot = start('soak/bot.mjs', { execArgv: ['--expose-gc'] });

/** Asks both processes what happened, again and again, until that is so. */
async function watch(isSo) {
  do {
    await wait(pollMs);
    const [fromKick, fromBot] = await Promise.all([kick.ask('report'), bot.ask('report')]);
    for (const batch of fromKick.said) ledger.said(batch);
    for (const [number, at] of fromBot.handled) ledger.handled(number, at);
    for (const number of fromKick.replies) ledger.replied(number);
    for (const change of fromBot.changes) states.changed(change);
    resources.add(fromBot);
    errors.push(...fromBot.errors);
    warnings = fromBot.warnings;
    fault = fromKick.fault;
    progress.show();
  } while (!isSo());
}

const until = (time) => watch(() => Date.now() >= time);

/** One fault, from its beginning until the transports it hit are back. */
async function disturb() {
  await kick.ask('begin');
  await watch(() => fault.endedAt !== undefined);
  const results = () => fault.hits.map((name) => states.recovery(name, fault, Date.now()));
  await watch(() => results().every((result) => result !== undefined));
  const times = results().flatMap(({ ms }) => (ms === undefined ? [] : [ms]));
  for (const ms of times) recoveries.push({ ms, isHalfOpen: fault.isHalfOpen === true });
  if (times.length === 0) unnoticed += 1;
  progress.fault(fault, times);
}

async function begin() {
  const port = await freePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  const { rate, seed } = options;
  const { tokens, ...given } = await kick.ask('start', {
    rate,
    seed,
    slotMs,
    webhookUrl: `${publicUrl}/webhooks/kick`,
  });
  const config = {
    ...given,
    chat: { transports },
    server: { port, publicUrl },
    storage: { url: `sqlite:${join(directory, 'kickbot.db')}` },
  };
  await bot.ask('start', { config, directory, tokens });
  await watch(() => states.names.length > 0 && states.areReady);
  await kick.ask('chat');
  progress.begin();
}

async function soak() {
  await begin();
  const startedAt = Date.now();
  const endsAt = startedAt + lastsMs;
  await until(startedAt + calmMs);
  for (let slotAt = startedAt + calmMs; slotAt < endsAt - calmMs; slotAt += slotMs) {
    if (Date.now() > slotAt + slotMs) continue;
    await until(slotAt);
    await disturb();
  }
  await until(endsAt);
  await kick.ask('hush');
  const hushedAt = Date.now();
  await until(hushedAt + quietMs.least);
  await watch(() => (ledger.outstanding === 0 && states.areReady) || Date.now() > hushedAt + quietMs.most);
  progress.end();
  for (const mistake of ledger.mistakes(startedAt)) console.log(mistake);
  return {
    ledger: ledger.totals,
    resources: resources.totals(startedAt + warmUpMs),
    recoveries,
    unnoticed,
    warnings,
    errors,
  };
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

printMachine();
const { minutes, rate, faultsPerMinute, seed } = options;
console.log(
  `${minutes} minutes, ${rate} messages a second by ${transports.join(', ')}, ${faultsPerMinute} faults a minute, --seed ${seed}`,
);
try {
  const missed = printVerdict(await soak());
  await bot.ask('stop');
  await kick.ask('stop');
  process.exitCode = missed === 0 ? 0 : 1;
} finally {
  await Promise.all([bot.stop(), kick.stop()]);
  await rm(directory, { recursive: true });
}
