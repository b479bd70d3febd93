import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { folderWith, kickbot } from './program.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const text = (...path: string[]) => readFileSync(join(...path), 'utf8');

/** What `npm install` would bring, from this repository. */
function install(folder: string): void {
  mkdirSync(join(folder, 'node_modules', '@types'), { recursive: true });
  symlinkSync(root, join(folder, 'node_modules', 'kickbot'));
  for (const name of ['.bin', 'typescript', 'vitest', '@types/node']) {
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  }
}

const npm = (folder: string, ...args: string[]) =>
  execFileSync('npm', args, {
    cwd: folder,
    env: { PATH: process.env.PATH, NO_COLOR: '1' },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });

describe('kickbot create bot', () => {
  it('makes a bot whose tests pass, and which answers in the sandbox', { timeout: 60_000 }, async () => {
    const parent = folderWith();
    const { code, stdout } = await kickbot(['create', 'bot', 'my-bot'], parent).ended;
    expect([code, stdout]).toEqual([0, expect.stringContaining('  cd my-bot && npm install\n  npm start')]);
    const folder = join(parent, 'my-bot');
    install(folder);
    expect(npm(folder, 'test')).toMatch(/Tests +1 passed/);

    const bot = kickbot(['start', '--sandbox=unconfigured', '--no-audience', '--log-format', 'json'], folder);
    const [, chatPage = ''] = await bot.printed(/"chatPage":"([^"]+)"/);
    const { origin, pathname } = new URL(chatPage);
    const said = await fetch(`${origin}/sandbox/api/channels/${pathname.split('/').at(-1)}/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin },
      body: JSON.stringify({ as: { username: 'Newcomer', role: 'viewer' }, content: '!hello' }),
    });
    expect(said.ok).toBe(true);
    await bot.printed(/"content":"Hello, Newcomer!"/);
    bot.kill();
    expect((await bot.ended).code).toBe(0);
  });

  it('its .env.example names what is to be filled in, and .gitignore keeps .env out', async () => {
    const parent = folderWith();
    await kickbot(['create', 'bot', 'my-bot'], parent).ended;
    const folder = join(parent, 'my-bot');
    expect(text(folder, '.env.example')).toContain('\nKICK_INTEGRATION_CLIENT_ID=\n');
    expect(text(folder, '.gitignore').split('\n')).toContain('.env');
    writeFileSync(join(folder, '.env'), text(folder, '.env.example'));
    install(folder);
    const { code, stdout } = await kickbot(['doctor'], folder).ended;
    expect([code, stdout]).toEqual([0, expect.stringContaining('✓ Plugin hello loads.')]);
  });
});

describe('kickbot create plugin', () => {
  it('makes a package whose tests pass, which compiles, and which a bot loads by its name', {
    timeout: 60_000,
  }, async () => {
    const parent = folderWith({ 'kickbot.config.json': '{ "plugins": ["kickbot-plugin-no-fun"] }' });
    expect((await kickbot(['create', 'plugin', 'no-fun'], parent).ended).code).toBe(0);
    const folder = join(parent, 'kickbot-plugin-no-fun');
    expect(JSON.parse(text(folder, 'package.json'))).toMatchObject({
      name: 'kickbot-plugin-no-fun',
      keywords: ['kickbot-plugin'],
      peerDependencies: { kickbot: expect.stringMatching(/^\^\d/) },
    });
    install(folder);
    expect(npm(folder, 'test')).toMatch(/Tests +1 passed/);
    const packed: unknown = JSON.parse(npm(folder, 'pack', '--json', '--silent').replace(/^[^[]*/, ''));
    expect(packed).toMatchObject([
      {
        files: ['README.md', 'dist/no-fun.d.ts', 'dist/no-fun.js', 'package.json'].map((path) => ({ path })),
      },
    ]);
    mkdirSync(join(parent, 'node_modules'));
    symlinkSync(folder, join(parent, 'node_modules', 'kickbot-plugin-no-fun'));
    const { code, stdout } = await kickbot(['doctor'], parent).ended;
    expect([code, stdout]).toEqual([0, expect.stringContaining('✓ Plugin no-fun loads.')]);
  });

  it("takes the package's name for the plugin's as well", async () => {
    const parent = folderWith();
    expect((await kickbot(['create', 'plugin', 'kickbot-plugin-dice'], parent).ended).code).toBe(0);
    expect(readdirSync(parent)).toEqual(['kickbot-plugin-dice']);
    expect(text(parent, 'kickbot-plugin-dice', 'src', 'dice.ts')).toContain("name: 'dice'");
  });
});

describe('what is refused, with exit code 2 and nothing written', () => {
  it.each(['My-Bot', '../up', "x';process.exit()//", '-x', 'kickbot'])('the name %j', async (name) => {
    const parent = folderWith();
    const { code, stderr } = await kickbot(['create', 'bot', '--', name], parent).ended;
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/Allowed: small letters|cannot have that name/),
    ]);
    expect(readdirSync(parent)).toEqual([]);
  });

  it.each([[['create', 'bot']], [['create', 'plugin']]])('%j without a name', async (args) => {
    const { code, stderr } = await kickbot(args, folderWith()).ended;
    expect([code, stderr]).toEqual([2, expect.stringContaining("missing required argument 'name'")]);
  });

  it('a folder with something in it, and a file in its place', async () => {
    const parent = folderWith();
    const folder = join(parent, 'my-bot');
    mkdirSync(folder);
    writeFileSync(join(folder, 'mine'), '');
    const taken = await kickbot(['create', 'bot', 'my-bot'], parent).ended;
    expect([taken.code, taken.stderr]).toEqual([2, expect.stringContaining('is not empty')]);
    expect(readdirSync(folder)).toEqual(['mine']);
    rmSync(folder, { recursive: true });
    writeFileSync(folder, '');
    const refused = await kickbot(['create', 'bot', 'my-bot'], parent).ended;
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('cannot be written')]);
  });

  it('an empty folder is none of that', async () => {
    const parent = folderWith();
    mkdirSync(join(parent, 'my-bot'));
    expect((await kickbot(['create', 'bot', 'my-bot'], parent).ended).code).toBe(0);
    expect(existsSync(join(parent, 'my-bot', 'package.json'))).toBe(true);
  });
});

it.each(['bot', 'plugin'])('kickbot create %s --help explains itself and gives an example', async (name) => {
  const { code, stdout } = await kickbot(['create', name, '--help'], folderWith()).ended;
  expect(code).toBe(0);
  expect(stdout).toMatch(new RegExp(`Example:\\n  \\$ kickbot create ${name}`));
});
