import { z } from 'zod';
import { type AuthorizedHttp, dataOf, pageOf } from './authorized-http.js';
import { count, listOf, optionalText, texts } from './fields.js';
import { checkLength, checkNumber } from './limits.js';
import { PagedList } from './paged-list.js';

/** What is streamed: a game, or "Just Chatting". */
export interface Category {
  readonly id: number;
  readonly name: string;
  readonly thumbnail: string | undefined;
}

export interface TaggedCategory extends Category {
  readonly tags: readonly string[];
}

export interface CategoryFilter {
  readonly id?: number;
  /** The name as Kick writes it, 3 to 100 characters. */
  readonly name?: string;
  /** 3 to 100 characters. */
  readonly tag?: string;
  /** How many one request asks for, 1 to 1000; 25 where it is not said. */
  readonly pageSize?: number;
  /** Begins with the page this names. */
  readonly cursor?: string;
}

const category = z.object({ id: z.number(), name: z.string(), thumbnail: optionalText });
const Tagged = z.object({ ...category.shape, tags: texts });
const Viewed = z.object({ ...Tagged.shape, viewer_count: count });

/** A category within something else; a stream without one has null, or the id 0. */
export const optionalCategory = category
  .nullish()
  .transform((value): Category | undefined => (value && value.id > 0 ? value : undefined));

const path = '/public/v1/categories';

/** `/public/v2/categories` and what v1 still answers (https://docs.kick.com/apis/categories). Any token will do. */
export class KickCategories {
  constructor(private readonly api: AuthorizedHttp) {}

  /** All categories, or those that pass the filter. */
  list({ id, name, tag, pageSize, cursor: first }: CategoryFilter = {}): PagedList<TaggedCategory> {
    checkNumber('id', id, { minimum: 1 });
    checkLength('name', name, { minimum: 3, maximum: 100 });
    checkLength('tag', tag, { minimum: 3, maximum: 100 });
    checkNumber('pageSize', pageSize, { minimum: 1, maximum: 1000 });
    checkLength('cursor', first, { minimum: 4, maximum: 28 });
    return new PagedList(async (cursor) => {
      // One value for each: whether several are to be joined by commas or repeat the key is not documented.
      const query = { id, name, tag, limit: pageSize, cursor };
      return pageOf(
        await this.api.call({ method: 'GET', path: '/public/v2/categories', query }),
        listOf(Tagged),
      );
    }, first);
  }

  /**
   * One page of the categories whose names look like this text, at most 100.
   *
   * @deprecated since 2026-01-15, to be removed by Kick; `list` finds no parts of names, so nothing replaces it.
   */
  async search(text: string, { page }: { page?: number } = {}): Promise<readonly Category[]> {
    checkLength('text', text, { minimum: 1 });
    checkNumber('page', page, { minimum: 1 });
    const query = { q: text, page };
    return dataOf(await this.api.call({ method: 'GET', path, query }), listOf(category));
  }

  /**
   * One category, with how many watch it. Throws `kick.not_found`.
   *
   * @deprecated since 2026-01-15, to be removed by Kick: use `list({ id })`, which does not count viewers.
   */
  async byId(id: number): Promise<TaggedCategory & { readonly viewerCount: number }> {
    checkNumber('id', id, { minimum: 1 });
    const answer = await this.api.call({ method: 'GET', path: `${path}/${id}` });
    const { viewer_count, ...found } = dataOf(answer, Viewed);
    return { ...found, viewerCount: viewer_count };
  }
}
