import { once } from 'node:events';
import { createServer } from 'node:https';
import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { fetch } from 'undici';
import { expect, it } from 'vitest';
import { LoginServer } from '../../../src/core/auth/login-server.js';
import { type Cancel, SystemClock } from '../../../src/core/primitives/clock.js';

const request = { headers: {}, body: 'grant_type=refresh_token', secrets: [] };
const serverAt = (authUrl: string, clock = new SystemClock()) =>
  new LoginServer({ authUrl, userAgent: 'kickbot/test' }, fetch, clock);

/** Of nobody, for `localhost`; it opens nothing. */
const selfSigned = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgIjH06xLoHcJhKLuk
e3ABx/xxk/rqK8HJZKpxS/NvbkqhRANCAASHgMuHbhvbBvdhPhP/61r4Rkfgd1lD
XCOuhKwl5htjRY5Yt8131EN+Am5e6Bly53hrtxNYqjQmaiie7feFzdfo
-----END PRIVATE KEY-----`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBljCCATugAwIBAgIUMumI3/f2moeIJliDHFeB1TGu/dkwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMjIwNTIxNloYDzIxMjYxMDI5
MjA1MjE2WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASHgMuHbhvbBvdhPhP/61r4Rkfgd1lDXCOuhKwl5htjRY5Yt8131EN+
Am5e6Bly53hrtxNYqjQmaiie7feFzdfoo2kwZzAdBgNVHQ4EFgQUUHNjrv79bccr
JYTXI5P/krNlodUwHwYDVR0jBBgwFoAUUHNjrv79bccrJYTXI5P/krNlodUwDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
SQAwRgIhAPqBDKHuGriWA4ul91ZWlY2jPOsiryiAg2htQRecgwpsAiEA1jmv2xmr
klqaHKzTUy7L3V+6gKi5rq8O0KHuXP2VQfo=
-----END CERTIFICATE-----`,
};

it('30. tells nothing to a server whose certificate nobody vouches for', async () => {
  let requests = 0;
  const server = createServer(selfSigned, () => {
    requests += 1;
  }).listen(0, 'localhost');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const login = serverAt(`https://localhost:${port}`);
  await expect(login.post(login.endpoint('token').href, request)).rejects.toMatchObject({
    code: 'auth.unreachable',
    message: expect.stringContaining('certificate'),
  });
  expect(requests).toBe(0);
  server.close();
});

/** A server in a thread of its own, which answers while this one sleeps. */
const program = `
  const { parentPort, workerData: flags } = require('node:worker_threads');
  const server = require('node:http').createServer((request, response) => {
    request.resume().on('end', () => {
      Atomics.store(flags, 0, 1);
      Atomics.wait(flags, 1, 0);
      response.end('the new tokens', () => Atomics.notify(flags, 2, Atomics.add(flags, 2, 1) + 1));
    });
  });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`;

it('16. 38. an answer that came while the process was suspended, past its deadline, is read', async () => {
  /** Deadlines of 15 seconds are over after 150 ms. */
  class QuickClock extends SystemClock {
    override schedule(delayMs: number, run: () => void): Cancel {
      return super.schedule(delayMs / 100, run);
    }
  }
  const flags = new Int32Array(new SharedArrayBuffer(12));
  const server = new Worker(program, { eval: true, workerData: flags });
  const [port] = await once(server, 'message');
  const login = serverAt(`http://127.0.0.1:${port}`, new QuickClock());
  const answer = login.post(login.endpoint('token').href, request);
  while (Atomics.load(flags, 0) === 0) await turn();

  Atomics.store(flags, 1, 1);
  Atomics.notify(flags, 1);
  // This thread stands still until the answer has been sent, and until the deadline is over.
  Atomics.wait(flags, 2, 0);
  Atomics.wait(flags, 2, 1, 200);
  expect(await answer).toEqual({ status: 200, text: 'the new tokens' });
  await server.terminate();
});
