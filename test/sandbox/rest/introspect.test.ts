import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Api, ok, openApi, unauthorized } from './api.js';

const PATH = '/public/v1/token/introspect';

let api: Api;

beforeEach(async () => {
  api = await openApi();
});

afterEach(() => api.close());

it('POST /public/v1/token/introspect (deprecated) tells of the token it was sent with', async () => {
  const client_id = api.sandbox.app.clientId;
  const seconds = api.now / 1000;
  expect(await api.call('POST', PATH, { as: 'viewer', scopes: ['user:read', 'chat:write'] })).toEqual(
    ok({ active: true, client_id, token_type: 'user', scope: 'user:read chat:write', exp: seconds + 7200 }),
  );
  expect(await api.call('POST', PATH, { token: await api.appToken() })).toEqual(
    ok({ active: true, client_id, token_type: 'app', scope: '', exp: seconds + 5_184_000 }),
  );
  expect(await api.call('POST', PATH, { token: 'made-up' })).toEqual(ok({ active: false }));
  expect(await api.call('POST', PATH)).toEqual(unauthorized);
});
