const milliseconds = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
type Unit = keyof typeof milliseconds;

/** A time span: milliseconds, or a text such as `'90s'`, `'10m'` or `'1h30m'` (units ms, s, m, h, d). */
export type Duration =
  | number
  | `${number}${Unit}`
  | `${number}${Unit}${number}${Unit}`
  | `${number}${Unit}${number}${Unit}${number}${Unit}`;

const part = /(\d{1,9})(ms|[smhd])/gy;

/** Milliseconds in a text such as `1h30m`; undefined when it is not one. */
export function parseDuration(text: string): number | undefined {
  let total = 0;
  let end = 0;
  part.lastIndex = 0;
  for (let match = part.exec(text); match !== null; match = part.exec(text)) {
    total += Number(match[1]) * milliseconds[match[2] as Unit];
    end = part.lastIndex;
  }
  return end === text.length && end > 0 ? total : undefined;
}

/** A duration in milliseconds. Throws a `RangeError` when it is neither a number from 0 nor a text like `'10m'`. */
export function durationMs(duration: Duration): number {
  const value = typeof duration === 'number' ? duration : parseDuration(duration);
  if (value === undefined || !Number.isFinite(value) || value < 0) {
    throw new RangeError(
      `${JSON.stringify(duration)} is not a duration. Write milliseconds, '90s', '10m' or '1h30m'.`,
    );
  }
  return value;
}
