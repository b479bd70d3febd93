import type { SandboxContext } from './environment.js';

/**
 * The request's body as text, read for the first and only time; undefined where it is longer than `maxBytes`.
 *
 * Hono's own `bodyLimit` builds a second request from the first, which fails with those of its Node adapter.
 */
export async function readText(c: SandboxContext, maxBytes: number): Promise<string | undefined> {
  const reader = c.req.raw.body?.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { value } = (await reader?.read()) ?? {};
    if (value === undefined) return Buffer.concat(chunks).toString();
    length += value.length;
    if (length > maxBytes) return undefined;
    chunks.push(value);
  }
}
