/** A copy of `value` with the `at`-th of its places (depth first, round and round) replaced. */
export function replaceAt(value: unknown, at: number, replacement: unknown): unknown {
  let left = at % countPlaces(value);
  const walk = (node: unknown): unknown => {
    if (left-- === 0) return replacement;
    if (Array.isArray(node)) return node.map(walk);
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, child]) => [key, walk(child)]));
  };
  return walk(value);
}

function countPlaces(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce<number>((sum, child) => sum + countPlaces(child), 1);
}

/** A copy of `value` with a field nobody knows in each of its objects. */
export function withStranger(value: unknown, stranger: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => withStranger(item, stranger));
  if (typeof value !== 'object' || value === null) return value;
  const known = Object.entries(value).map(([key, child]) => [key, withStranger(child, stranger)]);
  return Object.fromEntries([...known, ['stranger_x', stranger]]);
}

/** Every object in `value`, itself included. */
export function objectsIn(value: unknown): object[] {
  return typeof value === 'object' && value !== null
    ? [value, ...Object.values(value).flatMap(objectsIn)]
    : [];
}

export function withoutRaw(event: object | undefined): object | undefined {
  return event && { ...event, raw: undefined };
}
