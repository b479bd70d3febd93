// The arrows and the walls of the house: who may import whom. `npm run lint:layers` checks them.
const ground = ['primitives'];
const core = {
  primitives: [],
  telemetry: ground,
  config: [...ground, 'telemetry'],
  storage: [...ground, 'telemetry', 'config'],
  server: [...ground, 'telemetry', 'config', 'storage'],
  events: [...ground, 'telemetry', 'config', 'storage'],
  kick: [...ground, 'telemetry', 'config', 'storage'],
  auth: [...ground, 'telemetry', 'config', 'storage', 'server'],
  chat: [...ground, 'telemetry', 'config', 'storage', 'server', 'events', 'kick', 'auth'],
  commands: [...ground, 'telemetry', 'config', 'storage', 'events', 'kick', 'auth', 'chat'],
  moderation: [...ground, 'telemetry', 'config', 'storage', 'events', 'kick', 'auth', 'chat'],
  plugins: [
    ...ground,
    'telemetry',
    'config',
    'storage',
    'events',
    'kick',
    'auth',
    'chat',
    'commands',
    'moderation',
  ],
};

const arrows = Object.entries(core).map(([folder, allowed]) => ({
  name: `core-${folder}`,
  comment: `src/core/${folder} may import only: ${allowed.join(', ') || 'nothing'}.`,
  severity: 'error',
  from: { path: `^src/core/${folder}/` },
  to: { path: '^(src|plugins\\.example)/', pathNot: `^src/core/(${[folder, ...allowed].join('|')})/` },
}));

module.exports = {
  forbidden: [
    ...arrows,
    {
      name: 'core-knows-no-program',
      comment: 'The core is a library: it knows neither the program, the pages, the sandbox nor the harness.',
      severity: 'error',
      from: { path: '^src/core/' },
      to: { path: '^src/(cli|console|sandbox|testing|plugins|index)' },
    },
    {
      name: 'wall-1-plugins-use-the-public-api',
      comment: 'Built-in and example plugins import what a stranger can: kickbot and its entry points.',
      severity: 'error',
      from: { path: '^(src/plugins|plugins\\.example)/' },
      to: { path: '^src/', pathNot: '^src/(plugins/|index\\.ts$|testing/index\\.ts$|sandbox/index\\.ts$)' },
    },
    {
      name: 'wall-2-sandbox-shares-nothing',
      comment: "The sandbox is a second, independent reading of Kick's formats.",
      severity: 'error',
      from: { path: '^src/sandbox/' },
      to: { path: '^src/', pathNot: '^src/sandbox/' },
    },
    {
      name: 'wall-3-core-is-handed-the-network',
      comment: 'Only the named places in core touch the network; everything else is handed a client.',
      severity: 'error',
      from: {
        path: '^src/core/',
        pathNot:
          '^src/core/(kick/http-client|chat/(pusher|centrifugo)/[^/]+|server/http-listener|plugins/public-(http|addresses)|installation)\\.ts$',
      },
      to: {
        path: '^(undici|ws|pusher-js|@hono/node-server|node:(http|https|net|tls))$|node_modules/(undici|ws|pusher-js|@hono/node-server)/',
      },
    },
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true, dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: '(node_modules|^dist/)' },
    tsPreCompilationDeps: true,
    parser: 'swc',
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'default', 'node'],
      extensions: ['.ts', '.js'],
    },
  },
};
