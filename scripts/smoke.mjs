// The packed package, as a newcomer gets it: install the tarball in an empty folder, write a configuration and a
// plugin there in TypeScript, start, see one command answered. Ends with `N passed, N failed`.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'kickbot-smoke-'));
const quietly = { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' };
let passed = 0;
let failed = 0;

async function check(what, run) {
  try {
    await run();
    passed += 1;
    console.log(`ok ${what}`);
  } catch (error) {
    failed += 1;
    console.log(`not ok ${what}: ${error instanceof Error ? error.message : error}`);
  }
}

try {
  await check('the package packs and installs in an empty folder', () => {
    execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
    if (!tarball) throw new Error('npm pack made no tarball');
    writeFileSync(join(folder, 'package.json'), '{ "name": "my-bot", "private": true, "type": "module" }');
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--silent', `./${tarball}`], quietly);
  });

  writeFileSync(
    join(folder, 'hello.ts'),
    `import { Command, type CommandContext, Plugin, Random, z } from 'kickbot';

@Plugin({ name: 'hello', options: z.object({ greeting: z.string().default('Hello') }) })
export default class Hello {
  constructor(private readonly random: Random) {}

  @Command('hello [times:int]')
  hello(ctx: CommandContext<{ greeting: string }>, { times = 1 }: { times?: number }) {
    const dots = '.'.repeat(this.random.int(3, 3));
    return \`\${ctx.options.greeting} \${ctx.sender.username}\${dots} x\${times}\`;
  }
}
`,
  );
  writeFileSync(
    join(folder, 'kickbot.config.ts'),
    `import { defineConfig } from 'kickbot';

export default defineConfig({ plugins: [['./hello.ts', { greeting: 'Ahoy' }]] });
`,
  );

  await check('kickbot --help answers', () => {
    const help = execFileSync('npx', ['kickbot', '--help'], quietly);
    if (!help.includes('start')) throw new Error(`no command named start in: ${help}`);
  });

  await check('the entry points import', () => {
    execFileSync(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import 'reflect-metadata';
         const [{ createBot, Plugin }, { startSandbox }, { createTestBot }] = await Promise.all(
           ['kickbot', 'kickbot/sandbox', 'kickbot/testing'].map((name) => import(name)));
         for (const it of [createBot, Plugin, startSandbox, createTestBot]) if (typeof it !== 'function') throw new Error('missing');`,
      ],
      quietly,
    );
  });

  await check('kickbot create bot makes a bot whose tests pass', () => {
    execFileSync('npx', ['kickbot', 'create', 'bot', 'made'], quietly);
    const made = { ...quietly, cwd: join(folder, 'made') };
    const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--silent', `../${tarball}`], made);
    execFileSync('npm', ['test'], made);
  });

  await check('a command of a TypeScript plugin is answered in the sandbox', answerOneCommand);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

async function answerOneCommand() {
  const bot = spawn('npx', ['kickbot', 'start', '--sandbox', '--no-audience', '--log-format', 'json'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const said = [];
  let page = '';
  const deadline = setTimeout(() => end(), 30_000);
  const end = () => {
    try {
      process.kill(-bot.pid, 'SIGTERM');
    } catch {
      // It has ended already.
    }
  };
  bot.stderr.on('data', (chunk) => said.push(String(chunk)));
  try {
    for await (const line of createInterface({ input: bot.stdout })) {
      said.push(line);
      const { chatPage, content } = JSON.parse(line);
      if (chatPage && !page) {
        page = chatPage;
        const { origin, pathname } = new URL(page);
        const response = await fetch(
          `${origin}/sandbox/api/channels/${pathname.split('/').at(-1)}/messages`,
          {
            method: 'POST',
            headers: { 'content-type': 'application/json', origin },
            body: JSON.stringify({ as: { username: 'Newcomer', role: 'viewer' }, content: '!hello 3' }),
          },
        );
        if (!response.ok) throw new Error(`the sandbox refused the message: ${await response.text()}`);
      }
      if (content === 'Ahoy Newcomer... x3') return;
    }
    throw new Error(`no answer came; the bot said:\n${said.join('\n')}`);
  } finally {
    clearTimeout(deadline);
    end();
  }
}
