import { createPublicKey } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Api, openApi } from './api.js';

let api: Api;

beforeEach(async () => {
  api = await openApi();
});

afterEach(() => api.close());

it('GET /public/v1/public-key gives one RSA key of 2048 bits to anybody', async () => {
  const first = await api.call('GET', '/public/v1/public-key');
  const pem = (first.body as { data: { public_key: string } }).data.public_key;
  expect(first).toEqual({ status: 200, body: { data: { public_key: pem }, message: 'OK' } });
  expect(pem).toMatch(/^-----BEGIN PUBLIC KEY-----\n/);
  const { asymmetricKeyType, asymmetricKeyDetails } = createPublicKey(pem);
  expect(asymmetricKeyType).toBe('rsa');
  expect(asymmetricKeyDetails).toMatchObject({ modulusLength: 2048, publicExponent: 65537n });
  expect(await api.call('GET', '/public/v1/public-key')).toEqual(first);
});
