import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseWanted } from '../../src/cli/plugin-package.js';
import { folderWith, kickbot } from './program.js';
import { startRegistry } from './registry.js';

const dice = {
  type: 'module',
  exports: './index.js',
  description: 'Rolls dice',
  keywords: ['kickbot-plugin'],
  peerDependencies: { kickbot: '>=0.1.0' },
  'kickbot-plugin': { scopes: ['channel:rewards:read'] },
  scripts: { postinstall: "node -e \"require('fs').writeFileSync('ran', '')\"", test: 'true' },
};
const code = (name: string, scopes: readonly string[] = []) => `
import { Command, Every, On, Plugin, Rule, z } from 'kickbot';
class Dice { roll() { return '6'; } hosted() {} quiet() {} remind() {} }
Command('roll [sides:int]', { aliases: ['dice'] })(Dice.prototype, 'roll');
On('channel.hosted')(Dice.prototype, 'hosted');
Every('10m', { when: 'live' })(Dice.prototype, 'remind');
Rule({ name: 'be-quiet' })(Dice.prototype, 'quiet');
Plugin({
  name: '${name}',
  scopes: ${JSON.stringify(scopes)},
  options: z.object({ sides: z.number().int().min(2).default(6) }),
})(Dice);
export default Dice;
`;

let registry: Awaited<ReturnType<typeof startRegistry>>;
beforeAll(async () => {
  registry = await startRegistry([
    { manifest: { name: 'kickbot', version: '0.1.0' }, code: '' },
    { manifest: { ...dice, name: 'kickbot-plugin-dice', version: '1.0.0' }, code: code('dice') },
    {
      manifest: { ...dice, name: 'kickbot-plugin-dice', version: '1.1.0' },
      code: code('dice', ['channel:rewards:read']),
    },
    {
      manifest: { ...dice, name: 'kickbot-plugin-greedy', version: '1.0.0' },
      code: code('greedy', ['streamkey:read', 'channel:rewards:read']),
    },
    {
      manifest: { name: 'left-pad', version: '1.0.0', type: 'module', exports: './index.js' },
      code: 'export default () => 1;',
    },
  ]);
});
afterAll(() => registry.close());

const plugins = (folder: string, ...args: string[]) =>
  kickbot(['plugins', ...args], folder, registry.environment).ended;
const packageJson = '{ "name": "my-bot", "private": true }';
const text = (...path: string[]) => readFileSync(join(...path), 'utf8');
const typeScriptConfig = `import { defineConfig } from 'kickbot';
import Own from './own.js';

// Mine.
export default defineConfig({
  channels: [{ slug: 'one', plugins: {} }], // plugins: [
  plugins: [
    './own.js', // what I wrote
    [Own, { sides: 20 }],
  ],
});
`;

describe('kickbot plugins list', () => {
  it('shows what each configured plugin brings', async () => {
    const folder = folderWith({
      'kickbot.config.json': '{ "plugins": [["./own.js", { "sides": 8 }]] }',
      'own.js': code('own', ['kicks:read']),
    });
    const { code: exitCode, stdout } = await plugins(folder, 'list');
    expect([exitCode, stdout]).toEqual([
      0,
      `own (./own.js)
  commands  roll [sides:int] (dice)
  rules     be-quiet
  events    channel.hosted
  timers    10m (live)
  options   sides
  scopes    kicks:read
`,
    ]);
    const json = await plugins(folder, 'list', '--log-format', 'json');
    expect(JSON.parse(json.stdout)).toMatchObject([{ name: 'own', version: null, options: ['sides'] }]);
  });

  it('says which do not load, and that there is none', async () => {
    const broken = await plugins(
      folderWith({ 'kickbot.config.json': '{ "plugins": ["./absent.ts"] }' }),
      'list',
    );
    expect([broken.code, broken.stdout]).toEqual([
      1,
      expect.stringMatching(/^✗ .*absent\.ts does not exist/),
    ]);
    expect(await plugins(folderWith(), 'list')).toMatchObject({
      code: 0,
      stdout: 'No plugin is configured.\n',
    });
  });
});

