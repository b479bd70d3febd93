import { Hono } from 'hono';
import { z } from 'zod';
import type { SandboxEnvironment } from '../http/environment.js';
import type { Tokens } from '../oauth/tokens.js';
import type { Category } from '../world/state.js';
import type { World } from '../world/world.js';
import { anyToken } from './access.js';
import { pageOf } from './pages.js';
import { integer, once, readQuery, repeated, upTo } from './query.js';
import { invalidRequest, notFound, ok, okPage } from './replies.js';

const MAX_FILTERS = 100;
const FOUND_PER_PAGE = 100;

const texts = repeated(z.string(), MAX_FILTERS)
  // Clients of Kick disagree on how a list is written: repeated, or joined by commas. Both are taken.
  .transform((values) => values.flatMap((value) => value.split(',')))
  .pipe(z.array(z.string().min(3).max(100)));

const list = {
  cursor: once(z.string().min(4).max(28).optional()),
  limit: once(upTo(1000, 25)),
  name: texts,
  tag: texts,
  id: repeated(integer, MAX_FILTERS),
};

const search = { q: once(z.string().min(1)), page: once(upTo(Number.MAX_SAFE_INTEGER, 1)) };

/** `GET /public/v2/categories`, and the deprecated search and look-up under `/public/v1`. */
export function categoryRoutes({ world, tokens }: { world: World; tokens: Tokens }) {
  const routes = new Hono<SandboxEnvironment>();

  routes.get('/v2/categories', anyToken(tokens), (c) => {
    const query = readQuery(c, list);
    if (!query) return invalidRequest(c);
    const fits = ({ id, name, tags }: Category) =>
      (query.id.length === 0 || query.id.includes(id)) &&
      (query.name.length === 0 || query.name.some((wanted) => same(wanted, name))) &&
      (query.tag.length === 0 || query.tag.some((wanted) => tags.some((tag) => same(wanted, tag))));
    const page = pageOf(sorted(world).filter(fits), { ...query, key: ({ id }) => id });
    if (!page) return invalidRequest(c);
    return okPage(
      c,
      page.items.map((category) => ({ ...publicCategory(category), tags: category.tags })),
      page.next,
    );
  });

  routes.get('/v1/categories', anyToken(tokens), (c) => {
    const query = readQuery(c, search);
    if (!query) return invalidRequest(c);
    const wanted = query.q.toLowerCase();
    const found = sorted(world).filter(({ name }) => name.toLowerCase().includes(wanted));
    const from = (query.page - 1) * FOUND_PER_PAGE;
    return ok(c, found.slice(from, from + FOUND_PER_PAGE).map(publicCategory));
  });

  routes.get('/v1/categories/:id', anyToken(tokens), (c) => {
    const { data: id } = integer.safeParse(c.req.param('id'));
    if (id === undefined) return invalidRequest(c);
    const category = world.findCategory(id);
    if (!category) return notFound(c);
    const live = world.channels.filter((channel) => channel.category === category);
    const viewers = live.reduce((sum, { livestream }) => sum + (livestream?.viewers ?? 0), 0);
    return ok(c, { ...publicCategory(category), tags: category.tags, viewer_count: viewers });
  });

  return routes;
}

/** A category within another object, which has no tags there. */
export function publicCategory({ id, name, thumbnail }: Category) {
  return { id, name, thumbnail };
}

function sorted(world: World): Category[] {
  return world.categories.toSorted((left, right) => left.id - right.id);
}

function same(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}
