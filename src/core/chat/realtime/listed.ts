import type { Channel } from '../../events/kick-event.js';

const named = 3;

/** Channels for a log line: `xqc`, or `2,000 channels (xqc, trainwreckstv, adinross, …)`. */
export function listed(channels: readonly Channel[]): string {
  const slugs = channels.slice(0, named).map(({ slug }) => slug);
  if (channels.length <= named) return slugs.join(', ');
  return `${channels.length.toLocaleString('en-US')} channels (${slugs.join(', ')}, …)`;
}
