import { describe, expect, it } from 'vitest';
import { withoutPlugin, withPlugin } from '../../src/cli/plugin-list-text.js';

describe('a plugin is added, and everything else stays as it was typed', () => {
  it.each([
    ["({ plugins: ['./a.ts'] })", "({ plugins: ['./a.ts', 'new'] })"],
    ["({ plugins: ['./a.ts',] })", "({ plugins: ['./a.ts', 'new'] })"],
    ['{ plugins: [] }', '{ plugins: ["new"] }'],
    [
      "plugins: [\n    'a', // first\n    ['b', { c: [1] }], // ] second\n  ],",
      "plugins: [\n    'a', // first\n    ['b', { c: [1] }], // ] second\n    'new',\n  ],",
    ],
    ["plugins: [\n  'a',\n  Dice // mine\n]", "plugins: [\n  'a',\n  Dice, // mine\n  'new'\n]"],
    ['{\n  "plugins": [\n    "it\'s"\n  ]\n}\n', '{\n  "plugins": [\n    "it\'s",\n    "new"\n  ]\n}\n'],
    [
      "// plugins: [\nchannels: [{ slug: 'a', plugins: { b: {} } }], plugins: [x]",
      "// plugins: [\nchannels: [{ slug: 'a', plugins: { b: {} } }], plugins: [x, 'new']",
    ],
    [
      "import { defineConfig } from 'kickbot';\nexport default defineConfig({ channels: ['a'] });",
      "import { defineConfig } from 'kickbot';\nexport default defineConfig({\n  plugins: ['new'], channels: ['a'] });",
    ],
    ['{}', '{\n  "plugins": ["new"]\n}'],
    [
      'plugins: [...others, shared.map((it) => [it, {}])]',
      'plugins: [...others, shared.map((it) => [it, {}]), "new"]',
    ],
    ['plugins: [a], plugins: [b]', undefined],
    ['plugins: [', undefined],
    ['const plugins = []; export default { plugins };', undefined],
    ['plugins:\n  - ./a.ts\n', undefined],
  ])('%j', (text, expected) => {
    expect(withPlugin(text, 'new')).toBe(expected);
  });
});

describe('a plugin is taken out, with its options and its comma', () => {
  it.each([
    ["plugins: ['old', 'b']", "plugins: ['b']"],
    ["plugins: ['a', ['old', { b: [] }], 'c']", "plugins: ['a', 'c']"],
    ["plugins: ['a', 'old']", "plugins: ['a']"],
    ['plugins: ["old"]', 'plugins: []'],
    ["plugins: [\n  'a', // first\n  'old'\n]", "plugins: [\n  'a' // first\n]"],
    ["plugins: [\n  'old',\n  'b',\n]", "plugins: [\n  'b',\n]"],
    ["plugins: [\n  'a',\n  // mine\n  'old',\n]", "plugins: [\n  'a',\n  // mine\n]"],
    ["plugins: ['older']", undefined],
    ['plugins: [old]', undefined],
    ["export default { 'old': 1 }", undefined],
  ])('%j', (text, expected) => {
    expect(withoutPlugin(text, 'old')).toBe(expected);
  });
});
