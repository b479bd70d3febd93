import { z } from 'zod';

const onChannel = z.object({ channel: z.string().min(1) });
const withToken = z.object({ token: z.string().min(1) });

const command = z.object({
  id: z.int().min(1),
  connect: withToken.optional(),
  subscribe: onChannel.optional(),
  unsubscribe: onChannel.optional(),
  refresh: withToken.optional(),
});

/** What Centrifugo can do and Kick does not offer to its viewers. */
const NOT_OFFERED = ['publish', 'presence', 'presence_stats', 'history', 'rpc', 'sub_refresh'];

export type Command = { readonly id: number } & (
  | { readonly method: 'connect' | 'refresh'; readonly token: string }
  | { readonly method: 'subscribe' | 'unsubscribe'; readonly channel: string }
  | { readonly method: 'not offered' }
);

/** Reads a frame's commands, one JSON object a line; `malformed` stands for each that is none. */
export function readCommands(text: string): (Command | 'pong' | 'malformed')[] {
  return text.trimEnd().split('\n').map(readCommand);
}

function readCommand(line: string): Command | 'pong' | 'malformed' {
  const value = parse(line);
  if (typeof value !== 'object' || value === null) return 'malformed';
  if (Object.keys(value).length === 0) return 'pong';
  const found = command.safeParse(value).data;
  if (!found) return 'malformed';
  const { id, connect, subscribe, unsubscribe, refresh } = found;
  if (connect) return { id, method: 'connect', ...connect };
  if (subscribe) return { id, method: 'subscribe', ...subscribe };
  if (unsubscribe) return { id, method: 'unsubscribe', ...unsubscribe };
  if (refresh) return { id, method: 'refresh', ...refresh };
  return NOT_OFFERED.some((method) => method in value) ? { id, method: 'not offered' } : 'malformed';
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
