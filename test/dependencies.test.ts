import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { z } from 'zod';

const read = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
const packageFile = z.object({ dependencies: z.record(z.string(), z.string()) });
const lockFile = z.object({
  packages: z.record(
    z.string(),
    z.object({ dev: z.boolean().optional(), hasInstallScript: z.boolean().optional() }),
  ),
});

const { dependencies } = packageFile.parse(JSON.parse(read('package.json')));
const { packages } = lockFile.parse(JSON.parse(read('package-lock.json')));

it('gives each runtime dependency its line in docs/dependencies.md, and no other a line', () => {
  const documented = [...read('docs/dependencies.md').matchAll(/^\| ([@a-z][^ |]*) \| /gm)].map(
    ([, name]) => name,
  );
  expect(documented.filter((name) => name !== 'package').sort()).toEqual(Object.keys(dependencies).sort());
  expect(Object.keys(dependencies).length).toBeLessThanOrEqual(20);
});

it('has no runtime dependency with an install script, however deep', () => {
  const scripted = Object.entries(packages).filter(
    ([path, { dev, hasInstallScript }]) => path && hasInstallScript && !dev,
  );
  expect(scripted.map(([path]) => path)).toEqual([]);
});

it('keeps download addresses out of the lock file', () => {
  expect(read('package-lock.json')).not.toContain('"resolved"');
});
