import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHost } from './host-for-tests.js';

let directory = '';

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kickbot-plugins-'));
  const files: Record<string, string> = {
    'good.ts': `
      import { Command, Plugin, Random, type CommandContext } from 'kickbot';
      import { greeting } from './greeting.js';
      @Plugin({ name: 'good' })
      export default class Good {
        constructor(private readonly random: Random) {}
        @Command('hello')
        hello(): string { return greeting + typeof this.random.fraction(); }
      }`,
    'greeting.ts': `export const greeting = 'hello ';`,
    'plain.mjs': `
      import { Plugin } from 'kickbot';
      class Plain {}
      Plugin({ name: 'plain' })(Plain);
      export default Plain;`,
    'compiled.cjs': `
      const { Plugin } = require('kickbot');
      class Compiled {}
      Plugin({ name: 'compiled' })(Compiled);
      Object.defineProperty(exports, '__esModule', { value: true });
      exports.default = Compiled;`,
    'syntax.ts': `export default class {\n  roll( { return 1 }\n}`,
    'nothing.ts': `export const nothing = 1;`,
    'arrow.ts': `export default () => {};`,
    'undecorated.ts': `export default class Undecorated {}`,
    'throws.ts': `throw new Error('no luck');`,
    'lost.ts': `import { x } from './gone.js';\nexport default x;`,
    'typed.ts': `
      import { Plugin } from 'kickbot';
      import type { Random } from 'kickbot';
      @Plugin({ name: 'typed' })
      export default class Typed { constructor(private readonly random: Random) {} }`,
    'node_modules/kickbot-plugin-quotes/package.json': `{ "name": "kickbot-plugin-quotes", "type": "module", "exports": { "import": "./index.js" } }`,
    'node_modules/kickbot-plugin-quotes/index.js': `
      import { Plugin } from 'kickbot';
      class Quotes {}
      Plugin({ name: 'quotes' })(Quotes);
      export default Quotes;`,
  };
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), text);
  }
});

afterAll(() => rm(directory, { recursive: true, force: true }));

describe('a plugin from a folder that is not ours', () => {
  it('in TypeScript reaches this copy of kickbot and is injected', async () => {
    const { host, say, sender } = createHost({ directory });
    await host.load('./good.ts');
    say('!hello');
    expect(sender.sent.map(({ content }) => content)).toEqual(['hello number']);
  });

  it('may be JavaScript, an absolute path, a package or CommonJS', async () => {
    const { host } = createHost({ directory });
    await host.loadAll([join(directory, 'plain.mjs'), 'kickbot-plugin-quotes', './compiled.cjs']);
    expect(host.loaded).toEqual(['plain', 'quotes', 'compiled']);
  });

  it.each([
    [
      './syntax.ts',
      'plugin.syntax_error',
      /^The plugin file \.\/syntax\.ts has a syntax error in .*syntax\.ts, line 2, column \d+: /,
    ],
    [
      './absent.ts',
      'plugin.not_found',
      /^The plugin file \.\/absent\.ts does not exist: correct its path in plugins\./,
    ],
    [
      'kickbot-plugin-absent',
      'plugin.not_found',
      /^The plugin package kickbot-plugin-absent is not installed: run 'npm install kickbot-plugin-absent'/,
    ],
    [
      './nothing.ts',
      'plugin.no_default_export',
      /^The plugin file \.\/nothing\.ts does not export a plugin class: write 'export default class' in it\.$/,
    ],
    ['./arrow.ts', 'plugin.no_default_export', /does not export a plugin class/],
    [
      './undecorated.ts',
      'plugin.not_decorated',
      /^The plugin file \.\/undecorated\.ts is not a plugin: write @Plugin\(\{ name: '…' \}\) above the class Undecorated\.$/,
    ],
    ['./throws.ts', 'plugin.import_failed', /^The plugin file \.\/throws\.ts cannot be loaded: no luck$/],
    [
      './lost.ts',
      'plugin.import_failed',
      /^The plugin file \.\/lost\.ts cannot be loaded: Cannot find module '\.\/gone\.js'$/,
    ],
    [
      './typed.ts',
      'plugin.not_injectable',
      /^Parameter 1 of the constructor of plugin typed cannot be injected: .*not 'import type'; make a value an option of the plugin\.$/,
    ],
  ])('%s is refused with %s', async (source, code, message) => {
    const { host } = createHost({ directory });
    await expect(host.load(source)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect(host.loaded).toEqual([]);
  });
});
