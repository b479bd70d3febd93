// One way of receiving messages, as a process: `receiver.mjs <file of this folder>`.
import { numberIn } from '../kick/chat.mjs';
import { machineTime } from '../machine-time.mjs';
import { serve } from '../processes.mjs';
import { Tally } from '../tally.mjs';

const { open } = await import(process.argv[2]);
const tally = new Tally();
let receiver;
/** All so far. */
let total = 0;
let before = process.cpuUsage();
/** While it is asked for: the number of each message, and when it came. */
let heardAt;

function arrived(id) {
  heardAt?.push([numberIn(id), machineTime()]);
  tally.add();
}

async function expect(count) {
  await tally.expect(count);
  total += count;
  await receiver.settled?.(total);
}

serve({
  async open(feed) {
    receiver = await open({ ...feed, arrived });
    return { webhookPort: receiver.webhookPort };
  },
  begin({ timed = false }) {
    heardAt = timed ? [] : undefined;
    before = process.cpuUsage();
  },
  /** Frames for each second of a core's time: its own and its garbage collector's, whatever else the machine does. */
  async end({ count }) {
    await expect(count);
    const { user, system } = process.cpuUsage(before);
    return count / ((user + system) / 1e6);
  },
  /** When each of them came, in microseconds of the machine's time. */
  async heard({ count }) {
    await expect(count);
    return heardAt;
  },
  /** What is not as it should be. */
  mistakes() {
    const surplus = tally.surplus === 0 ? [] : [`${tally.surplus} messages more than were sent`];
    return [...surplus, ...(receiver.mistakes?.(total) ?? [])];
  },
});
