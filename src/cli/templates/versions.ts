import { readFileSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const { version, engines, devDependencies } = z
  .object({
    version: z.string(),
    engines: z.object({ node: z.string() }),
    devDependencies: z.object({ '@types/node': z.string(), typescript: z.string(), vitest: z.string() }),
  })
  .parse(JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')));

/** The Node versions kickbot runs on. */
export const nodeRange = engines.node;
/** The kickbot versions that have what this one has. */
export const kickbotRange = `^${version}`;
/** What kickbot itself is checked and tested with. */
export const toolVersions = devDependencies;

/** What a package in `folder` depends on: this version of kickbot, or the very checkout this program runs from. */
export function kickbotDependency(folder: string): string {
  const isInstalled = root.includes(`${sep}node_modules${sep}`);
  return isInstalled ? kickbotRange : `file:${relative(folder, root).split(sep).join('/')}`;
}
