import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { openBrowser } from '../../src/cli/browser.js';

afterEach(() => vi.unstubAllEnvs());

/** A folder in front of the PATH, in which every program that opens addresses notes what it was given. */
function browserIn(folder: string): void {
  for (const name of ['xdg-open', 'open']) {
    const path = join(folder, name);
    writeFileSync(path, `#!/bin/sh\nfor word; do printf '%s\\n' "$word"; done > '${folder}/given'\n`);
    chmodSync(path, 0o755);
  }
  vi.stubEnv('PATH', [folder, process.env.PATH].join(delimiter));
}

it('8. gives the address to the person’s own browser as one word, which no shell reads', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kickbot-browser-'));
  browserIn(folder);
  const url = `https://id.kick.com/oauth/authorize?a=1&b='$(touch ${folder}/run)'\`touch ${folder}/run\`;touch ${folder}/run|"%20 x`;
  expect(await openBrowser(url)).toBe(true);
  expect(readFileSync(join(folder, 'given'), 'utf8')).toBe(`${url}\n`);
  expect(existsSync(join(folder, 'run'))).toBe(false);
});

it('8. says so where there is no browser, for the address to be printed', async () => {
  vi.stubEnv('PATH', mkdtempSync(join(tmpdir(), 'kickbot-browser-')));
  expect(await openBrowser('https://id.kick.com/')).toBe(false);
});