describe('kickbot plugins schema', () => {
  it('prints the JSON Schema of the options, by name or by path', async () => {
    const folder = folderWith({
      'kickbot.config.json': '{ "plugins": ["./own.js"] }',
      'own.js': code('own'),
    });
    const [byName, byPath] = [
      await plugins(folder, 'schema', 'own'),
      await plugins(folder, 'schema', './own.js'),
    ];
    expect(JSON.parse(byName.stdout)).toMatchObject({
      type: 'object',
      properties: { sides: { type: 'integer', minimum: 2, default: 6 } },
      additionalProperties: false,
    });
    expect(byPath.stdout).toBe(byName.stdout);
    const unknown = await plugins(folder, 'schema', 'other');
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('Configured: own.')]);
  });
});

describe('kickbot plugins info', () => {
  it('shows what the registry knows of a package, without running anything of it', async () => {
    const { code: exitCode, stdout } = await plugins(folderWith(), 'info', 'kickbot-plugin-dice');
    expect([exitCode, stdout]).toEqual([
      0,
      `kickbot-plugin-dice 1.1.0
  Rolls dice
  published        2026-01-02
  scopes wanted    channel:rewards:read
  install scripts  postinstall (kickbot does not run them)
  dependencies     none
  for kickbot      >=0.1.0
`,
    ]);
    const json = await plugins(folderWith(), 'info', 'kickbot-plugin-dice@^1.0.0', '--log-format', 'json');
    expect(JSON.parse(json.stdout)).toMatchObject({ version: '1.1.0', isInstalled: false });
  });

  it('says that there is no such package, and no such version', async () => {
    const absent = await plugins(folderWith(), 'info', 'kickbot-plugin-absent');
    expect([absent.code, absent.stderr]).toEqual([
      1,
      expect.stringMatching(/npm view failed: Not Found.*kickbot-plugin-absent/),
    ]);
    const old = await plugins(folderWith(), 'info', 'kickbot-plugin-dice@0.1.0');
    expect([old.code, old.stderr]).toEqual([
      1,
      expect.stringContaining('npm view failed: No match found for version 0.1.0'),
    ]);
  });
});

