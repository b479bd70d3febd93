// Compiles src/ to dist/ and copies the files that are served as they are.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
rmSync(`${root}/dist`, { recursive: true, force: true });
const compiler = spawnSync(
  process.execPath,
  [`${root}/node_modules/typescript/bin/tsc`, '-p', 'tsconfig.build.json'],
  {
    cwd: root,
    stdio: 'inherit',
  },
);
if (compiler.status !== 0) process.exit(compiler.status ?? 1);

for (const page of ['console/page', 'sandbox/page']) {
  cpSync(`${root}/src/${page}`, `${root}/dist/${page}`, {
    recursive: true,
    filter: (path) => !path.endsWith('.ts'),
  });
}
chmodSync(`${root}/dist/cli/main.js`, 0o755);
