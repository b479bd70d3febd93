import { asJson, pluginSource, pluginTest, typeScriptSettings } from './starter-plugin.js';
import { kickbotDependency, kickbotRange, nodeRange, toolVersions } from './versions.js';

/** What the package of a plugin is called. */
export const packageNameOf = (plugin: string) => `kickbot-plugin-${plugin}`;

/** The files of a plugin that is a package of its own, by path. The name has been checked. */
export function pluginFiles(name: string, folder: string): Record<string, string> {
  const packageName = packageNameOf(name);
  return {
    'package.json': asJson({
      name: packageName,
      version: '0.1.0',
      description: `The plugin ${name} for the chat bot kickbot`,
      keywords: ['kickbot-plugin'],
      'kickbot-plugin': { scopes: [] },
      type: 'module',
      engines: { node: nodeRange },
      exports: { types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` },
      files: ['dist'],
      scripts: {
        start: 'kickbot start --sandbox',
        test: 'tsc && vitest run',
        build: 'tsc -p tsconfig.build.json',
        prepack: 'npm run build',
      },
      peerDependencies: { kickbot: kickbotRange },
      devDependencies: { ...toolVersions, kickbot: kickbotDependency(folder) },
    }),
    'tsconfig.json': asJson(typeScriptSettings(['src', 'kickbot.config.ts'])),
    'tsconfig.build.json': asJson({
      extends: './tsconfig.json',
      compilerOptions: { noEmit: false, declaration: true, rootDir: 'src', outDir: 'dist' },
      include: ['src'],
      exclude: ['src/**/*.test.ts'],
    }),
    'kickbot.config.ts': `import { defineConfig } from 'kickbot';

// For \`npm start\`, which tries the plugin in a sandbox; it is not published.
export default defineConfig({ plugins: ['./src/${name}.ts'] });
`,
    [`src/${name}.ts`]: pluginSource(name),
    [`src/${name}.test.ts`]: pluginTest(name),
    '.gitignore': 'node_modules/\ndist/\n.kickbot/\n.env\n*.tgz\n',
    'README.md': `# ${packageName}

A plugin for kickbot, the chat bot for the streaming site Kick. It answers \`!${name}\`.

\`\`\`sh
npx kickbot plugins add ${packageName}
\`\`\`

| option | | |
|---|---|---|
| \`greeting\` | a text | \`Hello\` unless told |

## Working on it

\`\`\`sh
npm install
npm start       # in a sandbox: open the printed page and type !${name}
npm test        # types and tests
npm publish     # compiles first; choose a licence before
\`\`\`
`,
  };
}
