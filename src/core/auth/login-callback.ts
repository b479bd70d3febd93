import type { Context, Env } from 'hono';
import { pageHeaders, renderLoginPage } from './login-page.js';

/** Long enough for any code and state of Kick's; what is longer is not read. */
const longest: Record<string, number> = {
  state: 512,
  code: 2048,
  error: 512,
  error_description: 4096,
  iss: 512,
};

/**
 * What every redirect address of a login does before anything in the request is believed: link previews use
 * nothing up, only GET counts, and no parameter is doubled or overlong. `take` gets what is left.
 */
export function callbackRoute<E extends Env>(
  take: (c: Context<E>, callback: URLSearchParams) => Promise<Response>,
): (c: Context<E>) => Promise<Response> {
  return async (c) => {
    // Browsers and chats look at a link before anybody clicked it.
    if (c.req.method === 'HEAD') return c.body(null, 204);
    if (/prefetch|preview/i.test(c.req.header('sec-purpose') ?? c.req.header('purpose') ?? '')) {
      return c.body(null, 503);
    }
    if (c.req.method !== 'GET') {
      c.header('allow', 'GET');
      return refuse(c, 405, 'Only GET is answered here.');
    }
    const callback = new URL(c.req.url).searchParams;
    for (const [name, length] of Object.entries(longest)) {
      const values = callback.getAll(name);
      if (values.length > 1) return refuse(c, 400, `The address carries ${name} more than once.`);
      if ((values[0] ?? '').length > length) return refuse(c, 400, `The ${name} is too long.`);
    }
    return take(c, callback);
  };
}

/** A small page that says why a request is not answered. */
export async function refuse<E extends Env>(
  c: Context<E>,
  status: 400 | 403 | 404 | 405 | 500,
  text: string,
): Promise<Response> {
  return c.html(renderLoginPage({ title: 'Not this way', text }), status, pageHeaders);
}
