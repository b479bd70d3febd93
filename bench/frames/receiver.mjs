// One way of receiving frames, as a process: `receiver.mjs <file of this folder>`.
import { serve } from '../processes.mjs';
import { Tally } from '../tally.mjs';

const { open } = await import(process.argv[2]);
const tally = new Tally();
let receiver;

serve({
  async open(feed) {
    receiver = await open({ ...feed, arrived: () => tally.add() });
  },
  async round({ count }) {
    const before = performance.eventLoopUtilization();
    const startedAt = await tally.expect(count);
    await receiver.idle?.();
    const milliseconds = performance.now() - startedAt;
    const { active } = performance.eventLoopUtilization(before);
    return { framesPerSecond: (count / milliseconds) * 1000, busy: Math.min(1, active / milliseconds) };
  },
  /** What is not as it should be after `total` frames. */
  mistakes({ total }) {
    const surplus = tally.surplus === 0 ? [] : [`${tally.surplus} frames more than were sent`];
    return [...surplus, ...(receiver.mistakes?.(total) ?? [])];
  },
});
