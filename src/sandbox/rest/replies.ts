import type { Context } from 'hono';
import type { z } from 'zod';
import type { SandboxContext } from '../http/environment.js';
import { Refusal } from '../world/refusal.js';

/** The envelope of every reply of the API. */
export function ok(c: Context, data: unknown) {
  return c.json({ data, message: 'OK' });
}

/** The same for a list that comes in pages; `next` is empty on the last. */
export function okPage(c: Context, data: unknown, next: string) {
  return c.json({ data, message: 'OK', pagination: { next_cursor: next } });
}

export function invalidRequest(c: Context) {
  return c.json({ data: {}, message: 'Invalid request' }, 400);
}

/** A 400 whose reason is a text where data would be. */
export function badRequest(c: Context, reason: string) {
  return c.json({ data: reason, message: 'Bad request' }, 400);
}

/** What Kick answers where a channel does not exist, or a bot message has no bot. */
export function channelNotFound(c: Context) {
  return badRequest(c, 'Channel not found');
}

export function unauthorized(c: Context) {
  return c.json({ data: {}, message: 'Unauthorized' }, 401);
}

export function forbidden(c: Context) {
  return c.json({ data: {}, message: 'Forbidden' }, 403);
}

export function notFound(c: Context) {
  return c.json({ data: {}, message: 'Not found' }, 404);
}

export function tooLarge(c: Context) {
  return c.json({ data: {}, message: 'Request entity too large' }, 413);
}

/** What the world refused, as the API says it. Anything else is the sandbox's own fault, a 500. */
export function answerError(error: Error, c: Context) {
  if (!(error instanceof Refusal)) return c.json({ data: {}, message: 'Internal server error' }, 500);
  switch (error.code) {
    case 'invalid':
    case 'exists':
      return invalidRequest(c);
    case 'not-found':
      return notFound(c);
    default:
      return forbidden(c);
  }
}

/** The request's JSON, or nothing where it does not fit. */
export async function readBody<Schema extends z.ZodType>(c: SandboxContext, schema: Schema) {
  try {
    return schema.safeParse(JSON.parse(c.var.body)).data;
  } catch {
    return undefined;
  }
}
