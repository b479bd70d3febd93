import { asJson, pluginSource, pluginTest, typeScriptSettings } from './starter-plugin.js';
import { kickbotDependency, nodeRange, toolVersions } from './versions.js';

/** The files of a new bot, by path. The name has been checked. */
export function botFiles(name: string, folder: string): Record<string, string> {
  return {
    'package.json': asJson({
      name,
      version: '0.1.0',
      private: true,
      type: 'module',
      engines: { node: nodeRange },
      scripts: { start: 'kickbot start --sandbox=unconfigured', test: 'tsc && vitest run' },
      dependencies: { kickbot: kickbotDependency(folder) },
      devDependencies: toolVersions,
    }),
    'tsconfig.json': asJson(typeScriptSettings(['plugins', 'kickbot.config.ts'])),
    'kickbot.config.ts': `import { defineConfig } from 'kickbot';

export default defineConfig({
  // The last part of your channel's address. With none, \`npm start\` runs a sandbox.
  channels: [],
  plugins: [['./plugins/hello.ts', { greeting: 'Hello' }]],
});
`,
    'plugins/hello.ts': pluginSource('hello'),
    'plugins/hello.test.ts': pluginTest('hello'),
    '.env.example': `# Copy this file to .env, which stays out of version control.
# Of your app, from https://kick.com/settings/developer
KICK_INTEGRATION_CLIENT_ID=
KICK_INTEGRATION_CLIENT_SECRET=
# Seals the tokens in the database: openssl rand -base64 32
KICKBOT_SECRET_KEY=
`,
    '.gitignore': 'node_modules/\n.kickbot/\n.env\n',
    'README.md': `# ${name}

A chat bot for the streaming site Kick, made with kickbot.

\`\`\`sh
npm install
npm start       # while no channel is configured: in a sandbox; open the printed page and type !hello
npm test        # types, and the plugins' tests
\`\`\`

What it does is in \`plugins/\`, and \`kickbot.config.ts\` says which plugins run. \`node_modules/kickbot/docs/plugins.md\` says how to write them, and \`npx kickbot plugins list\` shows those that are configured.

On a real channel: copy \`.env.example\` to \`.env\` and fill it in, name the channel in \`kickbot.config.ts\`, \`npx kickbot login\`, \`npm start\`. \`npx kickbot doctor\` says what is missing.
`,
  };
}
