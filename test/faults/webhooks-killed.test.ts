import type { ChildProcess } from 'node:child_process';
import { createSign } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { keyPair, pemOf, streamer } from '../core/chat/webhook/setup.js';
import { startProgram } from '../support/child-program.js';
import { rounds } from '../support/rounds.js';
import type { ReceivingSettings } from './webhook-programs.js';

const programs = join(import.meta.dirname, 'webhook-programs.ts');
const keys = keyPair();
/** As many as Kick posts at once here. */
const parallel = 8;

let directory: string;
let handled: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kickbot-webhooks-killed-'));
  handled = join(directory, 'handled');
  writeFileSync(handled, '');
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(directory, { recursive: true });
});

async function start() {
  const settings: ReceivingSettings = { directory, publicKey: pemOf(keys.publicKey), handled };
  const child = startProgram(programs, 'receiving', settings);
  children.push(child);
  const [address] = (await once(child, 'message')) as [string];
  return {
    address,
    async kill(): Promise<void> {
      const closed = once(child, 'close');
      child.kill('SIGKILL');
      await closed;
    },
  };
}

/** Who followed, in the order the handlers were told. */
const followers = () => readFileSync(handled, 'utf8').split('\n').slice(0, -1);

/** Has Kick post that somebody followed; false where no answer came. */
async function post(address: string, follower: string): Promise<boolean> {
  const body = JSON.stringify({
    broadcaster: { user_id: streamer.broadcasterUserId, username: 'Streamer' },
    follower: { user_id: 3003, username: follower },
  });
  const timestamp = new Date().toISOString();
  const headers = {
    'kick-event-message-id': `01${follower}`,
    'kick-event-signature': createSign('RSA-SHA256')
      .update(`01${follower}.${timestamp}.${body}`)
      .sign(keys.privateKey, 'base64'),
    'kick-event-message-timestamp': timestamp,
    'kick-event-type': 'channel.followed',
    'kick-event-version': '1',
  };
  try {
    const { status } = await fetch(address, { method: 'POST', headers, body });
    expect(status).toBe(200);
    return true;
  } catch (error) {
    // `fetch` calls what happens to a connection so.
    if (error instanceof TypeError) return false;
    throw error;
  }
}

const kills = rounds(4);
it(
  `E67 kill -9 while webhooks arrive, ${kills} times: what was answered 200 is handled, once; only what was begun with last may be begun with again`,
  async ({ annotate }) => {
    /** What Kick has no answer for and sends again. */
    const unanswered: string[] = [];
    const lastAtKill: string[] = [];
    let sent = 0;
    let waitingAtKill = 0;
    for (let kill = 0; kill < kills; kill++) {
      const receiver = await start();
      let isDead = false;
      let answers = 0;
      const enough = 20 + Math.floor(Math.random() * 100);
      const senders = Array.from({ length: parallel }, async () => {
        while (!isDead) {
          const follower = unanswered.shift() ?? `follower-${++sent}`;
          if (await post(receiver.address, follower)) answers++;
          else unanswered.push(follower);
        }
      });
      await vi.waitFor(() => expect(answers).toBeGreaterThan(enough), { interval: 1, timeout: 20_000 });
      await wait(Math.random() * 5);
      await receiver.kill();
      isDead = true;
      await Promise.all(senders);
      const told = followers();
      lastAtKill.push(told.at(-1) ?? '');
      waitingAtKill += sent - unanswered.length - new Set(told).size;
    }
    const receiver = await start();
    for (const follower of unanswered) expect(await post(receiver.address, follower)).toBe(true);
    await vi.waitFor(() => expect(new Set(followers()).size).toBe(sent), { timeout: 20_000 + 1_000 * kills });
    const told = followers();
    const doubled = told.filter((follower, index) => told.indexOf(follower) !== index);
    expect(doubled.filter((follower) => !lastAtKill.includes(follower))).toEqual([]);
    expect(doubled.length).toBeLessThanOrEqual(kills);
    await annotate(
      `${sent} webhooks, ${waitingAtKill} of them waiting when the process was killed; ${doubled.length} begun with twice`,
    );
  },
  60_000 + 5_000 * kills,
);
