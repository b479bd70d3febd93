// One way of receiving frames, as a process: `receiver.mjs <file of this folder>`.
import { serve } from '../processes.mjs';
import { Tally } from '../tally.mjs';

const { open } = await import(process.argv[2]);
const tally = new Tally();
let receiver;
let before = process.cpuUsage();

serve({
  async open(feed) {
    receiver = await open({ ...feed, arrived: () => tally.add() });
  },
  begin() {
    before = process.cpuUsage();
  },
  /** Frames for each second of a core's time: its own and its garbage collector's, whatever else the machine does. */
  async end({ count }) {
    await tally.expect(count);
    await receiver.idle?.();
    const { user, system } = process.cpuUsage(before);
    return count / ((user + system) / 1e6);
  },
  /** What is not as it should be after `total` frames. */
  mistakes({ total }) {
    const surplus = tally.surplus === 0 ? [] : [`${tally.surplus} frames more than were sent`];
    return [...surplus, ...(receiver.mistakes?.(total) ?? [])];
  },
});
