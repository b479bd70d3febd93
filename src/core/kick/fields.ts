import { z } from 'zod';

/** Kick leaves fields out or sends null, without saying which and when: every reading here takes both. */

/** A text; empty where there is none. */
export const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');

/** A text; undefined where there is none, or an empty one. */
export const optionalText = z
  .string()
  .nullish()
  .transform((value) => value || undefined);

export const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);

/** A number of things; 0 where there is none. */
export const count = z
  .number()
  .nullish()
  .transform((value) => value ?? 0);

/** A list; an empty one where there is none. */
export const listOf = <T extends z.ZodType>(entry: T) =>
  z
    .array(entry)
    .nullish()
    .transform((value): readonly z.output<T>[] => value ?? []);

export const texts = listOf(z.string());

/** An RFC 3339 time; an empty text and the zero date (`0001-01-01T00:00:00Z`) are no moments. */
export const moment = z
  .string()
  .nullish()
  .transform((value) => {
    const milliseconds = Date.parse(value ?? '');
    return milliseconds > 0 ? new Date(milliseconds) : undefined;
  });
