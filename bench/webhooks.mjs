// Webhooks: how long Kick waits for an answer while others hold connections open, and what a signature costs.
import { createSign, generateKeyPairSync, verify } from 'node:crypto';
import { connect } from 'node:net';
import { Pool } from 'undici';
import { SigningKeys } from '../dist/core/chat/webhook/signing-keys.js';
import { SystemClock } from '../dist/core/primitives/clock.js';
import { SilentLogger } from '../dist/core/telemetry/logger.js';
import { reportOn, start } from './processes.mjs';
import { quantile, summary } from './statistics.mjs';

const rounds = 5;
const perRound = 1_000;
const warmUps = 500;
const perSecond = 500;
const slowSockets = 200;
const checks = { kept: 20_000, parsed: 4_000 };

const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = keys.publicKey.export({ type: 'spki', format: 'pem' });

/** A chat message as Kick sends it, signed. */
function delivery(number, broadcaster) {
  const id = `01BENCH${String(number).padStart(19, '0')}`;
  const timestamp = new Date().toISOString().replace(/\.\d+/, '');
  const user = (user_id, username) => ({
    is_anonymous: false,
    user_id,
    username,
    is_verified: false,
    profile_picture: `https://files.example/${username}.webp`,
    channel_slug: username.toLowerCase(),
  });
  const badges = [{ text: 'Subscriber', type: 'subscriber', count: 7 }];
  const body = JSON.stringify({
    message_id: `${id}-message`,
    replies_to: null,
    broadcaster: { ...user(broadcaster, 'Streamer'), identity: null },
    sender: { ...user(1_000 + number, 'Viewer'), identity: { username_color: '#1E90FF', badges } },
    content: `message ${number}, about as long as people write them`,
    emotes: null,
    created_at: timestamp,
  });
  const signature = createSign('RSA-SHA256').update(`${id}.${timestamp}.${body}`).sign(keys.privateKey);
  const headers = {
    'content-type': 'application/json',
    'kick-event-message-id': id,
    'kick-event-subscription-id': '01BENCHSUBSCRIPTION',
    'kick-event-signature': signature.toString('base64'),
    'kick-event-message-timestamp': timestamp,
    'kick-event-type': 'chat.message.sent',
    'kick-event-version': '1',
  };
  return { headers, body };
}

/** Keeps so many connections open that never end their request; the server cuts each off after a while. */
function holdSockets(port, count) {
  const held = new Set();
  let isOver = false;
  const open = () => {
    if (isOver) return;
    const socket = connect({ port, host: '127.0.0.1' });
    held.add(socket);
    socket.on('error', () => {});
    socket.on('connect', () => socket.write('POST /webhooks/kick HTTP/1.1\r\nHost: localhost\r\n'));
    socket.on('close', () => {
      held.delete(socket);
      open();
    });
    socket.resume();
  };
  for (let index = 0; index < count; index++) open();
  return () => {
    isOver = true;
    for (const socket of held) socket.destroy();
  };
}

/** Sends at a steady rate, whether answers come or not. Milliseconds from when each was due to its answer. */
async function sendAll(pool, path, deliveries) {
  const startedAt = performance.now();
  const answers = [];
  for (const [index, { headers, body }] of deliveries.entries()) {
    const dueAt = startedAt + (index * 1_000) / perSecond;
    const wait = dueAt - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    answers.push(
      pool.request({ method: 'POST', path, headers, body }).then(async (answer) => {
        await answer.body.dump();
        return { took: performance.now() - dueAt, status: answer.statusCode };
      }),
    );
  }
  return Promise.all(answers);
}

/** Signatures checked in a second. */
async function checksPerSecond(count, check) {
  const results = [];
  for (let round = -1; round < rounds; round++) {
    const startedAt = performance.now();
    for (let index = 0; index < count; index++) {
      if (!(await check())) throw new Error('A right signature was taken for a wrong one.');
    }
    if (round >= 0) results.push((count * 1_000) / (performance.now() - startedAt));
  }
  return summary(results);
}

async function signatures() {
  const { headers, body } = delivery(0, 1);
  const id = `${headers['kick-event-message-id']}.${headers['kick-event-message-timestamp']}.`;
  const signed = Buffer.from(id + body);
  const signature = Buffer.from(headers['kick-event-signature'], 'base64');
  const kept = new SigningKeys({
    publicKey: { get: async () => pem },
    clock: new SystemClock(),
    logger: new SilentLogger(),
  });
  await kept.refresh();
  return {
    kept: await checksPerSecond(checks.kept, () => kept.accept(signed, signature)),
    parsed: await checksPerSecond(checks.parsed, () => verify('RSA-SHA256', signed, pem, signature)),
  };
}

await reportOn(async () => {
  const receiver = start('webhooks/receiver.mjs');
  const { port, path, broadcaster } = await receiver.ask('open', { publicKey: pem });
  const total = warmUps + rounds * perRound;
  const deliveries = Array.from({ length: total }, (_, number) => delivery(number, broadcaster));
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: 50 });
  const release = holdSockets(port, slowSockets);
  const p50 = [];
  const p99 = [];
  const wrong = new Map();
  try {
    await sendAll(pool, path, deliveries.slice(0, warmUps));
    for (let from = warmUps; from < total; from += perRound) {
      const answers = await sendAll(pool, path, deliveries.slice(from, from + perRound));
      const times = answers.map(({ took }) => took);
      p50.push(quantile(times, 0.5));
      p99.push(quantile(times, 0.99));
      for (const { status } of answers) {
        if (status !== 200) wrong.set(status, (wrong.get(status) ?? 0) + 1);
      }
    }
    const { accepted, handled } = await receiver.ask('counts');
    const mistakes = [...wrong].map(([status, count]) => `${count} webhooks were answered ${status}`);
    if (accepted !== total || handled !== total) {
      mistakes.push(`${accepted} webhooks were accepted and ${handled} handled instead of ${total}`);
    }
    const answers = { p50: summary(p50), p99: summary(p99) };
    return { rounds, perRound, perSecond, slowSockets, answers, signatures: await signatures(), mistakes };
  } finally {
    release();
    await pool.destroy();
    await receiver.ask('close');
    await receiver.stop();
  }
});
