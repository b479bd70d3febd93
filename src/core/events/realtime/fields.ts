import { z } from 'zod';
import { type UserId, userId } from '../../primitives/ids.js';
import type { Channel, KickEvent, KickUser } from '../kick-event.js';

/** What every decoder is handed beside the payload. */
export interface Arrival {
  readonly channel: Channel;
  /** Wall clock in milliseconds. */
  readonly receivedAt: number;
}

/** The fields each event has, ready to spread. */
export interface EventFrame {
  readonly channel: Channel;
  readonly createdAt: Date;
  readonly raw: unknown;
}

/** Turns one event's payload into a `KickEvent`; undefined when the payload does not have that event's shape. */
export type Decode = (data: unknown, arrival: Arrival) => KickEvent | undefined;

/** A decoder that checks the payload against a schema. Unknown fields pass and are left out of the result. */
export function decoder<Schema extends z.ZodType>(
  schema: Schema,
  build: (data: z.output<Schema>, frame: EventFrame, arrival: Arrival) => KickEvent | undefined,
): Decode {
  return (data, arrival) => {
    const parsed = schema.safeParse(data);
    if (!parsed.success) return undefined;
    const createdAt = new Date(arrival.receivedAt);
    return build(parsed.data, { channel: arrival.channel, createdAt, raw: data }, arrival);
  };
}

/** A decoder for events whose name says everything: their payload is `[]`, `{}`, an id or nothing. */
export function bare(build: (frame: EventFrame) => KickEvent): Decode {
  return (data, { channel, receivedAt }) => build({ channel, createdAt: new Date(receivedAt), raw: data });
}

/** A number, or digits in a text: ids and durations come both ways. */
export const number = z.union([
  z.number(),
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
]);

/** Absent, null and malformed are all the same: Kick left it out. */
export const optional = <Schema extends z.ZodType>(schema: Schema) => schema.optional().catch(undefined);

/** A user id; undefined for 0, which stands for nobody in particular. */
export function presentUserId(value: unknown): UserId | undefined {
  const id = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof id === 'number' && Number.isSafeInteger(id) && id > 0 ? userId(id) : undefined;
}

/** A field with `presentUserId`'s meaning. */
export const givenUserId = z.unknown().optional().transform(presentUserId);

/** A user as the realtime feed shows them; `id` and `slug` are left out where they say nothing. */
export const user = z
  .object({ id: givenUserId, username: z.string(), slug: optional(z.string()) })
  .transform(({ id, username, slug }) => kickUser(username, id, slug));

export function kickUser(username: string, id?: UserId, slug?: string): KickUser {
  return { username, ...(id !== undefined && { id }), ...(slug && { slug }) };
}

const withoutZone = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?$/;
/** Unix seconds stay below this for 3,000 years; milliseconds have been above it since 1973. */
const firstMilliseconds = 1e11;

/**
 * Any of the ways Kick writes a time: ISO 8601 with a zone, `YYYY-MM-DD HH:MM:SS` (UTC), unix seconds,
 * milliseconds. Undefined for anything else.
 */
export function timeOf(value: unknown): Date | undefined {
  if (typeof value === 'number') {
    return valid(new Date(Math.abs(value) < firstMilliseconds ? value * 1000 : value));
  }
  if (typeof value !== 'string' || value === '') return undefined;
  return valid(new Date(withoutZone.test(value) ? `${value.replace(' ', 'T')}Z` : value));
}

/** A field with `timeOf`'s meaning. */
export const time = z.unknown().optional().transform(timeOf);

/** The date, unless it is beyond what a date can be. */
export function valid(date: Date): Date | undefined {
  return Number.isNaN(date.getTime()) ? undefined : date;
}
