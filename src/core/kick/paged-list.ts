import { KickApiError } from './kick-api-error.js';

export interface Page<T> {
  readonly items: readonly T[];
  /** Asks for the page after this one; undefined on the last. */
  readonly nextCursor: string | undefined;
}

/**
 * A list that Kick hands out in pages. Going through it asks for one page after the other, each when the one before
 * is used up; every new loop begins at the first page.
 *
 * @example
 * for await (const stream of kick.livestreams.list({ categoryIds: [15] })) console.log(stream.slug);
 *
 * @example
 * for await (const { items, nextCursor } of kick.livestreams.list().pages()) await remember(items, nextCursor);
 */
export class PagedList<T> implements AsyncIterable<T> {
  constructor(
    private readonly load: (cursor: string | undefined) => Promise<Page<T>>,
    private readonly firstCursor?: string,
  ) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for await (const { items } of this.pages()) yield* items;
  }

  /** Throws `kick.unexpected_answer` when a page names itself, or one before it, as the next: it would never end. */
  async *pages(): AsyncGenerator<Page<T>, void, undefined> {
    const seen = new Set<string>();
    let cursor = this.firstCursor;
    do {
      if (cursor !== undefined) seen.add(cursor);
      const page = await this.load(cursor);
      yield page;
      cursor = page.nextCursor;
      if (cursor !== undefined && seen.has(cursor)) {
        throw new KickApiError(
          'kick.unexpected_answer',
          'Kick goes round in circles: a page names one that was there before as the next. Take what came until here.',
        );
      }
    } while (cursor !== undefined);
  }
}
