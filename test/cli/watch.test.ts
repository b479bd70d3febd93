import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { folderWith, kickbot } from './program.js';

const answering = (answer: string, imports = '') => `
import { Command, Plugin } from 'kickbot';
${imports}
@Plugin({ name: 'answers' })
export default class Answers {
  @Command('hello') hello() { return ${answer}; }
}`;

/** A bot in a sandbox that watches a folder, and its chat. */
async function watched(files: Record<string, string>) {
  const folder = folderWith(files);
  const bot = kickbot(['start', '--sandbox', '--watch', '--no-audience'], folder);
  const [, origin = ''] = await bot.printed(/Open (http:\S+)\/sandbox\/chat\/streamer/);
  await bot.printed(/Watching/);
  let sent = 0;
  return {
    ...bot,
    save: (name: string, text: string) => writeFileSync(join(folder, name), text),
    rename: (from: string, to: string) => renameSync(join(folder, from), join(folder, to)),
    say: async (content: string) => {
      sent++;
      const as = { username: `viewer${sent}`, role: 'viewer' };
      const answer = await fetch(`${origin}/sandbox/api/channels/streamer/messages`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ as, content }),
      });
      expect(answer.ok).toBe(true);
    },
    end: async () => {
      bot.kill();
      return bot.ended;
    },
  };
}

const configuration = (plugins: unknown[], more = {}) => JSON.stringify({ plugins, ...more });

it('takes a saved plugin over between two messages: each is answered once, by the old or the new', async () => {
  const bot = await watched({
    'kickbot.config.json': configuration(['./answers.ts'], { sender: { limit: 1000, windowSeconds: 1 } }),
    'answers.ts': answering("'old answer.'"),
  });
  let isFlowing = true;
  let asked = 0;
  const flow = (async () => {
    while (isFlowing) {
      await bot.say('!hello');
      asked++;
      // As the chat of a busy channel: the sandbox takes what comes, and one every few milliseconds is enough.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  await bot.printed(/old answer\./);
  bot.save('answers.ts', answering("'new answer.'"));
  await bot.printed(/new answer\./);
  isFlowing = false;
  await flow;
  await bot.say('!hello');
  asked++;
  await expect.poll(() => bot.output().match(/(?:old|new) answer\./g)).toHaveLength(asked);
  const answers: string[] = bot.output().match(/(?:old|new) answer\./g) ?? [];
  expect(answers.lastIndexOf('old answer.')).toBeLessThan(answers.indexOf('new answer.'));
  expect(await bot.end()).toMatchObject({ code: 0, stderr: '' });
});

it('F90 shows what is wrong with its lines, goes on, and takes over what mends it, a renamed file too', async () => {
  const bot = await watched({
    'kickbot.config.json': configuration(['./answers.ts']),
    'answers.ts': answering('text', "import { text } from './text.js';"),
    'text.ts': "export const text = 'first answer.';",
  });
  bot.save('text.ts', "export const text =\n\t'second answer.;\n");
  await bot.printed(/text\.ts:2:2\n {2}1 \| export const text =\n> 2 \| \t'second answer\.;\n {4}\| \t\^\n/);
  await bot.printed(/what ran before goes on/);
  await bot.say('!hello');
  await bot.printed(/first answer\./);
  bot.save('text.ts~', "export const text = 'third answer.';");
  bot.rename('text.ts~', 'text.ts');
  await bot.printed(/Taken over.*replaced: ?answers|Taken over.*answers/);
  await bot.say('!hello');
  await bot.printed(/third answer\./);
  expect(await bot.end()).toMatchObject({ code: 0 });
});

it('F90 keeps the configuration where the new one is wrong, and takes over the next', async () => {
  const bot = await watched({
    'kickbot.config.ts': `export default ${configuration(['./answers.ts'])};`,
    'answers.ts': answering("'an answer.'"),
    'more.ts': answering("'another answer.'").replaceAll(/hello|answers/g, 'more'),
  });
  bot.save('kickbot.config.ts', 'export default { plugin: [] };');
  await bot.printed(
    /The configuration has a problem:\n {2}plugin \(kickbot\.config\.ts\): found an unknown key/,
  );
  await bot.say('!hello');
  await bot.printed(/an answer\./);
  bot.save(
    'kickbot.config.ts',
    `export default ${configuration(['./answers.ts', './more.ts'], { chat: { prefix: '?' } })};`,
  );
  await bot.printed(/taken over at the next start only: chat\.prefix/);
  await bot.say('!more');
  await bot.printed(/another answer\./);
  bot.save('kickbot.config.ts', `export default ${configuration(['./more.ts'])};`);
  await bot.printed(/unloaded/);
  expect(await bot.end()).toMatchObject({ code: 0 });
});
