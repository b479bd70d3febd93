/** The class of a plugin called `no-shouting` is `NoShoutingPlugin`: with its ending it is nobody else's name. */
function classNameOf(name: string): string {
  const words = name.split('-').map((word) => word.slice(0, 1).toUpperCase() + word.slice(1));
  return `${words.join('')}Plugin`;
}

/** A plugin to begin with, with a command and an option. */
export function pluginSource(name: string): string {
  return `import { Command, CommandContext, Plugin, z } from 'kickbot';

const options = z.object({ greeting: z.string().default('Hello') });

/** Answers \`!${name}\`, and \`!${name} everybody\`. */
@Plugin({ name: '${name}', options })
export default class ${classNameOf(name)} {
  @Command('${name} [...whom]', { cooldown: { user: '5s' } })
  greet(ctx: CommandContext<z.output<typeof options>>, { whom = ctx.sender.username }: { whom?: string }) {
    return \`\${ctx.options.greeting}, \${whom}!\`;
  }
}
`;
}

/** The test of that plugin, which lies beside it. */
export function pluginTest(name: string): string {
  const className = classNameOf(name);
  return `import { createTestBot } from 'kickbot/testing';
import { expect, it } from 'vitest';
import ${className} from './${name}.js';

it('greets, and rests for five seconds', async () => {
  const bot = await createTestBot(${className}, { options: { greeting: 'Ahoy' } });
  expect(await bot.say('ada', '!${name}')).toEqual(['Ahoy, ada!']);
  expect(await bot.say('ben', '!${name} everybody')).toEqual(['Ahoy, everybody!']);
  expect(await bot.say('ada', '!${name}')).toEqual([]);
  await bot.clock.advance('5s');
  expect(await bot.say('ada', '!${name}')).toEqual(['Ahoy, ada!']);
});
`;
}

/** What an editor, tsc and Vitest need to know for decorators to work. */
export function typeScriptSettings(include: readonly string[]): object {
  return {
    compilerOptions: {
      target: 'es2023',
      module: 'nodenext',
      types: ['node'],
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
    },
    include,
  };
}

export function asJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
