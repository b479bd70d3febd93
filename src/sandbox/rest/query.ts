import { z } from 'zod';
import type { SandboxContext } from '../http/environment.js';

/** A number as a query writes it: nothing but digits. */
export const integer = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);

/** `limit` and its like: from 1 to `max`, and `normal` where it is left out. */
export function upTo(max: number, normal: number) {
  return integer
    .refine((count) => count >= 1 && count <= max)
    .optional()
    .transform((count) => count ?? normal);
}

/** A parameter that comes once; nothing where it is left out. */
export function once<Schema extends z.ZodType>(schema: Schema) {
  return z
    .array(z.unknown())
    .max(1)
    .transform(([value]) => value)
    .pipe(schema);
}

/** A parameter that is repeated, at most `max` times. */
export function repeated<Schema extends z.ZodType>(schema: Schema, max: number) {
  return z.array(schema).max(max);
}

/** The query, or nothing where a parameter does not fit. Each one is a list of its values; others pass. */
export function readQuery<Shape extends z.ZodRawShape>(c: SandboxContext, shape: Shape) {
  const all = c.req.queries();
  const named = Object.fromEntries(Object.keys(shape).map((name) => [name, all[name] ?? []]));
  return z.object(shape).safeParse(named).data;
}
