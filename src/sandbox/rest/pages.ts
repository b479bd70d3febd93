/** Part of a list, and where the rest begins. */
export interface Page<Item> {
  readonly items: Item[];
  /** Empty on the last page. */
  readonly next: string;
}

/**
 * The page after `cursor`, of a list in the order of ascending keys. Items that come or go between two pages move
 * nothing. `undefined` where the cursor is none of ours.
 */
export function pageOf<Item>(
  sorted: readonly Item[],
  options: { cursor?: string | undefined; limit: number; key: (item: Item) => number },
): Page<Item> | undefined {
  const { cursor, limit, key } = options;
  const after = cursor === undefined ? Number.NEGATIVE_INFINITY : keyIn(cursor);
  if (after === undefined) return undefined;
  const rest = sorted.filter((item) => key(item) > after);
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  return { items, next: last !== undefined && rest.length > limit ? cursorAfter(key(last)) : '' };
}

function cursorAfter(key: number): string {
  return Buffer.from(`after:${key}`).toString('base64url');
}

function keyIn(cursor: string): number | undefined {
  const key = /^after:(\d{1,12})$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1];
  return key === undefined ? undefined : Number(key);
}
