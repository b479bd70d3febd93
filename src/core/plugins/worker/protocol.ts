import { z } from 'zod';
import type { SentMessage } from '../../chat/sender.js';
import type { Channel, ChatMessageSent, KickEvent, KickEventType } from '../../events/kick-event.js';
import { KickbotError, messageOf } from '../../primitives/error.js';
import { channelId, chatroomId, messageId, userId } from '../../primitives/ids.js';
import type { CommandOptions, PluginMetadata, TimerOptions } from '../plugin-metadata.js';

/** What a worker is started with: the plugin, and nothing of the bot. */
export const workerDataSchema = z.object({ source: z.string(), directory: z.string() });
export type WorkerData = z.output<typeof workerDataSchema>;

/** An error as it crosses. */
const failureSchema = z.object({
  message: z.string(),
  name: z.string(),
  stack: z.string().optional(),
  /** Of a `KickbotError`. */
  code: z.string().optional(),
});
export type Failure = z.output<typeof failureSchema>;

export function failureOf(thrown: unknown): Failure {
  if (!(thrown instanceof Error)) return { name: 'Error', message: messageOf(thrown) };
  const { name, stack } = thrown;
  const code = thrown instanceof KickbotError ? { code: thrown.code } : {};
  return { name: String(name), message: messageOf(thrown), ...(stack && { stack: String(stack) }), ...code };
}

export function errorOf({ message, name, stack, code }: Failure): Error {
  const error = code === undefined ? new Error(message) : new KickbotError(code, message);
  return Object.assign(error, code === undefined && { name }, stack !== undefined && { stack });
}

/** A call of one of the plugin's methods. */
export type Call =
  | {
      readonly kind: 'command';
      readonly method: string;
      readonly message: ChatMessageSent;
      readonly commandName: string;
      readonly rest: string;
      /** What only the bot knows of the message's author. */
      readonly isOwner: boolean;
      readonly isRegular: boolean;
      readonly arguments: unknown;
    }
  | { readonly kind: 'rule'; readonly method: string; readonly message: ChatMessageSent }
  | { readonly kind: 'listener'; readonly method: string; readonly event: KickEvent }
  | { readonly kind: 'timer'; readonly method: string; readonly channel: Channel }
  | { readonly kind: 'hook'; readonly method: 'onUnload' };

type RawOptions = Readonly<Record<string, unknown>>;

export type ToWorker =
  | {
      readonly type: 'load';
      readonly id: number;
      readonly options: RawOptions;
      readonly byChannel: ReadonlyMap<string, RawOptions>;
    }
  | { readonly type: 'call'; readonly id: number; readonly name: string; readonly call: Call }
  /** The bot does not wait for that call any longer. */
  | { readonly type: 'abandon'; readonly id: number; readonly failure: Failure }
  | { readonly type: 'sent'; readonly id: number; readonly value: readonly SentMessage[] }
  | { readonly type: 'notSent'; readonly id: number; readonly failure: Failure }
  | { readonly type: 'ping' };

const id = z.number().int();
const method = z.string();
const channelSchema = z.object({
  slug: z.string(),
  broadcasterUserId: z.number().transform(userId),
  channelId: z.number().transform(channelId),
  chatroomId: z.number().transform(chatroomId),
});
const isText = (value: unknown) => typeof value === 'string';
const isObject = (value: unknown) => typeof value === 'object' && value !== null;

const describedSchema = z.object({
  type: z.literal('described'),
  name: z.string().min(1),
  scopes: z.array(z.string()),
  // Who loads them checks what they say: plugins run without a type checker.
  commands: z.array(z.object({ method, usage: z.string(), options: z.custom<CommandOptions>(isObject) })),
  rules: z.array(z.object({ method, name: z.string() })),
  timers: z.array(
    z.object({
      method,
      schedule: z.custom<PluginMetadata['timers'][number]['schedule']>(),
      options: z.custom<TimerOptions>(isObject),
    }),
  ),
  listeners: z.array(z.object({ method, event: z.custom<KickEventType>(isText) })),
});
export type Described = z.output<typeof describedSchema>;

/** A worker runs other people's code, which may say anything. */
export const fromWorkerSchema = z.discriminatedUnion('type', [
  describedSchema,
  z.object({ type: z.literal('failed'), failure: failureSchema }),
  z.object({ type: z.literal('returned'), id, value: z.unknown() }),
  z.object({ type: z.literal('threw'), id, failure: failureSchema }),
  z.object({
    type: z.literal('send'),
    id,
    message: z.object({
      channel: channelSchema,
      content: z.string(),
      replyTo: z.string().transform(messageId).optional(),
      priority: z.enum(['moderation', 'reply', 'timer', 'announcement']).optional(),
    }),
  }),
  z.object({
    type: z.literal('log'),
    level: z.enum(['error', 'warn', 'info', 'debug']),
    message: z.string(),
    fields: z.record(z.string(), z.unknown()),
  }),
  z.object({ type: z.literal('stray'), name: z.string(), failure: failureSchema }),
  z.object({ type: z.literal('pong') }),
]);
export type FromWorker = z.output<typeof fromWorkerSchema>;
