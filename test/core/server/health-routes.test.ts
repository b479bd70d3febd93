import { once } from 'node:events';
import { request } from 'node:http';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { configSchema } from '../../../src/core/config/schema.js';
import { SystemClock } from '../../../src/core/primitives/clock.js';
import { healthRoutes } from '../../../src/core/server/health-routes.js';
import { PublicServer } from '../../../src/core/server/public-server.js';
import { freePort } from '../../support/free-port.js';
import { RecordingLogger } from '../../support/recording-logger.js';

let server: PublicServer | undefined;
afterEach(() => server?.close());

async function open() {
  const port = await freePort();
  const { server: config } = configSchema.parse({
    server: { host: '0.0.0.0', port, publicUrl: 'https://bot.example' },
  });
  const problems = ['Nothing is received from streamer.'];
  const health = healthRoutes({
    readiness: () => ({ isReady: false, problems }),
    metrics: { contentType: 'text/plain', text: async () => 'kickbot_inbox_waiting 0\n' },
  });
  const parts = { clock: new SystemClock(), logger: new RecordingLogger() };
  server = await PublicServer.open(config, parts, () => health);
  return port;
}

async function ask(port: number, path: string, { address = '127.0.0.1', host = `localhost:${port}` } = {}) {
  const asked = request({ port, host: address, path, headers: { host } }).end();
  const [answer] = await once(asked, 'response');
  answer.resume();
  return answer.statusCode;
}

const foreign = Object.values(networkInterfaces())
  .flat()
  .find((address) => address?.family === 'IPv4' && !address.internal)?.address;

describe('the health addresses', () => {
  const paths = ['/healthz', '/readyz', '/metrics'];

  it('answer this machine under its own names', async () => {
    const port = await open();
    expect(await Promise.all(paths.map((path) => ask(port, path)))).toEqual([200, 503, 200]);
    const host = 'bot.example';
    expect(await Promise.all(paths.map((path) => ask(port, path, { host })))).toEqual([404, 404, 404]);
  });

  it.runIf(foreign)('answer nobody from elsewhere, whatever host they name', async () => {
    const port = await open();
    const address = foreign ?? '';
    expect(await Promise.all(paths.map((path) => ask(port, path, { address })))).toEqual([404, 404, 404]);
  });
});
