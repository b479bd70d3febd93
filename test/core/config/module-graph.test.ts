import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ModuleGraph, SourceError } from '../../../src/core/config/module-graph.js';

/** A graph over a folder of its own. */
function graphOf(files: Record<string, string>) {
  const directory = mkdtempSync(join(tmpdir(), 'kickbot-modules-'));
  const write = (changed: Record<string, string>) => {
    for (const [name, text] of Object.entries(changed)) writeFileSync(join(directory, name), text);
  };
  write(files);
  const graph = new ModuleGraph({ given: { default: 'given' } });
  const load = (name: string) => graph.import(`./${name}`, join(directory, 'from'));
  return { directory, write, graph, load };
}

const counter = 'export const made = (globalThis.made = (globalThis.made ?? 0) + 1);';

describe('a module', () => {
  it('is evaluated once for all who import it, whatever it is written in', async () => {
    const { load } = graphOf({
      'shared.ts': counter,
      'typescript.ts': "import { made } from './shared.js'; export default made as number;",
      'module.mjs': "export { made as default } from './shared.js';",
      'common.cjs': "module.exports = require('./shared.js').made;",
      'later.ts': "export default (await import('./shared.js')).made;",
    });
    const found = await Promise.all(['typescript.ts', 'module.mjs', 'common.cjs', 'later.ts'].map(load));
    const first = await load('shared.ts');
    expect(found).toEqual(
      Array(4).fill(expect.objectContaining({ default: Reflect.get(Object(first), 'made') })),
    );
  });

  it('may be a package, one of Node, JSON or given', async () => {
    const { load } = graphOf({
      'all.mjs': `
        import { join } from 'node:path';
        import data from './data.json' with { type: 'json' };
        import common, { named } from './common.cjs';
        import given from 'given';
        export default [join('a', 'b'), data.key, common.named === named, given, import.meta.url.slice(-7)];`,
      'data.json': '{ "key": 1 }',
      'common.cjs': 'exports.named = 1;',
    });
    expect(await load('all.mjs')).toMatchObject({ default: ['a/b', 1, true, 'given', 'all.mjs'] });
  });

  it('may import what imports it', async () => {
    const { load } = graphOf({
      'a.ts': "import { b } from './b.js'; export const a = () => 'a'; export default b() + a();",
      'b.ts': "import { a } from './a.js'; export const b = () => 'b' + typeof a;",
    });
    expect(await load('a.ts')).toMatchObject({ default: 'bfunctiona' });
  });
});

describe('a module that changed', () => {
  const files = {
    'helper.mjs': 'export const text = "old";',
    'apart.ts': counter,
    'one.ts':
      "import { text } from './helper.mjs'; import { made } from './apart.js'; export default { text, made };",
    'two.ts': "import { text } from './helper.mjs'; export default { text };",
    'three.ts': 'export default {};',
  };

  it('is evaluated again, and so is what imports it, and nothing else', async () => {
    const { load, write } = graphOf(files);
    const before = await Promise.all(['one.ts', 'two.ts', 'three.ts'].map(load));
    expect(await Promise.all(['one.ts', 'two.ts', 'three.ts'].map(load))).toEqual(before);
    write({ 'helper.mjs': 'export const text = "new";' });
    const [one, two, three] = await Promise.all(['one.ts', 'two.ts', 'three.ts'].map(load));
    const { made } = Object(Object(before[0]).default);
    expect([one, two]).toMatchObject([{ default: { text: 'new', made } }, { default: { text: 'new' } }]);
    expect(three).toBe(before[2]);
    expect(Object(await load('one.ts')).default).toBe(Object(one).default);
  });

  it('may have changed together with what imports it', async () => {
    const { load, write } = graphOf(files);
    await load('two.ts');
    write({
      'helper.mjs': 'export const text = "new";',
      'two.ts': "import { text } from './helper.mjs'; export default { text, also: true };",
    });
    const two = Object(await load('two.ts')).default;
    expect(two).toEqual({ text: 'new', also: true });
    expect(Object(await load('two.ts')).default).toBe(two);
  });

  it('leaves all as it was where it fails', async () => {
    const { load, write, directory } = graphOf(files);
    const before = await load('one.ts');
    write({ 'helper.mjs': 'export const text =\n  "new;' });
    const error = await load('one.ts').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SourceError);
    expect(error).toMatchObject({ file: join(directory, 'helper.mjs'), line: 2, column: 3 });
    write({ 'helper.mjs': 'throw new Error("thrown in line 1");' });
    await expect(load('two.ts')).rejects.toThrow('thrown in line 1');
    write({ 'helper.mjs': files['helper.mjs'] });
    expect(Object(await load('one.ts')).default).toBe(Object(before).default);
  });

  it('is loaded from where it is, with its lines as they are', async () => {
    const { load, graph, directory } = graphOf({
      'late.ts':
        "import type { Gone } from './gone.js';\n\nexport default (value?: Gone) => {\n  throw new Error('late');\n};",
    });
    const { default: fail } = Object(await load('late.ts'));
    expect(fail).toThrow('late');
    const error: unknown = await Promise.resolve()
      .then(fail)
      .catch((thrown: unknown) => thrown);
    expect(Object(error).stack).toContain(`${join(directory, 'late.ts')}:4:`);
    expect([...graph.folders]).toEqual([directory]);
  });
});
