import { fetch as undiciFetch } from 'undici';
import { AccessTokens } from '../../../src/core/auth/access-tokens.js';
import { AccountStore, type AccountUser } from '../../../src/core/auth/account-store.js';
import { KickOAuth } from '../../../src/core/auth/kick-oauth.js';
import type { LoginParts } from '../../../src/core/auth/login.js';
import type { AuthFetch } from '../../../src/core/auth/login-server.js';
import { TokenSealer } from '../../../src/core/auth/token-sealer.js';
import { TokenStore } from '../../../src/core/auth/token-store.js';
import { Clock } from '../../../src/core/primitives/clock.js';
import { userId } from '../../../src/core/primitives/ids.js';
import { SystemRandom } from '../../../src/core/primitives/random.js';
import { Secret } from '../../../src/core/primitives/secret.js';
import type { Database } from '../../../src/core/storage/schema.js';
import { RecordingLogger } from '../../support/recording-logger.js';

export const secretKey = new Secret(Buffer.alloc(32, 7).toString('base64'));

export interface SetupOptions {
  authUrl: string;
  database: Database;
  clock: Clock;
  clientId?: string;
  clientSecret?: Secret;
  fetch?: AuthFetch;
}

/** What a login and the tokens need, put together as the bot does it. */
export function setUpAuth(options: SetupOptions) {
  const { authUrl, database, clock, clientId = 'app', clientSecret, fetch = undiciFetch } = options;
  const random = new SystemRandom();
  const logger = new RecordingLogger();
  const settings = { authUrl, clientId, userAgent: 'kickbot/test' };
  const oauth = new KickOAuth(
    clientSecret === undefined ? settings : { ...settings, clientSecret },
    fetch,
    clock,
    random,
    logger,
  );
  const store = new TokenStore(database, new TokenSealer([secretKey], random, logger));
  const accounts = new AccountStore(database);
  const tokens = new AccessTokens(oauth, store, accounts, clock, random, logger);
  const identify = async (): Promise<AccountUser> => ({ userId: userId(42), username: 'MyBot' });
  const parts: LoginParts = { oauth, tokens, accounts, identify, clock, logger };
  return { oauth, store, accounts, tokens, logger, parts };
}
