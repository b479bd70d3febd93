import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** kickbot's own version, from its package.json, which lies two folders up from here in `src/` and in `dist/`. */
export const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')));

/** How kickbot names itself to Kick; Cloudflare turns requests without a telling name away. */
export const userAgent = `kickbot/${version} (chat bot framework)`;
