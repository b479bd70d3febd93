import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDatabase } from '../../../src/core/storage/database.js';
import type { Database } from '../../../src/core/storage/schema.js';
import { type Sandbox, startSandbox } from '../../../src/sandbox/index.js';
import { FakeClock } from '../../support/fake-clock.js';
import { setUpAuth } from './auth-setup.js';

let sandbox: Sandbox;
let database: Database;

beforeEach(async () => {
  sandbox = await startSandbox({});
  sandbox.world.createUser({ username: 'MyBot' });
  database = await openDatabase({ url: 'sqlite::memory:', directory: '.' });
});
afterEach(async () => {
  await sandbox.close();
  await database.destroy();
});

const namesTheSetting = {
  code: 'auth.invalid_client',
  message: expect.stringMatching(/sends no secret.*KICK_INTEGRATION_CLIENT_SECRET.*kick\.clientSecret/),
};

it('31. an app without a secret sends its id and the verifier, and the refusal names the setting', async () => {
  const { clientId } = sandbox.app;
  const { oauth } = setUpAuth({ authUrl: sandbox.url, database, clock: new FakeClock(), clientId });
  const login = oauth.begin({ redirectUri: 'http://localhost:3000/callback', scopes: ['user:read'] });
  const callback = await sandbox.consent(login.url, { as: 'MyBot' });
  await expect(oauth.exchange(login, callback.searchParams)).rejects.toMatchObject(namesTheSetting);
});

it('31. the same goes for a refresh', async () => {
  const { clientId } = sandbox.app;
  const { tokens } = setUpAuth({ authUrl: sandbox.url, database, clock: new FakeClock(), clientId });
  const { access_token, refresh_token = '', expires_in } = sandbox.issueTokens({ as: 'MyBot' });
  const { id } = await tokens.setUserToken({
    accountId: 'my-bot',
    type: 'bot',
    accessToken: access_token,
    refreshToken: refresh_token,
    expiresIn: expires_in,
    scope: '',
  });
  const account = tokens.for(id);
  await expect(account.replaceRefused(await account.accessToken())).rejects.toMatchObject(namesTheSetting);
  await tokens.stop();
});
