// Stands for Kick in a process of its own, so that the process that is measured has its core to itself. Has a Kick
// for each of its clients.
import { serve } from '../processes.mjs';
import { Kick } from './kick.mjs';

const kicks = new Map();

serve({
  /** `over`: the transports the client hears by. `webhooks`: how many it will get at most. */
  open({ client, ...options }) {
    const kick = new Kick(options);
    kicks.set(client, kick);
    return kick.open();
  },
  aimAt: ({ client, port }) => kicks.get(client).aimAt(port),
  async flood({ client, count }) {
    await kicks.get(client).flood(count);
  },
  pace: ({ client, count, perSecond }) => kicks.get(client).pace(count, perSecond),
  async send({ client, index }) {
    await kicks.get(client).skipTo(index);
  },
  /** Resolves when the bot has said so many more things. */
  hear: ({ client, count }) => kicks.get(client).said.expect(count),
});
