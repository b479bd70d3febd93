import { KickApiError } from './kick-api-error.js';

/** What Kick takes, both ends included. */
export interface Limits {
  readonly minimum: number;
  readonly maximum?: number;
}

type Unit = 'characters' | 'entries' | 'whole number';

/** `kick.invalid_request` before anything was sent: a parameter beyond what Kick takes. */
export class LimitError extends KickApiError {
  override readonly name = 'LimitError';
  /** As it is called here: `streamTitle`, `ids`. */
  readonly parameter: string;
  readonly limits: Limits;
  /** The value itself, or how many characters or entries it has. */
  readonly found: number;

  constructor(parameter: string, { unit, limits, found }: { unit: Unit; limits: Limits; found: number }) {
    const { minimum, maximum } = limits;
    const range =
      maximum === undefined
        ? `${minimum} or more`
        : minimum === 0
          ? `at most ${maximum}`
          : `${minimum} to ${maximum}`;
    const must = unit === 'whole number' ? `be a whole number, ${range}` : `have ${range} ${unit}`;
    super('kick.invalid_request', `${parameter} must ${must}, not ${found}.`);
    this.parameter = parameter;
    this.limits = limits;
    this.found = found;
  }
}

/**
 * Checks how many characters a text has; a missing one passes. Counted are code points, the smaller of the two
 * counts that "characters" can mean: Kick refuses what it counts otherwise.
 */
export function checkLength(parameter: string, text: string | undefined, limits: Limits): void {
  if (text !== undefined) check(parameter, { unit: 'characters', limits, found: [...text].length });
}

/** Checks how many entries a list has; a missing one passes. */
export function checkCount(parameter: string, list: readonly unknown[] | undefined, limits: Limits): void {
  if (list !== undefined) check(parameter, { unit: 'entries', limits, found: list.length });
}

/** Checks a whole number; a missing one passes. */
export function checkNumber(parameter: string, value: number | undefined, limits: Limits): void {
  if (value !== undefined) check(parameter, { unit: 'whole number', limits, found: value });
}

function check(parameter: string, how: { unit: Unit; limits: Limits; found: number }): void {
  const { limits, found } = how;
  const within = found >= limits.minimum && found <= (limits.maximum ?? Number.MAX_SAFE_INTEGER);
  if (!within || !Number.isInteger(found)) throw new LimitError(parameter, how);
}
