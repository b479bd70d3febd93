import { z } from 'zod';

const channelOf = z.object({ channel: z.string() });

const frame = z.object({ event: z.string(), data: z.unknown() });

/** What a client may say; `client` stands for any event of its own. */
export type ClientFrame =
  | { event: 'pusher:ping' | 'pusher:pong' | 'client' }
  | { event: 'pusher:subscribe' | 'pusher:unsubscribe'; channel: string };

/** Reads one text frame, or nothing where it is no Pusher frame. */
export function readClientFrame(text: string): ClientFrame | undefined {
  const { event, data } = frame.safeParse(parse(text)).data ?? {};
  switch (event) {
    case 'pusher:ping':
    case 'pusher:pong':
      return { event };
    case 'pusher:subscribe':
    case 'pusher:unsubscribe': {
      const target = channelOf.safeParse(typeof data === 'string' ? parse(data) : data).data;
      return target && { event, channel: target.channel };
    }
    default:
      return event?.startsWith('client-') ? { event: 'client' } : undefined;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
