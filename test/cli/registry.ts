import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Published {
  readonly manifest: Readonly<Record<string, unknown>> & { readonly name: string; readonly version: string };
  readonly code: string;
}

/** A registry of these packages on this machine, and the environment that sets npm to it. */
export async function startRegistry(packages: readonly Published[]) {
  const folder = mkdtempSync(join(tmpdir(), 'kickbot-registry-'));
  const folders = packages.map(({ manifest, code }) => {
    const path = join(folder, `${manifest.name}-${manifest.version}`);
    mkdirSync(path);
    writeFileSync(join(path, 'package.json'), JSON.stringify(manifest));
    writeFileSync(join(path, 'index.js'), code);
    return path;
  });
  execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder, ...folders], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });

  const server = createServer((request, response) => {
    const [, name = '', file] = (request.url ?? '').split('/');
    const versions = packages.filter(({ manifest }) => manifest.name === name);
    const latest = versions.at(-1);
    if (!latest) return response.writeHead(404).end('{}');
    if (file) return response.end(readFileSync(join(folder, file)));
    const document = {
      name,
      'dist-tags': { latest: latest.manifest.version },
      versions: Object.fromEntries(
        versions.map(({ manifest }) => {
          const tarball = `${name}-${manifest.version}.tgz`;
          const hash = createHash('sha512')
            .update(readFileSync(join(folder, tarball)))
            .digest('base64');
          const dist = { tarball: `${address()}/${name}/${tarball}`, integrity: `sha512-${hash}` };
          return [manifest.version, { ...manifest, dist }];
        }),
      ),
      time: Object.fromEntries(
        versions.map(({ manifest }) => [manifest.version, '2026-01-02T03:04:05.000Z']),
      ),
    };
    return response.setHeader('content-type', 'application/json').end(JSON.stringify(document));
  });
  const address = () => {
    const bound = server.address();
    return `http://127.0.0.1:${typeof bound === 'object' ? bound?.port : ''}`;
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    environment: {
      npm_config_registry: address(),
      npm_config_cache: join(folder, 'cache'),
      npm_config_userconfig: join(folder, 'npmrc'),
      npm_config_update_notifier: 'false',
    },
    close: () => void server.close(),
  };
}