describe('kickbot plugins add and remove', () => {
  it('install, configure, and undo both, with no install script run and the file otherwise as it was', {
    timeout: 60_000,
  }, async () => {
    const folder = folderWith({
      'package.json': packageJson,
      'kickbot.config.ts': typeScriptConfig,
      'own.js': code('own'),
    });
    const added = await plugins(folder, 'add', 'kickbot-plugin-dice', '--yes');
    expect(added).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /scopes wanted +channel:rewards:read\n[\s\S]*Installed kickbot-plugin-dice 1\.1\.0\.\nAdded it to plugins in kickbot\.config\.ts\.\n$/,
      ),
    });
    const installed = join(folder, 'node_modules', 'kickbot-plugin-dice');
    expect([existsSync(join(installed, 'index.js')), existsSync(join(installed, 'ran'))]).toEqual([
      true,
      false,
    ]);
    expect(text(folder, 'kickbot.config.ts')).toBe(
      typeScriptConfig.replace('{ sides: 20 }],\n', "{ sides: 20 }],\n    'kickbot-plugin-dice',\n"),
    );
    expect((await plugins(folder, 'list')).stdout).toContain(
      'dice 1.1.0 (kickbot-plugin-dice)\n  commands  roll',
    );
    expect((await plugins(folder, 'info', 'kickbot-plugin-dice')).stdout).toContain('1.1.0 (installed)');

    const again = await plugins(folder, 'add', 'kickbot-plugin-dice@1.0.0', '--yes');
    expect([again.code, again.stdout]).toEqual([
      0,
      expect.stringMatching(/Installed kickbot-plugin-dice 1\.0\.0\.\n$/),
    ]);

    const removed = await plugins(folder, 'remove', 'kickbot-plugin-dice');
    expect(removed).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Uninstalled kickbot-plugin-dice.'),
    });
    expect(existsSync(installed)).toBe(false);
    expect(text(folder, 'kickbot.config.ts')).toBe(typeScriptConfig);
    const gone = await plugins(folder, 'remove', 'kickbot-plugin-dice');
    expect([gone.code, gone.stderr]).toEqual([
      2,
      expect.stringContaining('neither configured nor installed'),
    ]);
  });

  it('edit JSON, and the configuration in package.json', async () => {
    const folder = folderWith({
      'package.json': `{ "name": "my-bot", "kickbot": { "chat": { "prefix": "'" }, "plugins": [] } }`,
    });
    const added = await plugins(folder, 'add', 'kickbot-plugin-dice', '--yes');
    expect(added).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Added it to plugins in package.json'),
    });
    expect(JSON.parse(text(folder, 'package.json'))).toMatchObject({
      dependencies: { 'kickbot-plugin-dice': '^1.1.0' },
      kickbot: { plugins: ['kickbot-plugin-dice'] },
    });
  });

  it('leave a configuration alone that a program makes up, and say what to write', async () => {
    const config = 'const plugins: string[] = [];\nexport default { plugins };\n';
    const folder = folderWith({ 'package.json': packageJson, 'kickbot.config.ts': config });
    const added = await plugins(folder, 'add', 'kickbot-plugin-dice', '--yes');
    expect([added.code, added.stdout]).toEqual([
      0,
      expect.stringMatching(/Now add it to plugins in kickbot\.config\.ts:\n {2}'kickbot-plugin-dice',\n$/),
    ]);
    expect(text(folder, 'kickbot.config.ts')).toBe(config);
    const named = folderWith({
      'package.json': packageJson,
      'kickbot.config.ts': "const plugins = ['kickbot-plugin-dice'];\nexport default { plugins };\n",
    });
    const removed = await plugins(named, 'remove', 'kickbot-plugin-dice');
    expect([removed.code, removed.stderr]).toEqual([
      2,
      expect.stringContaining('out of plugins in kickbot.config.ts yourself'),
    ]);
  });

  it('without a terminal and without --yes nothing is installed', async () => {
    const folder = folderWith({ 'package.json': packageJson });
    const { code: exitCode, stdout, stderr } = await plugins(folder, 'add', 'kickbot-plugin-dice');
    expect([exitCode, stdout, stderr]).toEqual([
      2,
      expect.stringContaining('install scripts  postinstall'),
      expect.stringContaining('--yes'),
    ]);
    expect(existsSync(join(folder, 'node_modules'))).toBe(false);
  });

  it.each([
    ['kickbot-plugin-greedy', /wants streamkey:read and its package\.json does not say so/],
    ['left-pad', /left-pad does not export a plugin class/],
  ])('%s is not kept: it is not what was shown', async (name, sentence) => {
    const folder = folderWith({ 'package.json': packageJson, 'kickbot.config.json': '{}' });
    const { code: exitCode, stderr } = await plugins(folder, 'add', name, '--yes');
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(sentence)]);
    expect(existsSync(join(folder, 'node_modules', name))).toBe(false);
    expect(text(folder, 'kickbot.config.json')).toBe('{}');
  });

  it.each(['git+https://127.0.0.1/x.git', '../up', '/x', 'x@file:.', 'x@npm:y', 'x;touch y', '-g', 'X', ''])(
    'refuse %j, which names no package',
    (name) => {
      expect(() => parseWanted(name)).toThrow('names no package');
    },
  );

  it('want a package.json beside the configuration', async () => {
    const { code: exitCode, stderr } = await plugins(folderWith(), 'add', 'kickbot-plugin-dice', '--yes');
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining("run 'npm init -y' there")]);
  });
});

it.each(['list', 'info', 'add', 'remove', 'schema'])(
  'kickbot plugins %s --help explains itself and gives an example',
  async (name) => {
    const { code: exitCode, stdout } = await kickbot(['plugins', name, '--help'], folderWith()).ended;
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(new RegExp(`Example:\\n  \\$ kickbot plugins ${name}`));
  },
);
